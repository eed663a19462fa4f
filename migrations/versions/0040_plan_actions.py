"""Tables: actions of the care plan, and what was done about them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("plan_action", "plan_action_event")  # in the order in which they can be made


def upgrade() -> None:
    plan_action()
    plan_action_checks()
    plan_action_event()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    # Facts that nobody changes; what is sealed in them is sealed anew when the keys are rotated.
    op.execute("revoke update on plan_action_event from kith_app, kith_worker")
    op.execute("grant update (details_sealed) on plan_action_event to kith_worker")


def plan_action() -> None:
    op.create_table(
        "plan_action",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_role", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_plan_action_ended_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_action_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_plan_action_owner_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_plan_action_patient_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_plan_action_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_plan_action_patient_id_client_id")),
    )
    op.create_index("ix_plan_action_patient_id", "plan_action", ["patient_id", "created_at"])
    op.create_index("ix_plan_action_owner_id", "plan_action", ["owner_id"])
    op.create_index(
        "ix_plan_action_due_on",
        "plan_action",
        ["due_on"],
        postgresql_where=sa.text("state = 'open' and due_on is not null"),
    )


def plan_action_checks() -> None:
    checks = {
        "channel": "channel in ('app', 'page', 'sms')",
        "dropped_with_reason": "(state = 'dropped') = (dropped_why_sealed is not null)",
        "ended": "(state = 'open') = (ended_at is null)",
        "ended_by_somebody": "(ended_at is null) = (ended_by is null)",
        "state": "state in ('open', 'done', 'dropped')",
    }
    for name, check in checks.items():
        op.create_check_constraint(op.f(f"ck_plan_action_{name}"), "plan_action", check)


def plan_action_event() -> None:
    op.create_table(
        "plan_action_event",
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms')", name=op.f("ck_plan_action_event_channel")),
        sa.CheckConstraint(
            "kind in ('set', 'changed', 'done', 'open_again', 'dropped')", name=op.f("ck_plan_action_event_kind")
        ),
        sa.ForeignKeyConstraint(["action_id"], ["plan_action.id"], name=op.f("fk_plan_action_event_action_id")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_plan_action_event_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_plan_action_event_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_plan_action_event_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action_event")),
    )
    op.create_index("ix_plan_action_event_patient_id", "plan_action_event", ["patient_id"])
    op.create_index("ix_plan_action_event_action_id", "plan_action_event", ["action_id", "created_at"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
