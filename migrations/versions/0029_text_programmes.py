"""Tables: monitoring by text."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("text_programme", "text_ask")  # in the order in which they can be made; each has a patient


def upgrade() -> None:
    text_programme()
    text_ask()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")


def text_programme() -> None:
    op.create_table(
        "text_programme",
        sa.Column("times", postgresql.ARRAY(sa.Time()), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("cardinality(times) between 1 and 4", name=op.f("ck_text_programme_times")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_text_programme_ended_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_text_programme_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_text_programme_patient_id")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_text_programme_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_programme")),
    )
    running = sa.text("ended_at is null")
    op.create_index(
        "uq_text_programme_running", "text_programme", ["patient_id"], unique=True, postgresql_where=running
    )
    op.create_index("ix_text_programme_next_at", "text_programme", ["next_at"], postgresql_where=running)
    op.create_index(
        "ix_text_programme_escalated_at",
        "text_programme",
        ["escalated_at"],
        postgresql_where=sa.text("escalated_at is not null and ended_at is null"),
    )


def text_ask() -> None:
    op.create_table(
        "text_ask",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.Time(), nullable=False),
        sa.Column("slot_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("measures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind in ('slot', 'repeat')", name=op.f("ck_text_ask_kind")),
        sa.CheckConstraint(
            "state in ('asked', 'answered', 'missed', 'not_sent', 'called_off')", name=op.f("ck_text_ask_state")
        ),
        sa.CheckConstraint("(state = 'asked') = (settled_at is null)", name=op.f("ck_text_ask_settled")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_text_ask_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_text_ask_patient_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["text_programme.id"], name=op.f("fk_text_ask_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_ask")),
        sa.UniqueConstraint(
            "patient_id", "local_date", "slot", "kind", name=op.f("uq_text_ask_patient_id_local_date_slot_kind")
        ),
    )
    op.create_index("ix_text_ask_programme_id_slot_at", "text_ask", ["programme_id", "slot_at"])
    op.create_index("ix_text_ask_due_at", "text_ask", ["due_at"], postgresql_where=sa.text("state = 'asked'"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
