"""The tables of the SQL database: the register of commits, files and quarantine, and the records shelf.

The register is the authority on what exists: a row at rest counts only if the commit that wrote it is committed here.
Records tables are made from the ontology; Alembic migrations (`migrations/`) create and change them all.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from belvedere.ontology.clocks import CLOCK_COLUMNS
from belvedere.ontology.schema import Column, Kind, Shelf, tables


class Instant(TypeDecorator):
    """An instant in UTC; SQLite keeps no time zone, so it is taken off on the way in and put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value!r}")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

commits = sa.Table(
    "commits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sequence", sa.Integer, unique=True, comment="order of becoming visible; null until then"),
    sa.Column("state", sa.String, nullable=False, comment="open, committed, aborted"),
    sa.Column("kind", sa.String, nullable=False, comment="load, rebuild, mend, run, erase, desk"),
    sa.Column("feed", sa.String, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("committed_at", Instant),
    sa.Column("superseded_by", sa.Integer, index=True, comment="sequence of the commit that rewrote this one's rows"),
    sa.Column("code_version", sa.String, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
)

commit_inputs = sa.Table(
    "commit_inputs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), nullable=False, index=True),
    sa.Column("file_id", sa.ForeignKey("files.id")),
    sa.Column("table_name", sa.String),
    sa.Column("at_sequence", sa.Integer),
    sa.Column("as_of", Instant),
)

commit_writes = sa.Table(
    "commit_writes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), nullable=False, index=True),
    sa.Column("table_name", sa.String, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sha256", sa.String, nullable=False, unique=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("url", sa.String),
    sa.Column("etag", sa.String),
    sa.Column("last_modified", sa.String),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("kept", sa.Boolean, nullable=False, comment="whether a copy lies in the workspace"),
)

mappings = sa.Table(
    "mappings",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("feed", sa.String, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
)

feed_versions = sa.Table(
    "feed_versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("feed", sa.String, nullable=False, index=True),
    sa.Column("file_id", sa.ForeignKey("files.id"), nullable=False, index=True),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), nullable=False, index=True),
    sa.Column("mapping_sha256", sa.ForeignKey("mappings.sha256"), nullable=False),
    sa.Column("version_at", Instant, nullable=False),
    sa.Column("basis", sa.String, nullable=False),
    sa.Column("covers", sa.String, nullable=False),
    sa.Column("grace_seconds", sa.Integer, nullable=False, comment="how late an increment may come and be on time"),
    sa.Column("outcome", sa.String, nullable=False, comment="loaded, set aside"),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("notes", sa.JSON, nullable=False),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), nullable=False, index=True),
    sa.Column("feed", sa.String, nullable=False, index=True),
    sa.Column("file_id", sa.ForeignKey("files.id"), nullable=False, index=True),
    sa.Column("row", sa.BigInteger),
    sa.Column("column", sa.String),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("expected", sa.Text, nullable=False),
    sa.Column("resolved_by", sa.ForeignKey("commits.id"), comment="the commit that loaded the mended row, or dismissed it"),
    sa.Column("resolution", sa.String, comment="mended, dismissed"),
    sa.Column("reason", sa.Text),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file_id", sa.ForeignKey("files.id"), nullable=False, index=True, comment="the mended copy"),
    sa.Column("row", sa.BigInteger, nullable=False, comment="of the mended copy"),
    sa.Column("source_file_id", sa.ForeignKey("files.id"), nullable=False),
    sa.Column("source_row", sa.BigInteger, nullable=False),
    sa.Column("changes", sa.JSON, nullable=False, comment="column -> [as the source wrote it, as corrected]"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("signed_by", sa.String, nullable=False),
    sa.Column("signed_at", Instant, nullable=False),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), nullable=False, index=True),
)

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("table_name", sa.String, nullable=False),
    sa.Column("rule", sa.JSON, nullable=False, comment="column, operator, value: never a name"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("executed_at", Instant, nullable=False),
    sa.Column("finished_at", Instant, comment="when nothing was left of it in any file; null: interrupted"),
    sa.Column("rows", sa.Integer, nullable=False),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False, comment="outlook, backtest …"),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True, comment="waiting, running, done, failed, cancelled"),
    sa.Column("step", sa.Text, nullable=False, comment="what it is doing, in words"),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False, comment="0: not known"),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("started_at", Instant, comment="of the newest attempt"),
    sa.Column("heartbeat_at", Instant, comment="its last sign of life"),
    sa.Column("finished_at", Instant),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("commit_id", sa.ForeignKey("commits.id"), index=True, comment="the commit of its result"),
    sa.Column("owner", sa.String, comment="host and process number of the newest attempt"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False, comment="place, feed or country"),
    sa.Column("level", sa.String, nullable=False, comment="level of care; empty where it does not apply"),
    sa.Column("open_key", sa.String, unique=True, comment="rule, subject and level while it is open; null when closed"),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("judged_at", Instant, nullable=False, comment="when its value was last known"),
    sa.Column("facts", sa.JSON, nullable=False, comment="what is known of it, for the sentences"),
    sa.Column("closed_at", Instant),
    sa.Column("closed_because", sa.String, comment="below, ended: by its value, or because the rule no longer covers it"),
    sa.Column("told", sa.String, nullable=False, comment="nothing, open, closed: what people were told last"),
    sa.Column("told_at", Instant),
    sa.Column("told_facts", sa.JSON, comment="the facts of the last message"),
    sa.Column("tellings", sa.Integer, nullable=False, comment="messages decided on so far"),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", sa.String),
    sa.Column("acknowledged_reason", sa.Text),
)

alert_messages = sa.Table(
    "alert_messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String, nullable=False, unique=True, comment="what is told to whom: decided once"),
    sa.Column("channel", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False, comment="alerts, test"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False, comment="the JSON body"),
    sa.Column("state", sa.String, nullable=False, index=True, comment="waiting, sending, sent, failed, unknown"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", Instant),
    sa.Column("claimed_at", Instant),
    sa.Column("claimed_by", sa.String, comment="host and process number"),
    sa.Column("ended_at", Instant),
)

alert_attempts = sa.Table(
    "alert_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.ForeignKey("alert_messages.id"), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("outcome", sa.String, nullable=False, comment="sent, failed, again, unknown"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("next_try_at", Instant),
)

SQL_TYPES = {
    Kind.TEXT: sa.String,
    Kind.INTEGER: sa.BigInteger,
    Kind.NUMBER: sa.Float,
    Kind.BOOLEAN: sa.Boolean,
    Kind.DATE: sa.Date,
    Kind.TIMESTAMP: Instant,
}


def sql_column(column: Column) -> sa.Column:
    """An ontology column as a SQL column. Only keys are required: a withdrawn row keeps its key alone."""
    return sa.Column(column.name, SQL_TYPES[column.kind], nullable=not column.key)


def records_tables() -> dict[str, sa.Table]:
    """One SQL table for each ontology table of the records shelf."""
    made = {}
    for name, declared in tables().items():
        if declared.shelf is not Shelf.RECORDS:
            continue
        if name in metadata.tables:
            made[name] = metadata.tables[name]
            continue
        columns = [sql_column(c) for c in declared.columns.values()]
        clocks = [sa.Column(c.name, SQL_TYPES[c.kind], nullable=not c.required) for c in CLOCK_COLUMNS.values()]
        made[name] = sa.Table(
            name, metadata, sa.Column("row_id", sa.Integer, primary_key=True), *columns, *clocks,
            sa.Index(f"ix_{name}_key", *declared.keys()), sa.Index(f"ix_{name}_commit_id", "commit_id"),
        )  # fmt: skip
    return made


def complete_metadata() -> sa.MetaData:
    """The metadata with the records tables in it: what a migrated database must equal."""
    records_tables()
    return metadata
