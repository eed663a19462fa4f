"""The place of somebody in one circle is found at once; all of a circle as before."""

from migrations import concurrently

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    concurrently.build("ix_circle_member_patient_id_person_id", "circle_member", "patient_id", "person_id")
    concurrently.drop("ix_circle_member_patient_id", "circle_member")


def downgrade() -> None:
    concurrently.build("ix_circle_member_patient_id", "circle_member", "patient_id")
    concurrently.drop("ix_circle_member_patient_id_person_id", "circle_member")
