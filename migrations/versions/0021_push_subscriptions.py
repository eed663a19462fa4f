"""Tables: browsers that a person is told on. An index: pushes that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    push_subscription()
    delivery()


def push_subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("endpoint_index", sa.LargeBinary(), nullable=False),
        sa.Column("p256dh", sa.LargeBinary(), nullable=False),
        sa.Column("auth_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_push_subscription_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_index", name=op.f("uq_push_subscription_endpoint_index")),
    )
    op.create_index("ix_push_subscription_person_id", "push_subscription", ["person_id"])
    # Whoever says so is told no more at once; what is gone goes by schedule.
    op.execute("grant delete on push_subscription to kith_app, kith_worker")


def delivery() -> None:
    waits = sa.text("channel = 'push' and state in ('pending', 'unknown')")
    op.create_index("ix_delivery_push", "delivery", ["priority", "due_at"], postgresql_where=waits)


def downgrade() -> None:
    op.drop_index("ix_delivery_push", "delivery")
    op.drop_table("push_subscription")
