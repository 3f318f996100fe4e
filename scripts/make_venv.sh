#!/bin/sh
# make_venv.sh PYTHON FOLDER: make the virtual environment, or keep the one that is there if it still works.
set -eu

python="$1"
folder="$2"
if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi
