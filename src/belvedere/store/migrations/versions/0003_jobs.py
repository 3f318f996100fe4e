"""Jobs: long work and its progress"""

import sqlalchemy as sa
from alembic import op

from belvedere.store import register

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="outlook, backtest …"),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, comment="waiting, running, done, failed, cancelled"),
        sa.Column("step", sa.Text(), nullable=False, comment="what it is doing, in words"),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False, comment="0: not known"),
        sa.Column("asked_at", register.Instant(timezone=True), nullable=False),
        sa.Column("started_at", register.Instant(timezone=True), nullable=True, comment="of the newest attempt"),
        sa.Column("heartbeat_at", register.Instant(timezone=True), nullable=True, comment="its last sign of life"),
        sa.Column("finished_at", register.Instant(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("commit_id", sa.Integer(), nullable=True, comment="the commit of its result"),
        sa.Column("owner", sa.String(), nullable=True, comment="host and process number of the newest attempt"),
        sa.ForeignKeyConstraint(["commit_id"], ["commits.id"], name=op.f("fk_jobs_commit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_commit_id"), ["commit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_state"), ["state"], unique=False)
