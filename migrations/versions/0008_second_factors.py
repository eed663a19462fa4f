"""Tables: second factors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _authenticator_app()
    _recovery_code()
    _passkey()
    _passkey_challenge()
    _second_factor_reset()
    op.execute("grant delete on authenticator_app, recovery_code, passkey, passkey_challenge to kith_app")
    op.execute("grant delete on passkey_challenge to kith_worker")
    op.execute("revoke update on second_factor_reset from kith_app, kith_worker")


def downgrade() -> None:
    op.drop_table("second_factor_reset")
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
    op.drop_table("recovery_code")
    op.drop_table("authenticator_app")


def _row(table: str) -> tuple[sa.Column, sa.Column, sa.PrimaryKeyConstraint]:  # type: ignore[type-arg]
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _authenticator_app() -> None:
    op.create_table(
        "authenticator_app",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pending_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _key("authenticator_app", "person_id", "person"),
        sa.UniqueConstraint("person_id", name=op.f("uq_authenticator_app_person_id")),
        *_row("authenticator_app"),
    )


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _key("recovery_code", "person_id", "person"),
        sa.UniqueConstraint("person_id", "code_index", name=op.f("uq_recovery_code_person_id_code_index")),
        *_row("recovery_code"),
    )


def _passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        _key("passkey", "person_id", "person"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        *_row("passkey"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])


def _passkey_challenge() -> None:
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_passkey_challenge_challenge_hash")),
        *_row("passkey_challenge"),
    )
    op.create_index("ix_passkey_challenge_expires_at", "passkey_challenge", ["expires_at"])


def _second_factor_reset() -> None:
    op.create_table(
        "second_factor_reset",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reset_by", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _key("second_factor_reset", "organisation_id", "organisation"),
        _key("second_factor_reset", "person_id", "person"),
        _key("second_factor_reset", "reset_by", "person"),
        *_row("second_factor_reset"),
    )
    op.create_index("ix_second_factor_reset_person_id", "second_factor_reset", ["person_id"])
