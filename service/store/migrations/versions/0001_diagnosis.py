"""Keep diagnoses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("input", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(40)),
        sa.Column("variant", sa.String(60)),
        sa.Column("band", sa.String(8)),
        sa.Column("incident", sa.String(40)),
        sa.Column("reference", sa.String(200)),
        sa.Column("text", sa.Text),
        sa.Column("answer", sa.JSON, nullable=False),
    )
    for column in ("created_at", "cause", "incident", "reference"):
        op.create_index(f"ix_diagnosis_{column}", "diagnosis", [column])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("diagnosis")
