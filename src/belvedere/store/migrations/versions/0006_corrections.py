"""Corrections: rows mended by hand, dated and signed"""

import sqlalchemy as sa
from alembic import op

from belvedere.store import register

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False, comment="the mended copy"),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="of the mended copy"),
        sa.Column("source_file_id", sa.Integer(), nullable=False),
        sa.Column("source_row", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False, comment="column -> [as the source wrote it, as corrected]"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", register.Instant(timezone=True), nullable=False),
        sa.Column("commit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commit_id"], ["commits.id"], name=op.f("fk_corrections_commit_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_corrections_file_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["files.id"], name=op.f("fk_corrections_source_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_commit_id"), ["commit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_file_id"), ["file_id"], unique=False)
