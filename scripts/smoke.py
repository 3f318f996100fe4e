"""Start `make run` as a newcomer would, wait for its page, look at it, stop it.

python scripts/smoke.py [FOLDER]    FOLDER: the clone to start (default: this one); its workspace is a temporary one
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOON_ENOUGH_SECONDS = 900
MUST_NAME = ("lede", "feeds")


@dataclass(frozen=True)
class Served:
    """The page that answered, where, and how long it took from the start of the command."""

    url: str
    page: str
    seconds: float


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url: str) -> str | None:
    """The page, or None while nobody answers. An answer other than 200 raises HTTPError."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode("utf-8")
    except urllib.error.HTTPError:
        raise
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def clean_environment() -> dict[str, str]:
    """Our settings without make's own: started from a Makefile, this one's flags must not reach the other."""
    return {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}


def stop(process: subprocess.Popen) -> None:
    """End the command and all it started, politely first."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)


@contextlib.contextmanager
def serving(clone: Path, workspace: Path, environment: dict[str, str] | None = None) -> Iterator[Served]:
    """`make run` in a clone, up to the first answer of its page; stopped on leaving.

    Raises RuntimeError when the command ends by itself or answers nothing in time.
    """
    port = free_port()
    command = ["make", "run", f"PORT={port}", f"WORKSPACE={workspace}"]
    # Started from a Makefile, this one's flags must not reach the other.
    inherited = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    url = f"http://127.0.0.1:{port}/"
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=clone, env=inherited | (environment or {}), start_new_session=True, stdout=sys.stderr
    )
    try:
        page = None
        while page is None:
            if process.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended by itself with status {process.returncode}")
            if time.monotonic() - start > SOON_ENOUGH_SECONDS:
                raise RuntimeError(f"no page after {SOON_ENOUGH_SECONDS} s of {' '.join(command)}")
            time.sleep(0.2)
            page = fetch(f"{url}api/v1/feeds")
        yield Served(url, page, time.monotonic() - start)
    finally:
        stop(process)


def lacking(page: str) -> list[str]:
    """What the answer about feeds must hold and this one does not."""
    try:
        told = json.loads(page)
    except ValueError:
        return ["an answer about feeds"]
    missing = [name for name in MUST_NAME if name not in told]
    return missing if told.get("feeds") else [*missing, "a feed"]


def main(arguments: list[str]) -> int:
    clone = Path(arguments[0]).resolve() if arguments else REPOSITORY
    with tempfile.TemporaryDirectory() as folder, serving(clone, Path(folder) / "workspace") as served:
        missing = lacking(served.page)
        if 'id="root"' not in (fetch(served.url) or ""):  # not built: 503, which fetch raises
            missing.append("the built pages at /")
    sys.stdout.write(f"make run: page after {served.seconds:.1f} s, {len(served.page):,} characters about feeds\n")
    if missing:
        sys.stderr.write(f"the answer lacks: {', '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
