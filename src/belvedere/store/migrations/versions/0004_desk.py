"""The desk: actions on the watch list, notes on the time line"""

import sqlalchemy as sa
from alembic import op

from belvedere.store import register

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "watch_actions",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("at", register.Instant(timezone=True), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("until", register.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("chance", sa.Float(), nullable=True),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("reference_date", sa.Date(), nullable=True),
        *_clocks(),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_watch_actions")),
    )
    with op.batch_alter_table("watch_actions", schema=None) as batch_op:
        batch_op.create_index("ix_watch_actions_commit_id", ["commit_id"], unique=False)
        batch_op.create_index("ix_watch_actions_key", ["place", "level", "number"], unique=False)

    op.create_table(
        "notes",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("written_at", register.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", register.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        *_clocks(),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index("ix_notes_commit_id", ["commit_id"], unique=False)
        batch_op.create_index("ix_notes_key", ["note"], unique=False)

    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("commits", "kind", comment="load, rebuild, mend, run, erase, desk")


def _clocks() -> list[sa.Column]:
    return [
        sa.Column("known_at", register.Instant(timezone=True), nullable=False),
        sa.Column("known_basis", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("commit_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("source_row", sa.BigInteger(), nullable=True),
        sa.Column("source_column", sa.String(), nullable=True),
    ]
