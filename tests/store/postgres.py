"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on a free local port."""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

INSTALL = "PostgreSQL is missing: apt-get install -y postgresql"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True)
    if found:
        return found[0].parent
    here = shutil.which("initdb")
    return Path(here).parent if here else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """Starts a cluster; yields the address of its server, without a database: postgresql+psycopg://user@host:port."""
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    # Not in pytest's folders: they are closed to every user but the one who runs it.
    folder = Path(tempfile.mkdtemp(prefix="belvedere-postgres-"))
    if prefix:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*prefix, bin_folder / program, *arguments], cwd="/", check=True, capture_output=True, text=True, timeout=120
        )

    data, port = folder / "data", free_port()
    options = (
        f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=40"
    )
    try:
        call("initdb", "--pgdata", str(data), "--username", user, "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        call("pg_ctl", "--pgdata", str(data), "--log", str(folder / "log"), "--options", options, "--wait", "start")
        try:
            yield f"postgresql+psycopg://{user}@127.0.0.1:{port}"
        finally:
            call("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "--wait", "stop")
    finally:
        shutil.rmtree(folder)
