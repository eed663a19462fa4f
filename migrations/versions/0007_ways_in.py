"""Tables: how a session was proven, and the ways into a record besides team and circle."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("password_locked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("second_factor_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device_session", sa.Column("method", sa.String(), nullable=False, server_default="password"))
    op.add_column("device_session", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device_session", sa.Column("identity_level", sa.String(), nullable=True))
    _acting_for()
    _emergency_access()
    _shared_care()


def downgrade() -> None:
    op.drop_table("shared_care")
    op.drop_table("emergency_access")
    op.drop_table("acting_for")
    op.drop_column("device_session", "identity_level")
    op.drop_column("device_session", "second_factor_at")
    op.drop_column("device_session", "method")
    op.drop_column("person", "second_factor_since")
    op.drop_column("person", "password_locked_at")
    op.drop_column("person", "locked_at")


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _acting_for() -> None:
    op.create_table(
        "acting_for",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "basis in ('consent', 'lasting_power_of_attorney', 'best_interest')", name=op.f("ck_acting_for_basis")
        ),
        _key("acting_for", "organisation_id", "organisation"),
        _key("acting_for", "patient_id", "patient"),
        _key("acting_for", "person_id", "person"),
        _key("acting_for", "given_by", "person"),
        _key("acting_for", "ended_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acting_for")),
    )
    op.create_index("ix_acting_for_person_id", "acting_for", ["person_id"])
    op.create_index(
        "uq_acting_for_running",
        "acting_for",
        ["patient_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _emergency_access() -> None:
    op.create_table(
        "emergency_access",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("emergency_access", "organisation_id", "organisation"),
        _key("emergency_access", "patient_id", "patient"),
        _key("emergency_access", "person_id", "person"),
        _key("emergency_access", "reviewed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index("ix_emergency_access_person_id_patient_id", "emergency_access", ["person_id", "patient_id"])
    op.create_index(
        "ix_emergency_access_unreviewed",
        "emergency_access",
        ["organisation_id"],
        postgresql_where=sa.text("reviewed_at is null"),
    )


def _shared_care() -> None:
    op.create_table(
        "shared_care",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=False),
        sa.Column("agreement_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("shared_care", "organisation_id", "organisation"),
        _key("shared_care", "patient_id", "patient"),
        _key("shared_care", "team_id", "team"),
        _key("shared_care", "agreed_by", "person"),
        _key("shared_care", "ended_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_care")),
    )
    op.create_index("ix_shared_care_team_id", "shared_care", ["team_id"], postgresql_where=sa.text("ended_at is null"))
    op.create_index(
        "uq_shared_care_running",
        "shared_care",
        ["patient_id", "team_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
