"""Tables: medicines, their schedules and doses, reminders, stock, calendars that read along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

# In the order in which they can be made; each has a patient.
TABLES = (
    "medicine", "medicine_event", "medicine_pause", "schedule", "dose", "dose_answer", "reminder", "dose_watch",
    "dose_telling", "stock_count", "refill_nudge", "calendar_feed",
)  # fmt: skip
# Facts that nobody changes.
APPEND_ONLY = ("medicine_event", "dose_telling", "stock_count", "refill_nudge")
AMOUNT = sa.Numeric(10, 3)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _patient_day()
    _medicine()
    _schedule()
    _dose()
    _answers()
    _telling()
    _stock()
    for table in ("patient_day", *TABLES):
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table in APPEND_ONLY:
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
    # What is sealed is sealed anew when the keys are rotated, also in rows that nobody changes.
    op.execute("grant update (details_sealed) on medicine_event to kith_worker")
    op.execute("grant update (note_sealed) on dose_answer to kith_worker")


def downgrade() -> None:
    for table in reversed(("patient_day", *TABLES)):
        op.drop_table(table)


def _some(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=True)


def _one(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def _table(name: str, *columns: sa.schema.SchemaItem, **to: str) -> None:
    """A table about a patient; `to` says which columns name rows of which tables."""
    targets = {"organisation_id": "organisation", "patient_id": "patient", **to}
    op.create_table(
        name,
        *(_one(column, sa.Uuid()) for column in ("organisation_id", "patient_id", "id")),
        _one("created_at", INSTANT),
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, target in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _check(table: str, **checks: str) -> None:
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _unique(table: str, *columns: str) -> None:
    op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), table, list(columns))


def _index(table: str, *columns: str, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), postgresql_where=condition)


def _patient_day() -> None:
    op.create_table(
        "patient_day",
        _one("patient_id", sa.Uuid()),
        _one("organisation_id", sa.Uuid()),
        _one("times", postgresql.JSONB()),
        _some("reminded_id", sa.Uuid()),
        _some("zone_seen", sa.String()),
        _some("zone_seen_at", INSTANT),
        _some("zone_kept", sa.String()),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_patient_day_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_day_patient_id")),
        sa.ForeignKeyConstraint(["reminded_id"], ["person.id"], name=op.f("fk_patient_day_reminded_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_patient_day")),
    )


def _medicine() -> None:
    sealed = ("reason_sealed", "late_dose_sealed", "prescriber_sealed", "prescriber_phone_sealed")
    short = ("code", "code_level", "strength", "form", "route", "time_critical")
    _table(
        "medicine",
        *(_one(name, sa.LargeBinary()) for name in ("name_sealed", "typed_sealed")),
        *(_some(name, sa.LargeBinary()) for name in sealed),
        *(_some(name, sa.String()) for name in short),
        _one("ingredients", postgresql.JSONB()),
        *(_one(name, sa.Integer()) for name in ("window_minutes", "remind_every", "version")),
        _one("source", sa.String()),
        _one("entered_by", sa.Uuid()),
        _one("started_on", sa.Date()),
        _some("stopped_at", INSTANT),
        _some("stopped_by", sa.Uuid()),
        entered_by="person",
        stopped_by="person",
    )
    _check(
        "medicine",
        code_level="code_level in ('VTM', 'VMP', 'AMP', 'VMPP', 'AMPP')",
        coded="(code is null) = (code_level is null)",
        source="source in ('patient', 'acting', 'member', 'staff', 'import')",
    )
    _index("medicine", "patient_id")
    _table(
        "medicine_event",
        _one("medicine_id", sa.Uuid()),
        *(_one(name, sa.String()) for name in ("kind", "role")),
        _one("by", sa.Uuid()),
        _some("details_sealed", sa.LargeBinary()),
        medicine_id="medicine",
        by="person",
    )
    _index("medicine_event", "medicine_id", "created_at")


def _schedule() -> None:
    _table(
        "medicine_pause",
        _some("medicine_id", sa.Uuid()),
        *(_one(name, INSTANT) for name in ("starts_at", "ends_at")),
        _some("ended_at", INSTANT),
        _one("why", sa.String()),
        _one("by", sa.Uuid()),
        medicine_id="medicine",
        by="person",
    )
    why = "why in ('hospital', 'holiday', 'prescriber', 'other')"
    _check("medicine_pause", why=why, ends_after_it_starts="ends_at > starts_at")
    _index("medicine_pause", "patient_id")
    _table(
        "schedule",
        _one("medicine_id", sa.Uuid()),
        _one("kind", sa.String()),
        _one("said_sealed", sa.LargeBinary()),
        *(_some(name, sa.LargeBinary()) for name in ("instructions_sealed", "unclear_sealed")),
        _one("starts_on", sa.Date()),
        _some("ends_on", sa.Date()),
        *(_one(name, sa.Integer()) for name in ("highest_slot", "version")),
        _one("made_until", INSTANT),
        _some("ended_at", INSTANT),
        medicine_id="medicine",
    )
    _check("schedule", kind="kind in ('phases', 'elapsed', 'as_needed', 'as_directed')")
    _index("schedule", "medicine_id")
    running = "ended_at is null and unclear_sealed is null and kind in ('phases', 'elapsed')"
    _index("schedule", "made_until", where=running)


def _dose() -> None:
    _table(
        "dose",
        _one("medicine_id", sa.Uuid()),
        _some("schedule_id", sa.Uuid()),
        _one("local_date", sa.Date()),
        _some("slot", sa.Integer()),
        *(_one(name, INSTANT) for name in ("due_at", "settle_at")),
        *(_some(name, INSTANT) for name in ("taken_at", "answered_at", "remind_at", "told_at")),
        *(_some(name, AMOUNT) for name in ("amount", "amount_taken")),
        _one("state", sa.String()),
        _some("why", sa.String()),
        _some("answered_by", sa.Uuid()),
        _one("reminded", sa.Integer()),
        medicine_id="medicine",
        schedule_id="schedule",
        answered_by="person",
    )
    _check(
        "dose",
        state="state in ('due', 'taken', 'skipped', 'missed', 'not_recorded', 'paused', 'withdrawn')",
        scheduled="(schedule_id is null) = (slot is null)",
    )
    _unique("dose", "schedule_id", "local_date", "slot")
    _index("dose", "patient_id", "due_at")
    _index("dose", "medicine_id", "due_at")
    _index("dose", "remind_at", where="state = 'due' and remind_at is not null")
    _index("dose", "settle_at", where="state = 'due'")


def _answers() -> None:
    _table(
        "dose_answer",
        *(_one(name, sa.Uuid()) for name in ("dose_id", "client_id", "by")),
        *(_one(name, sa.String()) for name in ("answer", "channel")),
        *(_some(name, INSTANT) for name in ("taken_at", "until")),
        _some("amount", AMOUNT),
        _some("why", sa.String()),
        _some("note_sealed", sa.LargeBinary()),
        _some("acting_for_id", sa.Uuid()),
        _one("counted", sa.Boolean()),
        dose_id="dose",
        by="person",
        acting_for_id="acting_for",
    )
    _check(
        "dose_answer",
        answer="answer in ('taken', 'later', 'skipped', 'missed', 'undone', 'two_taken')",
        channel="channel in ('app', 'sms', 'page', 'import')",
    )
    _unique("dose_answer", "patient_id", "client_id")
    _index("dose_answer", "dose_id")
    op.execute("revoke update on dose_answer from kith_app, kith_worker")


def _telling() -> None:
    _table(
        "reminder",
        _one("recipient_id", sa.Uuid()),
        *(_one(name, INSTANT) for name in ("remind_at", "due_at")),
        _one("dose_ids", postgresql.ARRAY(sa.Uuid())),
        *(_one(name, sa.String()) for name in ("channel", "state")),
        recipient_id="person",
    )
    _check("reminder", state="state in ('made', 'service_down', 'withdrawn')")
    _unique("reminder", "patient_id", "remind_at")
    _index("reminder", "recipient_id", "remind_at")
    _table(
        "dose_watch",
        *(_one(name, sa.Uuid()) for name in ("medicine_id", "person_id", "by")),
        _one("after_minutes", sa.Integer()),
        _some("ended_at", INSTANT),
        medicine_id="medicine",
        person_id="person",
        by="person",
    )
    _check("dose_watch", after_minutes="after_minutes between 5 and 240")
    _unique("dose_watch", "medicine_id", "person_id")
    _table(
        "dose_telling",
        *(_one(name, sa.Uuid()) for name in ("dose_id", "person_id")),
        dose_id="dose",
        person_id="person",
    )
    _unique("dose_telling", "dose_id", "person_id")


def _stock() -> None:
    _table(
        "stock_count",
        *(_one(name, sa.Uuid()) for name in ("medicine_id", "by")),
        _one("quantity", AMOUNT),
        _one("counted_at", INSTANT),
        medicine_id="medicine",
        by="person",
    )
    _check("stock_count", quantity="quantity >= 0")
    _index("stock_count", "medicine_id", "counted_at")
    _table(
        "refill_nudge",
        *(_one(name, sa.Uuid()) for name in ("medicine_id", "person_id", "count_id")),
        _one("days_before", sa.Integer()),
        medicine_id="medicine",
        person_id="person",
        count_id="stock_count",
    )
    _unique("refill_nudge", "medicine_id", "person_id", "count_id", "days_before")
    _table(
        "calendar_feed",
        _one("person_id", sa.Uuid()),
        _one("secret_hash", sa.LargeBinary()),
        _one("names_medicines", sa.Boolean()),
        *(_some(name, INSTANT) for name in ("ended_at", "last_read_at")),
        person_id="person",
    )
    _unique("calendar_feed", "secret_hash")
    _index("calendar_feed", "person_id")
