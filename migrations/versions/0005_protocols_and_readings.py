"""Tables: protocols and readings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _protocol_approval()
    _monitoring_plan()
    _personal_limit()
    _quarantined_reading()
    _reading()
    _reading_correction()
    _reading_state()
    op.execute("revoke update on protocol_approval from kith_app, kith_worker")
    op.execute("revoke update on reading from kith_app, kith_worker")
    op.execute("revoke update on reading_correction from kith_app, kith_worker")
    op.execute("revoke update on quarantined_reading from kith_app, kith_worker")
    # A copy may be recognised after it was stored: its original came later.
    op.execute("grant update (copy_of) on reading to kith_app, kith_worker")
    op.execute("grant delete on reading_state to kith_app, kith_worker")


def downgrade() -> None:
    op.drop_table("reading_state")
    op.drop_table("reading_correction")
    op.drop_table("reading")
    op.drop_table("quarantined_reading")
    op.drop_table("personal_limit")
    op.drop_table("monitoring_plan")
    op.drop_table("protocol_approval")


def _protocol_approval() -> None:
    op.create_table(
        "protocol_approval",
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approver_role", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_approval")),
        sa.UniqueConstraint("protocol", "version", name=op.f("uq_protocol_approval_protocol_version")),
    )


def _monitoring_plan() -> None:
    op.create_table(
        "monitoring_plan",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_monitoring_plan_ended_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_monitoring_plan_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_monitoring_plan_patient_id")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_monitoring_plan_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_plan")),
    )
    op.create_index(
        "uq_monitoring_plan_running",
        "monitoring_plan",
        ["patient_id", "protocol"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _personal_limit() -> None:
    op.create_table(
        "personal_limit",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_personal_limit_author_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_personal_limit_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_personal_limit_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_limit")),
    )
    op.create_index(
        "uq_personal_limit_running",
        "personal_limit",
        ["patient_id", "name"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _quarantined_reading() -> None:
    op.create_table(
        "quarantined_reading",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("entered_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_quarantined_reading_entered_by")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_quarantined_reading_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_reading")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_quarantined_reading_patient_id_client_id")),
    )


def _reading() -> None:
    op.create_table(
        "reading",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("value_2", sa.Double(), nullable=True),
        sa.Column("comparator", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("entered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("on_oxygen", sa.Boolean(), nullable=True),
        sa.Column("oxygen_flow", sa.Double(), nullable=True),
        sa.Column("at_rest", sa.Boolean(), nullable=True),
        sa.Column("meal", sa.String(), nullable=True),
        sa.Column("symptoms", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("marks", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("copy_of", sa.Uuid(), nullable=True),
        sa.Column("is_history", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("comparator in ('<', '>')", name=op.f("ck_reading_comparator")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_reading_entered_by")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reading_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("pk_reading")),
    )
    op.create_index(
        "ix_reading_patient_id_measure_measured_at", "reading", ["patient_id", "measure", "measured_at"], unique=False
    )


def _reading_correction() -> None:
    op.create_table(
        "reading_correction",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("corrected_by", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["corrected_by"], ["person.id"], name=op.f("fk_reading_correction_corrected_by")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reading_correction_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_correction")),
        sa.UniqueConstraint("patient_id", "reading_id", name=op.f("uq_reading_correction_patient_id_reading_id")),
    )


def _reading_state() -> None:
    op.create_table(
        "reading_state",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("value_2", sa.Double(), nullable=True),
        sa.Column("comparator", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reading_state_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "measure", name=op.f("pk_reading_state")),
    )
