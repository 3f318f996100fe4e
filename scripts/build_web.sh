#!/bin/sh
# Builds the pages into src/belvedere/app/web/, as an installation does.
set -eu
cd "$(dirname "$0")/../web"
command -v npm >/dev/null || { echo "Node.js 20.19 or newer is needed: npm was not found." >&2; exit 1; }
npm ci --no-audit --no-fund --loglevel=error
npm run build --silent
