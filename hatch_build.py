"""Builds the pages (`web/`) when Belvedere is installed or packed, with the Node.js of the machine.

The result, src/belvedere/app/web/, is not in git but in the wheel. A machine without Node.js still gets everything else: the
server then says how to build the pages. `BELVEDERE_SKIP_WEB=1` leaves them out on purpose; a wheel is never made without them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("package-lock.json", "package.json", "tsconfig.json", "vite.config.ts", "index.html")
FOLDERS = ("dev", "geometry", "public", "src")
MARK = ".built-from"


class PagesHook(BuildHookInterface):
    """hatchling calls `initialize` before it collects files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Builds unless the built pages are of these very sources. version: `editable` for an editable install."""
        root = Path(self.root)
        web, built = root / "web", root / "src" / "belvedere" / "app" / "web"
        if not web.is_dir():  # a source distribution that already holds the built pages
            return
        of = fingerprint(web)
        mark = built / MARK
        if mark.is_file() and mark.read_text() == of:
            return
        npm = None if os.environ.get("BELVEDERE_SKIP_WEB") == "1" else shutil.which("npm")
        if npm is None:
            if version != "editable":
                raise RuntimeError("A wheel needs the pages: install Node.js 20.19 or newer, so that npm is on the PATH.")
            self.app.display_warning("The pages are not built: npm was not found. Later: sh scripts/build_web.sh")
            return
        build(npm, web)
        mark.write_text(of)


def build(npm: str, web: Path) -> None:
    """Installs the locked packages and builds; raises CalledProcessError with npm's own words on the terminal."""
    for command in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
        subprocess.run([npm, *command], cwd=web, check=True)


def fingerprint(web: Path) -> str:
    """SHA-256 over names and contents of everything the build reads."""
    digest = hashlib.sha256()
    for name in FILES + FOLDERS:
        path = web / name
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(web)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
