"""Keep workspaces, chains of retests, feedback, replies to idempotency keys, and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FILTERED = ("cause", "band", "incident", "reference")


def upgrade() -> None:
    """Add the columns, the pages' indexes and the new tables."""
    with op.batch_alter_table("diagnosis") as table:
        for column in ("cause", "incident", "reference"):
            table.drop_index(f"ix_diagnosis_{column}")
        table.add_column(
            sa.Column("workspace", sa.String(60), nullable=False, server_default="default")
        )
        table.add_column(sa.Column("chain", sa.String(36)))
        table.add_column(sa.Column("outcome", sa.String(12)))
        table.drop_column("text")  # the answer holds it
    op.create_index("ix_diagnosis_chain", "diagnosis", ["chain"])
    op.create_index("ix_diagnosis_page", "diagnosis", ["workspace", "created_at", "id"])
    for column in FILTERED:
        op.create_index(
            f"ix_diagnosis_page_{column}", "diagnosis", ["workspace", column, "created_at", "id"]
        )
    _feedback()
    _replies()
    _keys()


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("workspace", sa.String(60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("diagnosis", sa.String(36), sa.ForeignKey("diagnosis.id", ondelete="CASCADE")),
        sa.Column("reporter", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(40)),
        sa.Column("comment", sa.Text),
        sa.UniqueConstraint("diagnosis", "reporter"),
    )
    op.create_index("ix_feedback_diagnosis", "feedback", ["diagnosis"])


def _replies() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("location", sa.String(200)),
        sa.Column("diagnosis", sa.String(36)),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_reply_created_at", "reply", ["created_at"])
    op.create_index("ix_reply_diagnosis", "reply", ["diagnosis"])


def _keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("hashed", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("workspace", sa.String(60), nullable=False),
        sa.Column("scopes", sa.String(60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_api_key_hashed", "api_key", ["hashed"], unique=True)


def downgrade() -> None:
    """Drop what was added; the texts stay in the answers."""
    for table in ("api_key", "reply", "feedback"):
        op.drop_table(table)
    with op.batch_alter_table("diagnosis") as batch:
        for name in ("chain", "page", *(f"page_{column}" for column in FILTERED)):
            batch.drop_index(f"ix_diagnosis_{name}")
        for column in ("workspace", "chain", "outcome"):
            batch.drop_column(column)
        batch.add_column(sa.Column("text", sa.Text))
    for column in ("cause", "incident", "reference"):
        op.create_index(f"ix_diagnosis_{column}", "diagnosis", [column])
