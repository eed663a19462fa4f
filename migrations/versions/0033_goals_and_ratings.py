"""Tables: goals, and ratings of how life is going."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# In the order in which they can be made; the instruments and their licences are no patient's.
OF_A_PATIENT = (
    "goal", "goal_step", "goal_review", "goal_event", "rating_course", "rating", "rating_draft", "rating_due",
)  # fmt: skip
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {
    "goal_review": ("note_sealed",),
    "goal_event": ("details_sealed",),
    "rating": ("notes_sealed", "reason_sealed"),
}


def upgrade() -> None:
    goal()
    goal_checks()
    goal_step()
    goal_review()
    goal_event()
    instrument_version()
    instrument_licence()
    rating_course()
    rating()
    rating_checks()
    rating_draft()
    rating_due()
    for table in OF_A_PATIENT:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    # A draft becomes a rating, in the same transaction.
    op.execute("grant delete on rating_draft to kith_app")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        op.execute(f"grant update ({', '.join(sealed)}) on {table} to kith_worker")
    op.execute("grant update (replaced_at) on rating to kith_app, kith_worker")
    op.execute("revoke update on instrument_version from kith_app, kith_worker")
    op.execute("revoke update on instrument_licence from kith_app, kith_worker")
    op.execute("grant update (ended_at, ended_by) on instrument_licence to kith_app, kith_worker")


def goal() -> None:
    op.create_table(
        "goal",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confidence", sa.SmallInteger(), nullable=True),
        sa.Column("tied_to", sa.String(), nullable=True),
        sa.Column("tie", sa.String(), nullable=True),
        sa.Column("start_value", sa.Numeric(10, 3), nullable=True),
        sa.Column("aim_value", sa.Numeric(10, 3), nullable=True),
        sa.Column("levels_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("review_each_days", sa.SmallInteger(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("prompted_on", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_role", sa.String(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["acting_for_id"], ["acting_for.id"], name=op.f("fk_goal_acting_for_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_goal_patient_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_goal_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_goal_patient_id_client_id")),
    )


def goal_checks() -> None:
    op.create_check_constraint(op.f("ck_goal_audience"), "goal", "audience in ('private', 'team', 'circle')")
    op.create_check_constraint(op.f("ck_goal_confidence"), "goal", "confidence between 0 and 10")
    op.create_check_constraint(
        op.f("ck_goal_state"), "goal", "state in ('suggested', 'active', 'reached', 'put_aside', 'declined')"
    )
    op.create_check_constraint(op.f("ck_goal_suggested"), "goal", "not (state = 'suggested' and audience = 'private')")
    op.create_check_constraint(op.f("ck_goal_tie"), "goal", "(tied_to is null) = (tie is null)")
    op.create_check_constraint(op.f("ck_goal_tied_to"), "goal", "tied_to in ('measure', 'area', 'action')")
    op.create_index("ix_goal_patient_id", "goal", ["patient_id", "created_at"])
    op.create_index(
        "ix_goal_review_on",
        "goal",
        ["review_on"],
        postgresql_where=sa.text("state = 'active' and review_on is not null"),
    )


def goal_step() -> None:
    op.create_table(
        "goal_step",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("helper_id", sa.Uuid(), nullable=True),
        sa.Column("helper_state", sa.String(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(done_at is null) = (done_by is null)", name=op.f("ck_goal_step_done")),
        sa.CheckConstraint("(helper_id is null) = (helper_state is null)", name=op.f("ck_goal_step_helper")),
        sa.CheckConstraint("helper_state in ('asked', 'accepted', 'declined')", name=op.f("ck_goal_step_helper_state")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_goal_step_done_by")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_step_goal_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name=op.f("fk_goal_step_helper_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_step_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_goal_step_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_step")),
        sa.UniqueConstraint("goal_id", "client_id", name=op.f("uq_goal_step_goal_id_client_id")),
    )
    op.create_index("ix_goal_step_goal_id", "goal_step", ["goal_id"])
    op.create_index(
        "ix_goal_step_helper_id", "goal_step", ["helper_id"], postgresql_where=sa.text("helper_id is not null")
    )


def goal_review() -> None:
    op.create_table(
        "goal_review",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("confidence", sa.SmallInteger(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'kith')", name=op.f("ck_goal_review_channel")),
        sa.CheckConstraint("confidence between 0 and 10", name=op.f("ck_goal_review_confidence")),
        sa.CheckConstraint("level between -2 and 2", name=op.f("ck_goal_review_level")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_goal_review_by")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_review_goal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_review_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_goal_review_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_review")),
        sa.UniqueConstraint("goal_id", "client_id", name=op.f("uq_goal_review_goal_id_client_id")),
    )
    op.create_index("ix_goal_review_goal_id", "goal_review", ["goal_id", "created_at"])


def goal_event() -> None:
    op.create_table(
        "goal_event",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'kith')", name=op.f("ck_goal_event_channel")),
        sa.CheckConstraint(
            "kind in ('set', 'suggested', 'accepted', 'declined', 'changed', 'shared', 'step_added',"
            " 'step_changed', 'step_done', 'step_open_again', 'step_removed', 'helper_asked',"
            " 'helper_accepted', 'helper_declined', 'helper_ended', 'reviewed', 'reached',"
            " 'put_aside', 'taken_up')",
            name=op.f("ck_goal_event_kind"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_goal_event_by")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_event_goal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_event_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_goal_event_patient_id")),
        sa.ForeignKeyConstraint(["step_id"], ["goal_step.id"], name=op.f("fk_goal_event_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_event")),
    )
    op.create_index("ix_goal_event_goal_id", "goal_event", ["goal_id", "created_at"])


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


def downgrade() -> None:
    for table in (
        "rating_due", "rating_draft", "rating", "rating_course", "instrument_licence", "instrument_version",
        "goal_event", "goal_review", "goal_step", "goal",
    ):  # fmt: skip
        op.drop_table(table)
