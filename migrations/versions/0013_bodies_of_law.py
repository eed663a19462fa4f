"""Tables: copies of a record, correction notes, closed accounts, legal holds; short words sealed; who may delete."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Words that stood readable: `flask rotate-keys` seals them while Kith runs; until then both columns are read.
WORDS = (("patient", "conditions"), ("circle_member", "relationship"), ("device_session", "label"))
# Append-only tables keep their texts; only the seal over a text may be renewed, and only by the worker.
SEALED_FOR_GOOD = (
    ("sandbox_message", "address_sealed, body_sealed"),
    ("reading", "told_sealed"),
    ("reading_correction", "reason_sealed"),
    ("quarantined_reading", "entered_sealed"),
    ("alert_event", "text_sealed"),
    ("second_factor_reset", "reason_sealed"),
    ("acting_review", "note_sealed"),
    ("correction_note", "text_sealed"),
)
# The retention schedule is carried out by the worker alone; whoever serves people deletes no record. The audit and the
# tombstones are deleted by nobody.
DELETED_BY_SCHEDULE = """
    event_rerun, person, device_session, patient, circle_member, todo, circle_grant, acting_for, emergency_access,
    shared_care, delivery, delivery_attempt, receipt, inbound_text, out_of_reach, sandbox_message, monitoring_plan,
    personal_limit, reading, reading_correction, quarantined_reading, alert, finding, alert_event, authenticator_app,
    recovery_code, passkey, second_factor_reset, linked_login, acting_review, ending_notice, record_export,
    invitation, correction_note, legal_hold, account_closing
"""


def upgrade() -> None:
    for table, column in WORDS:
        op.add_column(table, sa.Column(f"{column}_sealed", sa.LargeBinary(), nullable=True))
        op.alter_column(table, column, nullable=True)
    op.add_column("patient", sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True))
    _inbound_text()
    _audit_entry()
    _account_closing()
    _record_export()
    _correction_note()
    _legal_hold()
    _tombstone()
    for table, columns in SEALED_FOR_GOOD:
        op.execute(f"grant update ({columns}) on {table} to kith_worker")
    op.execute(f"grant delete on {DELETED_BY_SCHEDULE} to kith_worker")


def downgrade() -> None:
    _refuse_to_lose_words()
    op.execute(f"revoke delete on {DELETED_BY_SCHEDULE} from kith_worker")
    for table, columns in SEALED_FOR_GOOD:
        op.execute(f"revoke update ({columns}) on {table} from kith_worker")
    for table in ("tombstone", "legal_hold", "correction_note", "record_export", "account_closing"):
        op.drop_table(table)
    for name in ("on_behalf_of", "actor_id_created_at"):
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    op.drop_column("inbound_text", "person_id")
    op.drop_column("patient", "restricted_at")
    for table, column in WORDS:
        empty = "'{}'" if column == "conditions" else "''"
        op.execute(f"update {table} set {column} = {empty} where {column} is null")  # noqa: S608  names of ours
        op.alter_column(table, column, nullable=False)
        op.drop_column(table, f"{column}_sealed")


def _refuse_to_lose_words() -> None:
    """What is sealed and stands nowhere readable would be gone: then there is no way back but a backup."""
    for table, column in WORDS:
        only_sealed = f"select exists (select from {table} where {column} is null and {column}_sealed is not null)"  # noqa: S608
        if op.get_bind().exec_driver_sql(only_sealed).scalar():
            raise RuntimeError(
                f"Words of {table}.{column} are sealed and would be lost by going back. Restore a backup instead."
            )


def _inbound_text() -> None:
    # Who had the phone when the text came; of texts from before nobody can say it, and they stay nobody's.
    op.add_column("inbound_text", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_inbound_text_person_id"), "inbound_text", "person", ["person_id"], ["id"])
    op.create_index("ix_inbound_text_person_id", "inbound_text", ["person_id"])


def _audit_entry() -> None:
    """What somebody did themselves, for their copy; and whether the audit names them at all."""
    op.create_index("ix_audit_entry_actor_id_created_at", "audit_entry", ["actor_id", "created_at"])
    named = sa.text("on_behalf_of is not null")
    op.create_index("ix_audit_entry_on_behalf_of", "audit_entry", ["on_behalf_of"], postgresql_where=named)


def _row(table: str) -> tuple[sa.Column, sa.Column, sa.PrimaryKeyConstraint]:  # type: ignore[type-arg]
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _account_closing() -> None:
    op.create_table(
        "account_closing",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wants_restriction", sa.Boolean(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Uuid(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        _key("account_closing", "person_id", "person"),
        _key("account_closing", "reopened_by", "person"),
        *_row("account_closing"),
    )
    running = sa.text("reopened_at is null")
    op.create_index(
        "uq_account_closing_running", "account_closing", ["person_id"], unique=True, postgresql_where=running
    )


def _record_export() -> None:
    op.create_table(
        "record_export",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=True),
        _key("record_export", "organisation_id", "organisation"),
        _key("record_export", "patient_id", "patient"),
        _key("record_export", "person_id", "person"),
        _key("record_export", "asked_by", "person"),
        *_row("record_export"),
    )
    op.create_index("ix_record_export_asked_by", "record_export", ["asked_by"])


def _correction_note() -> None:
    op.create_table(
        "correction_note",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        _key("correction_note", "organisation_id", "organisation"),
        _key("correction_note", "patient_id", "patient"),
        _key("correction_note", "written_by", "person"),
        *_row("correction_note"),
    )
    op.create_index("ix_correction_note_patient_id", "correction_note", ["patient_id"])
    op.execute("revoke update on correction_note from kith_app, kith_worker")


def _legal_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(lifted_at is null) = (lifted_by is null)", name=op.f("ck_legal_hold_lifted_by_somebody")),
        _key("legal_hold", "organisation_id", "organisation"),
        _key("legal_hold", "patient_id", "patient"),
        _key("legal_hold", "set_by", "person"),
        _key("legal_hold", "lifted_by", "person"),
        *_row("legal_hold"),
    )
    running = sa.text("lifted_at is null")
    op.create_index("ix_legal_hold_running", "legal_hold", ["organisation_id"], postgresql_where=running)


def _tombstone() -> None:
    op.create_table(
        "tombstone",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("retention_class", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=True),
        *_row("tombstone"),
    )
    op.execute("revoke update on tombstone from kith_app, kith_worker")
