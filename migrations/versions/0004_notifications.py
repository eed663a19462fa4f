"""Tables: notifications."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _inbound_text()
    _out_of_reach()
    _receipt()
    _channel_pause()
    _delivery()
    _delivery_indexes()
    _delivery_attempt()
    _sandbox_message()
    op.execute("revoke update on delivery_attempt from kith_app, kith_worker")
    op.execute("revoke update on sandbox_message from kith_app, kith_worker")


def downgrade() -> None:
    op.drop_table("sandbox_message")
    op.drop_table("delivery_attempt")
    op.drop_table("delivery")
    op.drop_table("channel_pause")
    op.drop_table("receipt")
    op.drop_table("out_of_reach")
    op.drop_table("inbound_text")


def _inbound_text() -> None:
    op.create_table(
        "inbound_text",
        sa.Column("message_sid", sa.String(), nullable=False),
        sa.Column("sender_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sender_index", sa.LargeBinary(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meaning", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_text")),
        sa.UniqueConstraint("message_sid", name=op.f("uq_inbound_text_message_sid")),
    )
    op.create_index(op.f("ix_inbound_text_sender_index"), "inbound_text", ["sender_index"], unique=False)
    op.create_index(
        "ix_inbound_text_unhandled",
        "inbound_text",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("handled_at is null"),
    )


def _out_of_reach() -> None:
    op.create_table(
        "out_of_reach",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_out_of_reach")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_out_of_reach_phone_index")),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("provider_id", "status", name=op.f("uq_receipt_provider_id_status")),
    )


def _channel_pause() -> None:
    op.create_table(
        "channel_pause",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_pause")),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("provider_status", sa.String(), nullable=True),
        sa.Column("last_outcome", sa.String(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('pending', 'unknown', 'accepted', 'delivered', 'undelivered', 'failed', 'stale', 'parked')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_delivery_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_delivery_patient_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_delivery_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_delivery_provider_id")),
    )


def _delivery_indexes() -> None:
    op.create_index("ix_delivery_about_id", "delivery", ["about_id"], unique=False)
    op.create_index(
        "ix_delivery_stuck",
        "delivery",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'unknown', 'parked')"),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["priority", "due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'unknown')"),
    )
    op.create_index(
        "ix_delivery_unconfirmed",
        "delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'accepted' and settled_at is null"),
    )


def _delivery_attempt() -> None:
    op.create_table(
        "delivery_attempt",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempt")),
    )
    op.create_index("ix_delivery_attempt_delivery_id", "delivery_attempt", ["delivery_id"], unique=False)


def _sandbox_message() -> None:
    op.create_table(
        "sandbox_message",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_sandbox_message_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_message")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_sandbox_message_delivery_id")),
    )
