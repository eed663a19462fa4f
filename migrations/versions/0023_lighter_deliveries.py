"""Fewer indexes and checks where messages come by the hundred thousand (bench/bursts.py).

Whose organisation a delivery is of, its patient says, who is checked; a reminder is written by one statement, from rows
that are checked; an index of all that waits serves for counting it too; an id not given yet stands in no index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# (table, column, table it names): each check locks a row of that table.
CHECKS = (
    ("delivery", "organisation_id", "organisation"),
    ("reminder", "organisation_id", "organisation"),
    ("reminder", "patient_id", "patient"),
    ("reminder", "recipient_id", "person"),
)
WAITING = sa.text("state in ('pending', 'unknown', 'parked')")


def upgrade() -> None:
    for table, column, _ in CHECKS:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    op.create_index("ix_delivery_parked", "delivery", ["created_at"], postgresql_where=sa.text("state = 'parked'"))
    op.drop_index("ix_delivery_stuck", "delivery")
    given = sa.text("provider_id is not null")
    op.create_index("ix_delivery_provider_id", "delivery", ["provider_id"], unique=True, postgresql_where=given)
    op.drop_constraint("uq_delivery_provider_id", "delivery", type_="unique")


def downgrade() -> None:
    op.create_unique_constraint("uq_delivery_provider_id", "delivery", ["provider_id"])
    op.drop_index("ix_delivery_provider_id", "delivery")
    op.create_index("ix_delivery_stuck", "delivery", ["state"], postgresql_where=WAITING)
    op.drop_index("ix_delivery_parked", "delivery")
    for table, column, named in CHECKS:
        op.create_foreign_key(f"fk_{table}_{column}", table, named, [column], ["id"])
