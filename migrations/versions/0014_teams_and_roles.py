"""Tables: visitors in teams, admins of whole organisations."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_membership_role"), "membership")
    op.create_check_constraint(
        op.f("ck_membership_role"), "membership", "role in ('clinician', 'coordinator', 'visitor', 'lead', 'admin')"
    )
    op.create_check_constraint(op.f("ck_membership_admin_of_all"), "membership", "(role = 'admin') = (team_id is null)")


def downgrade() -> None:
    op.execute("delete from membership where role = 'visitor'")
    op.drop_constraint(op.f("ck_membership_admin_of_all"), "membership")
    op.drop_constraint(op.f("ck_membership_role"), "membership")
    op.create_check_constraint(
        op.f("ck_membership_role"), "membership", "role in ('clinician', 'coordinator', 'lead', 'admin')"
    )
