"""Tables: threads and their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# In the order in which they can be made; each has a patient.
TABLES = ("thread", "thread_message", "thread_event", "thread_seen")
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {
    "thread_message": "body_sealed",
    "thread_event": "note_sealed",
}


def upgrade() -> None:
    thread()
    thread_message()
    thread_event()
    thread_seen()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        if sealed:
            op.execute(f"grant update ({sealed}) on {table} to kith_worker")


def thread() -> None:
    op.create_table(
        "thread",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("topic_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(claimed_at is null) = (claimed_by is null)", name=op.f("ck_thread_claimed_by_somebody")),
        sa.CheckConstraint("(closed_at is null) = (closed_by is null)", name=op.f("ck_thread_closed_by_somebody")),
        sa.CheckConstraint("kind in ('circle', 'team')", name=op.f("ck_thread_kind")),
        sa.CheckConstraint("(kind = 'team') = (team_id is not null)", name=op.f("ck_thread_team")),
        sa.ForeignKeyConstraint(["claimed_by"], ["person.id"], name=op.f("fk_thread_claimed_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_thread_closed_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_thread_opened_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_thread_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_thread_patient_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_thread_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_thread_patient_id_client_id")),
    )
    op.create_index(
        "ix_thread_inbox", "thread", ["team_id", "waiting_since"], postgresql_where=sa.text("waiting_since is not null")
    )
    op.create_index("ix_thread_patient_id_last_at", "thread", ["patient_id", "last_at"])


def thread_message() -> None:
    op.create_table(
        "thread_message",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_role", sa.String(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel in ('app', 'page', 'sms', 'kith')", name=op.f("ck_thread_message_channel")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["acting_for.id"], name=op.f("fk_thread_message_acting_for_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_thread_message_author_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_thread_message_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_thread_message_patient_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_message_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_message")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_thread_message_patient_id_client_id")),
    )
    op.create_index("ix_thread_message_thread_id", "thread_message", ["thread_id", "created_at"])


def thread_event() -> None:
    op.create_table(
        "thread_event",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('opened', 'closed', 'reopened', 'claimed', 'passed_on', 'let_go')",
            name=op.f("ck_thread_event_kind"),
        ),
        sa.CheckConstraint("(kind = 'passed_on') = (to_id is not null)", name=op.f("ck_thread_event_to")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_thread_event_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_thread_event_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_thread_event_patient_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_event_thread_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_thread_event_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_event")),
    )
    op.create_index("ix_thread_event_thread_id", "thread_event", ["thread_id", "created_at"])


def thread_seen() -> None:
    op.create_table(
        "thread_seen",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_thread_seen_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_thread_seen_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_thread_seen_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_seen_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_seen")),
        sa.UniqueConstraint("thread_id", "person_id", name=op.f("uq_thread_seen_thread_id_person_id")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
