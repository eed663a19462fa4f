"""Columns: when a text that came in was sent; what one person was told is found without a look at everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    inbound_text()
    delivery()


def inbound_text() -> None:
    op.add_column("inbound_text", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update inbound_text set sent_at = created_at")
    op.alter_column("inbound_text", "sent_at", nullable=False)


def delivery() -> None:
    op.create_index("ix_delivery_recipient_id_created_at", "delivery", ["recipient_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_delivery_recipient_id_created_at", "delivery")
    op.drop_column("inbound_text", "sent_at")
