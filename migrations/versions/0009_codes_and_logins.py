"""Tables: one-use codes and logins of other providers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("phone_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    _one_use_code()
    _login_attempt()
    _linked_login()
    op.execute("grant delete on one_use_code, login_attempt to kith_worker")


def downgrade() -> None:
    op.drop_table("linked_login")
    op.drop_table("login_attempt")
    op.drop_table("one_use_code")
    op.drop_column("person", "email_verified_at")
    op.drop_column("person", "phone_verified_at")


def _one_use_code() -> None:
    op.create_table(
        "one_use_code",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("contact_kind", sa.String(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose in ('sign_in', 'contact')", name=op.f("ck_one_use_code_purpose")),
        sa.CheckConstraint("contact_kind in ('phone', 'email')", name=op.f("ck_one_use_code_contact_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_use_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_use_code")),
    )
    op.create_index("ix_one_use_code_bound_to", "one_use_code", ["bound_to"])
    op.create_index("ix_one_use_code_expires_at", "one_use_code", ["expires_at"])


def _login_attempt() -> None:
    op.create_table(
        "login_attempt",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_level", sa.String(), nullable=True),
        sa.Column("back", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider in ('nhs_login', 'sso')", name=op.f("ck_login_attempt_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_login_attempt_state_hash")),
    )
    op.create_index("ix_login_attempt_expires_at", "login_attempt", ["expires_at"])


def _linked_login() -> None:
    op.create_table(
        "linked_login",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject_index", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider in ('nhs_login', 'sso')", name=op.f("ck_linked_login_provider")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_linked_login_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_login")),
        sa.UniqueConstraint("provider", "person_id", name=op.f("uq_linked_login_provider_person_id")),
        sa.UniqueConstraint("provider", "subject_index", name=op.f("uq_linked_login_provider_subject_index")),
    )
