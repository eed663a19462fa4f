"""Fewer indexes and checks where messages come by the hundred thousand (bench/bursts.py).

Whose organisation a delivery or a reminder is of, its patient says, who is checked; an index of all that waits serves
for counting it too; an id that the provider has not given yet stands in no index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WAITING = sa.text("state in ('pending', 'unknown', 'parked')")


def upgrade() -> None:
    for table in ("delivery", "reminder"):
        op.drop_constraint(f"fk_{table}_organisation_id", table, type_="foreignkey")
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
    for table in ("delivery", "reminder"):
        op.create_foreign_key(f"fk_{table}_organisation_id", table, "organisation", ["organisation_id"], ["id"])
