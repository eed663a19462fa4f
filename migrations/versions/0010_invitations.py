"""Tables: invitations, and messages by e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _messages_of_nobody()
    _invitation()
    for column in ("patient_id", "team_id", "invited_by"):
        op.create_index(f"ix_invitation_{column}", "invitation", [column])


def downgrade() -> None:
    op.drop_table("invitation")
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


def _key(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_invitation_{column}"))


def _invitation() -> None:
    states = "state in ('waiting', 'accepted', 'confirmed', 'declined', 'revoked', 'closed')"
    accepted_by = "state not in ('accepted', 'confirmed') or person_id is not null"
    op.create_table(
        "invitation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("relationship_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("into_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_kind", sa.String(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_hash", sa.LargeBinary(), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(patient_id is null) <> (team_id is null)", name=op.f("ck_invitation_target")),
        sa.CheckConstraint("contact_kind in ('phone', 'email')", name=op.f("ck_invitation_contact_kind")),
        sa.CheckConstraint(states, name=op.f("ck_invitation_state")),
        sa.CheckConstraint(accepted_by, name=op.f("ck_invitation_accepted_by")),
        _key("organisation_id", "organisation"),
        _key("patient_id", "patient"),
        _key("team_id", "team"),
        _key("invited_by", "person"),
        _key("person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
        sa.UniqueConstraint("opened_hash", name=op.f("uq_invitation_opened_hash")),
    )
