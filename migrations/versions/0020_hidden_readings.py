"""Tables: readings that the patient keeps from their circle."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    hidden_reading()


def hidden_reading() -> None:
    op.create_table(
        "hidden_reading",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("hidden_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
    )
    op.create_index(
        "uq_hidden_reading_running",
        "hidden_reading",
        ["patient_id", "reading_id"],
        unique=True,
        postgresql_where=sa.text("shown_at is null"),
    )
    op.execute("call kith_protect('hidden_reading')")
    op.execute("grant delete on hidden_reading to kith_worker")


def downgrade() -> None:
    op.drop_table("hidden_reading")
