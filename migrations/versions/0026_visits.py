"""Tables: visits, planned and made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# In the order in which they can be made; each has a patient.
TABLES = ("visit_plan", "visit", "visit_note", "visit_reading", "handover_read", "arrival_code")
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {
    "visit_note": "family_sealed, professional_sealed, handover_sealed",
    "visit_reading": "",
    "handover_read": "",
}


def upgrade() -> None:
    visit_plan()
    visit()
    visit_checks()
    visit_note()
    visit_reading()
    handover_read()
    arrival_code()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        if sealed:
            op.execute(f"grant update ({sealed}) on {table} to kith_worker")


def visit_plan() -> None:
    op.create_table(
        "visit_plan",
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=True),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("late_after", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("made_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on is null or ends_on >= starts_on", name=op.f("ck_visit_plan_ends_after_it_starts")),
        sa.CheckConstraint("every_weeks between 1 and 52", name=op.f("ck_visit_plan_every_weeks")),
        sa.CheckConstraint("late_after between 5 and 240", name=op.f("ck_visit_plan_late_after")),
        sa.CheckConstraint("minutes between 5 and 720", name=op.f("ck_visit_plan_minutes")),
        sa.CheckConstraint(
            "cardinality(weekdays) between 1 and 7 and weekdays <@ '{1,2,3,4,5,6,7}'",
            name=op.f("ck_visit_plan_weekdays"),
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_visit_plan_ended_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_visit_plan_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_visit_plan_patient_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_visit_plan_planned_by")),
        sa.ForeignKeyConstraint(["visitor_id"], ["person.id"], name=op.f("fk_visit_plan_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plan")),
    )
    op.create_index(
        "ix_visit_plan_made_until", "visit_plan", ["made_until"], postgresql_where=sa.text("ended_at is null")
    )
    op.create_index("ix_visit_plan_patient_id", "visit_plan", ["patient_id"])


def visit() -> None:
    op.create_table(
        "visit",
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("late_after", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrival", sa.String(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("called_off_by", sa.Uuid(), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["called_off_by"], ["person.id"], name=op.f("fk_visit_called_off_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_visit_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_visit_patient_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["visit_plan.id"], name=op.f("fk_visit_plan_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_visit_planned_by")),
        sa.ForeignKeyConstraint(["visitor_id"], ["person.id"], name=op.f("fk_visit_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_visit_patient_id_client_id")),
        sa.UniqueConstraint("plan_id", "local_date", name=op.f("uq_visit_plan_id_local_date")),
    )
    op.create_index("ix_visit_look_at", "visit", ["look_at"], postgresql_where=sa.text("look_at is not null"))
    op.create_index("ix_visit_patient_id_due_at", "visit", ["patient_id", "due_at"])


def visit_checks() -> None:
    op.create_check_constraint(op.f("ck_visit_arrival"), "visit", "arrival in ('code', 'hand')")
    op.create_check_constraint(
        op.f("ck_visit_leaves_after_arriving"), "visit", "left_at is null or left_at >= arrived_at"
    )
    op.create_check_constraint(
        op.f("ck_visit_state"), "visit", "state in ('planned', 'arrived', 'done', 'missed', 'called_off')"
    )


def visit_note() -> None:
    op.create_table(
        "visit_note",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("done", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("family_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("professional_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("handover_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("next_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'kith')", name=op.f("ck_visit_note_channel")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_visit_note_by")),
        sa.ForeignKeyConstraint(["corrects_id"], ["visit_note.id"], name=op.f("fk_visit_note_corrects_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_visit_note_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_visit_note_patient_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_note_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_note")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_visit_note_corrects_id")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_visit_note_patient_id_client_id")),
    )
    op.create_index("ix_visit_note_visit_id", "visit_note", ["visit_id", "created_at"])


def visit_reading() -> None:
    op.create_table(
        "visit_reading",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_visit_reading_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_visit_reading_patient_id")),
        sa.ForeignKeyConstraint(
            ["patient_id", "reading_id"],
            ["reading.patient_id", "reading.id"],
            name=op.f("fk_visit_reading_patient_id_reading_id"),
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_reading_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_reading")),
        sa.UniqueConstraint("visit_id", "reading_id", name=op.f("uq_visit_reading_visit_id_reading_id")),
    )


def handover_read() -> None:
    op.create_table(
        "handover_read",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["visit_note.id"], name=op.f("fk_handover_read_note_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_handover_read_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_handover_read_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handover_read_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_read")),
        sa.UniqueConstraint("note_id", "person_id", name=op.f("uq_handover_read_note_id_person_id")),
    )


def arrival_code() -> None:
    op.create_table(
        "arrival_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_arrival_code_made_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_arrival_code_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_arrival_code_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_arrival_code_code_hash")),
    )
    op.create_index(
        "uq_arrival_code_running",
        "arrival_code",
        ["patient_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
