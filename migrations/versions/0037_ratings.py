"""Tables: instruments and their licences, ratings, when they are due, how far they have come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# In the order in which they can be made; instruments and licences are no patient's.
OF_A_PATIENT = ("rating_course", "rating", "rating_draft", "rating_due", "rating_distance")
OF_NONE = ("instrument_version", "instrument_licence")


def upgrade() -> None:
    instrument_version()
    instrument_licence()
    rating_course()
    rating()
    rating_checks()
    rating_draft()
    rating_due()
    rating_distance()
    for table in OF_A_PATIENT:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    # A draft becomes a rating, in the same transaction.
    op.execute("grant delete on rating_draft to kith_app")
    # Facts that nobody changes; what is sealed is sealed anew when the keys are rotated.
    for table in ("rating", *OF_NONE):
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
    op.execute("grant update (notes_sealed, reason_sealed) on rating to kith_worker")
    op.execute("grant update (replaced_at) on rating to kith_app, kith_worker")
    op.execute("grant update (ended_at, ended_by) on instrument_licence to kith_app, kith_worker")


def instrument_version() -> None:
    op.create_table(
        "instrument_version",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_instrument_version_code_version")),
    )


def instrument_licence() -> None:
    op.create_table(
        "instrument_licence",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("approval", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name=op.f("ck_instrument_licence_ended")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_instrument_licence_ended_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_instrument_licence_organisation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_instrument_licence_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_licence")),
    )
    op.create_index(
        "uq_instrument_licence_running",
        "instrument_licence",
        ["organisation_id", "code"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def rating_course() -> None:
    op.create_table(
        "rating_course",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_rating_course_ended_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rating_course_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_course_patient_id")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_rating_course_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_course")),
    )
    op.create_index(
        "uq_rating_course_running",
        "rating_course",
        ["patient_id", "code"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def rating() -> None:
    op.create_table(
        "rating",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=True),
        sa.Column("rated_by", sa.Uuid(), nullable=False),
        sa.Column("rated_role", sa.String(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("rated_at", INSTANT, nullable=False),
        sa.Column("scores", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("replaced_at", INSTANT, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["acting_for_id"], ["acting_for.id"], name=op.f("fk_rating_acting_for_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["rating.id"], name=op.f("fk_rating_corrects_id")),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument_version.id"], name=op.f("fk_rating_instrument_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_rating_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_patient_id")),
        sa.ForeignKeyConstraint(["rated_by"], ["person.id"], name=op.f("fk_rating_rated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_rating_corrects_id")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_rating_patient_id_client_id")),
    )


def rating_checks() -> None:
    op.create_check_constraint(op.f("ck_rating_channel"), "rating", "channel in ('app', 'page', 'sms', 'paper')")
    op.create_check_constraint(
        op.f("ck_rating_occasion"), "rating", "occasion in ('baseline', 'month_3', 'month_6', 'month_12')"
    )
    op.create_check_constraint(op.f("ck_rating_reason"), "rating", "(corrects_id is null) = (reason_sealed is null)")
    op.create_check_constraint(op.f("ck_rating_scores"), "rating", "cardinality(scores) > 0")
    op.create_check_constraint(op.f("ck_rating_voice"), "rating", "voice in ('patient', 'together', 'team')")
    op.create_index(
        "ix_rating_standing",
        "rating",
        ["patient_id", "code", "voice", "rated_at"],
        postgresql_where=sa.text("replaced_at is null"),
    )


def rating_draft() -> None:
    op.create_table(
        "rating_draft",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'paper')", name=op.f("ck_rating_draft_channel")),
        sa.CheckConstraint("voice in ('patient', 'together', 'team')", name=op.f("ck_rating_draft_voice")),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument_version.id"], name=op.f("fk_rating_draft_instrument_id")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_rating_draft_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_draft_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_draft")),
        sa.UniqueConstraint(
            "patient_id", "person_id", "code", "voice", name=op.f("uq_rating_draft_patient_id_person_id_code_voice")
        ),
    )
    op.create_index("ix_rating_draft_person_id", "rating_draft", ["person_id"])


def rating_due() -> None:
    op.create_table(
        "rating_due",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rating_id", sa.Uuid(), nullable=True),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("reminded", sa.SmallInteger(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(state = 'done') = (rating_id is not null)", name=op.f("ck_rating_due_done")),
        sa.CheckConstraint(
            "occasion in ('baseline', 'month_3', 'month_6', 'month_12')", name=op.f("ck_rating_due_occasion")
        ),
        sa.CheckConstraint("state in ('due', 'done', 'called_off')", name=op.f("ck_rating_due_state")),
        sa.ForeignKeyConstraint(["course_id"], ["rating_course.id"], name=op.f("fk_rating_due_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_rating_due_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_due_patient_id")),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_rating_due_rating_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_due")),
        sa.UniqueConstraint("course_id", "occasion", name=op.f("uq_rating_due_course_id_occasion")),
    )
    op.create_index("ix_rating_due_patient_id", "rating_due", ["patient_id"])
    op.create_index(
        "ix_rating_due_remind_at", "rating_due", ["remind_at"], postgresql_where=sa.text("remind_at is not null")
    )


def rating_distance() -> None:
    op.create_table(
        "rating_distance",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("last", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("voice in ('patient', 'together', 'team')", name=op.f("ck_rating_distance_voice")),
        sa.CheckConstraint(
            "cardinality(areas) = cardinality(first) and cardinality(areas) = cardinality(last)",
            name=op.f("ck_rating_distance_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rating_distance_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_distance_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_distance")),
        sa.UniqueConstraint("patient_id", "code", "voice", name=op.f("uq_rating_distance_patient_id_code_voice")),
    )


def downgrade() -> None:
    for table in (*reversed(OF_A_PATIENT), *reversed(OF_NONE)):
        op.drop_table(table)
