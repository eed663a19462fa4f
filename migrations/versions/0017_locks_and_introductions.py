"""Columns: whose lock an account is under; when a role was given last."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

# Whoever locked an account until now was where its holder worked, or worked last.
LOCKERS = """
    update person set locked_by = (
        select m.organisation_id from membership m where m.person_id = person.id
        order by m.ended_at desc nulls first, m.id limit 1
    ) where locked_at is not null
"""


def upgrade() -> None:
    person()
    membership()


def person() -> None:
    op.add_column("person", sa.Column("locked_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_person_locked_by"), "person", "organisation", ["locked_by"], ["id"])
    op.execute(LOCKERS)


def membership() -> None:
    op.add_column("membership", sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update membership set given_at = created_at")
    op.alter_column("membership", "given_at", nullable=False)


def downgrade() -> None:
    op.drop_column("membership", "given_at")
    op.drop_constraint(op.f("fk_person_locked_by"), "person")
    op.drop_column("person", "locked_by")
