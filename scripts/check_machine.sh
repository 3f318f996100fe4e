#!/bin/sh
# Name the system programs that tests need and this machine lacks, with the command that installs them.
# Nothing is installed here; the tests that need a missing program fail and say the same.
set -eu

PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
missing=""
command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
    || missing="$missing chromium"
if [ -n "$missing" ]; then
    echo "This machine lacks:$missing. The tests that need it will fail. Install it:" >&2
    echo "    sudo apt-get update && sudo apt-get install --yes$missing" >&2
fi
