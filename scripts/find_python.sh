#!/bin/sh
# Print a Python of at least 3.11 that can make virtual environments; otherwise say what to install.
set -eu

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

has_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

lacking_venv=""
for python in python3 python3.13 python3.12 python3.11; do
    fits "$python" || continue
    if has_venv "$python"; then
        echo "$python"
        exit 0
    fi
    lacking_venv="${lacking_venv:-$python}"
done

if [ -n "$lacking_venv" ]; then
    version="$("$lacking_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    echo "Belvedere needs Python's venv module, which $lacking_venv lacks. Install it:" >&2
    echo "    sudo apt-get update && sudo apt-get install --yes python${version}-venv" >&2
elif command -v python3 >/dev/null 2>&1; then
    echo "Belvedere needs Python 3.11 or later; python3 is $(python3 --version 2>&1 | cut -d ' ' -f 2). Install a later one:" >&2
    echo "    sudo apt-get update && sudo apt-get install --yes python3.11 python3.11-venv" >&2
else
    echo "Belvedere needs Python 3.11 or later, and there is none on this machine. Install it:" >&2
    echo "    sudo apt-get update && sudo apt-get install --yes python3 python3-venv" >&2
fi
exit 1
