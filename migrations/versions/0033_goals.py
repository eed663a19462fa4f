"""Tables: goals, their steps, how they went."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("goal", "goal_step", "goal_review", "goal_event")  # in the order in which they can be made
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {"goal_review": "note_sealed", "goal_event": "details_sealed"}


def upgrade() -> None:
    goal()
    goal_checks()
    goal_step()
    goal_review()
    goal_event()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        op.execute(f"grant update ({sealed}) on {table} to kith_worker")


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


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
