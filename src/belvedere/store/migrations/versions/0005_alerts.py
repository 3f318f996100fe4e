"""Alerts: their rules, what is open, what was told and whether it arrived"""

import sqlalchemy as sa
from alembic import op

from belvedere.store import register

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("within_days", sa.BigInteger(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("clear_at", sa.Float(), nullable=True),
        sa.Column("least_hours", sa.Float(), nullable=True),
        sa.Column("channels", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("known_at", register.Instant(timezone=True), nullable=False),
        sa.Column("known_basis", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("commit_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("source_row", sa.BigInteger(), nullable=True),
        sa.Column("source_column", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_alert_rules")),
    )
    with op.batch_alter_table("alert_rules", schema=None) as batch_op:
        batch_op.create_index("ix_alert_rules_commit_id", ["commit_id"], unique=False)
        batch_op.create_index("ix_alert_rules_key", ["rule"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, comment="place, feed or country"),
        sa.Column("level", sa.String(), nullable=False, comment="level of care; empty where it does not apply"),
        sa.Column("open_key", sa.String(), nullable=True, comment="rule, subject and level while it is open; null when closed"),
        sa.Column("opened_at", register.Instant(timezone=True), nullable=False),
        sa.Column("judged_at", register.Instant(timezone=True), nullable=False, comment="when its value was last known"),
        sa.Column("facts", sa.JSON(), nullable=False, comment="what is known of it, for the sentences"),
        sa.Column("closed_at", register.Instant(timezone=True), nullable=True),
        sa.Column(
            "closed_because",
            sa.String(),
            nullable=True,
            comment="below, ended: by its value, or because the rule no longer covers it",
        ),
        sa.Column("told", sa.String(), nullable=False, comment="nothing, open, closed: what people were told last"),
        sa.Column("told_at", register.Instant(timezone=True), nullable=True),
        sa.Column("told_facts", sa.JSON(), nullable=True, comment="the facts of the last message"),
        sa.Column("tellings", sa.Integer(), nullable=False, comment="messages decided on so far"),
        sa.Column("acknowledged_at", register.Instant(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("open_key", name=op.f("uq_alerts_open_key")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_rule"), ["rule"], unique=False)

    op.create_table(
        "alert_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False, comment="what is told to whom: decided once"),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="alerts, test"),
        sa.Column("created_at", register.Instant(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False, comment="the JSON body"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting, sending, sent, failed, unknown"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", register.Instant(timezone=True), nullable=True),
        sa.Column("claimed_at", register.Instant(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True, comment="host and process number"),
        sa.Column("ended_at", register.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_messages_key")),
    )
    with op.batch_alter_table("alert_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_messages_channel"), ["channel"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_messages_state"), ["state"], unique=False)

    op.create_table(
        "alert_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", register.Instant(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False, comment="sent, failed, again, unknown"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("next_try_at", register.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["alert_messages.id"], name=op.f("fk_alert_attempts_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_attempts")),
    )
    with op.batch_alter_table("alert_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_attempts_message_id"), ["message_id"], unique=False)
