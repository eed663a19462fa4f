"""Tables: asking for help; calendars that read along."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# In the order in which they can be made; each has a patient.
TABLES = ("help_request", "help_asked", "help_event", "circle_calendar")
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {
    "help_event": "note_sealed",
}


def upgrade() -> None:
    help_request()
    help_request_checks()
    help_asked()
    help_event()
    circle_calendar()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        if sealed:
            op.execute(f"grant update ({sealed}) on {table} to kith_worker")


def help_request() -> None:
    op.create_table(
        "help_request",
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_role", sa.String(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_all", sa.Boolean(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("helper_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["acting_for_id"], ["acting_for.id"], name=op.f("fk_help_request_acting_for_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_help_request_asked_by")),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name=op.f("fk_help_request_helper_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_help_request_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_help_request_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_help_request_patient_id_client_id")),
    )
    op.create_index(
        "ix_help_request_alert_id", "help_request", ["alert_id"], postgresql_where=sa.text("alert_id is not null")
    )
    op.create_index("ix_help_request_patient_id", "help_request", ["patient_id", "created_at"])
    op.create_index(
        "ix_help_request_reopen_at", "help_request", ["reopen_at"], postgresql_where=sa.text("reopen_at is not null")
    )


def help_request_checks() -> None:
    op.create_check_constraint(
        op.f("ck_help_request_helper"), "help_request", "(helper_id is null) = (state in ('open', 'called_off'))"
    )
    op.create_check_constraint(
        op.f("ck_help_request_state"), "help_request", "state in ('open', 'claimed', 'arrived', 'done', 'called_off')"
    )


def help_asked() -> None:
    op.create_table(
        "help_asked",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_help_asked_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_help_asked_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_help_asked_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["help_request.id"], name=op.f("fk_help_asked_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_asked")),
        sa.UniqueConstraint("request_id", "person_id", name=op.f("uq_help_asked_request_id_person_id")),
    )
    op.create_index("ix_help_asked_person_id", "help_asked", ["person_id", "created_at"])


def help_event() -> None:
    op.create_table(
        "help_event",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'kith')", name=op.f("ck_help_event_channel")),
        sa.CheckConstraint(
            "kind in ('asked', 'claimed', 'passed', 'given_back', 'arrived', 'done', 'not_done', 'reopened',"
            " 'called_off')",
            name=op.f("ck_help_event_kind"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_help_event_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_help_event_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_help_event_patient_id")),
        sa.ForeignKeyConstraint(["request_id"], ["help_request.id"], name=op.f("fk_help_event_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_event")),
    )
    op.create_index("ix_help_event_request_id", "help_event", ["request_id", "created_at"])


def circle_calendar() -> None:
    op.create_table(
        "circle_calendar",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_circle_calendar_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_circle_calendar_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circle_calendar_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_calendar")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_circle_calendar_secret_hash")),
    )
    op.create_index("ix_circle_calendar_person_id", "circle_calendar", ["person_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
