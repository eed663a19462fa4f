"""Tables: invitations, and messages by e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _messages_of_nobody()


def downgrade() -> None:
    _messages_of_an_organisation_only()


def _messages_of_nobody() -> None:
    """Codes and invitations belong to no organisation, and an invitation goes to somebody Kith does not know yet."""
    for table in ("delivery", "delivery_attempt", "sandbox_message"):
        op.alter_column(table, "organisation_id", nullable=True)
    op.alter_column("delivery", "recipient_id", nullable=True)
    op.add_column("delivery", sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("delivery", sa.Column("address_index", sa.LargeBinary(), nullable=True))
    somebody = "recipient_id is not null or address_sealed is not null"
    op.create_check_constraint(op.f("ck_delivery_somebody"), "delivery", somebody)


def _messages_of_an_organisation_only() -> None:
    op.drop_constraint(op.f("ck_delivery_somebody"), "delivery")
    op.drop_column("delivery", "address_index")
    op.drop_column("delivery", "address_sealed")
    delivery = sa.table("delivery", sa.column("id"), sa.column("organisation_id"), sa.column("recipient_id"))
    of_nobody = sa.or_(delivery.c.organisation_id.is_(None), delivery.c.recipient_id.is_(None))
    theirs = sa.select(delivery.c.id).where(of_nobody)
    for name in ("sandbox_message", "delivery_attempt", "receipt"):
        table = sa.table(name, sa.column("delivery_id"))
        op.execute(sa.delete(table).where(table.c.delivery_id.in_(theirs)))
    op.execute(sa.delete(delivery).where(of_nobody))
    op.alter_column("delivery", "recipient_id", nullable=False)
    for table in ("sandbox_message", "delivery_attempt", "delivery"):
        op.alter_column(table, "organisation_id", nullable=False)
