"""Scenarios: what if, and what it changes"""

import sqlalchemy as sa
from alembic import op

from belvedere.store import register

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "scenarios",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        *_clocks(),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_scenarios")),
    )
    with op.batch_alter_table("scenarios", schema=None) as batch_op:
        batch_op.create_index("ix_scenarios_commit_id", ["commit_id"], unique=False)
        batch_op.create_index("ix_scenarios_key", ["scenario"], unique=False)

    op.create_table(
        "scenario_overlays",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("overlay", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("operation", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        *_clocks(),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_scenario_overlays")),
    )
    with op.batch_alter_table("scenario_overlays", schema=None) as batch_op:
        batch_op.create_index("ix_scenario_overlays_commit_id", ["commit_id"], unique=False)
        batch_op.create_index("ix_scenario_overlays_key", ["scenario", "overlay"], unique=False)


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
