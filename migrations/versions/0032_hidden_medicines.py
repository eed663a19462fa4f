"""Medicines that the patient keeps from their circle, and of whose doses the patient alone is reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ONE_A_MINUTE = "uq_reminder_patient_id_remind_at"
ONE_EACH_A_MINUTE = "uq_reminder_patient_id_remind_at_recipient_id"


def upgrade() -> None:
    op.add_column("medicine", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    reminder()


def reminder() -> None:
    """Two messages at the same minute: one to a carer, and one to the patient about what is kept from that carer."""
    op.create_unique_constraint(ONE_EACH_A_MINUTE, "reminder", ["patient_id", "remind_at", "recipient_id"])
    op.drop_constraint(ONE_A_MINUTE, "reminder", type_="unique")


def downgrade() -> None:
    # Of two messages of the same minute the second goes on as one that was made a moment later.
    op.execute(
        "update reminder r set remind_at = remind_at + interval '1 microsecond' where exists (select from reminder o"
        " where o.patient_id = r.patient_id and o.remind_at = r.remind_at and o.id < r.id)"
    )
    op.create_unique_constraint(ONE_A_MINUTE, "reminder", ["patient_id", "remind_at"])
    op.drop_constraint(ONE_EACH_A_MINUTE, "reminder", type_="unique")
    op.drop_column("medicine", "hidden_at")
