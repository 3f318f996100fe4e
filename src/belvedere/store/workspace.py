"""A workspace: one folder that holds everything of one installation.

workspace/
  belvedere.toml   format and identity of the workspace
  records.db       register of commits, quarantine, records shelf (or a PostgreSQL URL named in belvedere.toml)
  series/<table>/  Delta tables
  files/           kept copies of what came in, by checksum
  mappings/        mapping texts of this installation
  overrides/       reference values that replace the shipped ones
  keys/            secrets, never in the database nor in a backup unless asked
  locks/  tmp/
"""

from __future__ import annotations

import secrets
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout

from belvedere.errors import ConflictError, WorkspaceError
from belvedere.store import register
from belvedere.store.engine import connect, reading, sqlite_url

FORMAT = 1
FOLDERS = ("series", "files", "mappings", "overrides", "keys", "locks", "tmp")
LOCK_SECONDS = 120


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Open one with `belvedere.open(path)`, make one with `create(path)`."""

    path: Path
    identity: str
    database_url: str

    @cached_property
    def engine(self) -> sa.Engine:
        """The SQL engine, its tables up to date."""
        return connect(self.database_url)

    @property
    def series(self) -> Path:
        return self.path / "series"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def mappings(self) -> Path:
        return self.path / "mappings"

    @property
    def tmp(self) -> Path:
        return self.path / "tmp"

    @cached_property
    def pseudonym_key(self) -> bytes:
        """The secret that turns identities into pseudonyms; lies outside the database."""
        return (self.path / "keys" / "pseudonym.key").read_bytes()

    def snapshot(self, as_of=None, at: int | None = None):
        """What is known, or was known on a past day: see `belvedere.store.snapshot.Snapshot`."""
        from belvedere.store.snapshot import Snapshot

        return Snapshot.take(self, as_of=as_of, at=at)

    def table(self, name: str, as_of=None, at: int | None = None):
        """One table as an Ibis expression: `workspace.table("indicators", as_of="2020-10-20")`."""
        return self.snapshot(as_of=as_of, at=at).table(name)

    def frame(self, name: str, as_of=None, at: int | None = None, **equal):
        """One table as a pandas DataFrame, filtered by equality: `workspace.frame("indicators", place="FR-75")`."""
        return self.snapshot(as_of=as_of, at=at).frame(name, **equal)

    @contextmanager
    def locked(self, what: str) -> Iterator[None]:
        """Holds the named lock of this workspace; a killed process loses it by itself.

        Raises ConflictError if another process holds it too long.
        """
        lock = FileLock(self.path / "locks" / f"{what}.lock")
        try:
            with lock.acquire(timeout=LOCK_SECONDS):
                yield
        except Timeout:
            raise ConflictError(
                f"Another process has been writing {what!r} in {self.path} for over {LOCK_SECONDS} s. "
                "Nothing was changed; try again when it has finished."
            ) from None


def create(path: Path, *, database_url: str | None = None) -> Workspace:
    """Makes a new workspace in an empty or missing folder. Raises WorkspaceError if something is there."""
    path = Path(path).resolve()
    if path.exists() and any(path.iterdir()):
        raise WorkspaceError(f"{path} is not empty: a workspace is made in a new or empty folder.")
    for folder in FOLDERS:
        (path / folder).mkdir(parents=True, exist_ok=True)
    (path / "keys").chmod(0o700)
    key = path / "keys" / "pseudonym.key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(32))
    identity = str(uuid.uuid4())
    url = database_url or sqlite_url(path / "records.db")
    workspace = Workspace(path, identity, url)
    migrate(workspace)
    lines = [f"format = {FORMAT}", f'identity = "{identity}"']
    if database_url:
        lines.append(f'database_url = "{database_url}"')
    # Written last: a folder without it is not yet a workspace.
    part = path / "belvedere.toml.part"
    part.write_text("\n".join(lines) + "\n")
    part.replace(path / "belvedere.toml")
    return workspace


def open_workspace(path: Path | str) -> Workspace:
    """Opens a workspace and brings its database up to date. Raises WorkspaceError if there is none, or a newer one."""
    path = Path(path).resolve()
    manifest = path / "belvedere.toml"
    if not manifest.exists():
        raise WorkspaceError(f"There is no workspace in {path}. Make one with: belvedere init {path}")
    declared = tomllib.loads(manifest.read_text())
    if declared["format"] > FORMAT:
        raise WorkspaceError(
            f"{path} was made by a newer Belvedere (format {declared['format']}, this one reads up to {FORMAT}). "
            "Update Belvedere, or restore a backup of the older format."
        )
    for folder in FOLDERS:
        (path / folder).mkdir(exist_ok=True)
    workspace = Workspace(path, declared["identity"], declared.get("database_url") or sqlite_url(path / "records.db"))
    migrate(workspace)
    return workspace


def migrate(workspace: Workspace) -> None:
    """Brings the database to the newest revision; does nothing when it is there."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with reading(workspace.engine) as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            now = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if now == newest:
                return
    with workspace.locked("migration"):
        config.attributes["engine"] = workspace.engine
        command.upgrade(config, "head")


def visible_commits(workspace: Workspace, at: int | None = None) -> list[sa.Row]:
    """(id, sequence) of every commit that counts at that sequence (default: now)."""
    c = register.commits.c
    upto = [] if at is None else [c.sequence <= at]
    rewritten = c.superseded_by.is_(None) if at is None else sa.or_(c.superseded_by.is_(None), c.superseded_by > at)
    query = sa.select(c.id, c.sequence).where(c.state == "committed", rewritten, *upto).order_by(c.sequence)
    with reading(workspace.engine) as connection:
        return list(connection.execute(query))
