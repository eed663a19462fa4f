"""The entries of the audit and how they are written, with the tables of what is sealed.

The guard notes the entry; it is written last in the transaction, in one statement, unless a service takes the noted
entries and writes them inside a statement of its own (the hot path does).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import orjson
from flask import g, has_request_context
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from app.core import clock, unit_of_work
from app.core.db import Base, HotStatement, Row, db
from app.core.ids import new_id


class AuditEntry(Base, Row):
    """One act on one record, or on the records of one list; never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_patient_id_created_at", "patient_id", "created_at"),
        # Lists name many patients, and a stranger's try names one as its subject only.
        Index(
            "ix_audit_entry_patient_ids",
            "patient_ids",
            postgresql_using="gin",
            postgresql_where=text("patient_id is null"),
        ),
        Index(
            "ix_audit_entry_subject_id_created_at",
            "subject_id",
            "created_at",
            postgresql_where=text("patient_id is null"),
        ),
        Index("ix_audit_entry_written_in", "written_in"),
        Index("ix_audit_entry_actor_id_created_at", "actor_id", "created_at"),
        Index("ix_audit_entry_on_behalf_of", "on_behalf_of", postgresql_where=text("on_behalf_of is not null")),
    )

    organisation_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    patient_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    actor_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    role: Mapped[str]
    action: Mapped[str]
    purpose: Mapped[str]
    subject_id: Mapped[UUID | None]
    request_id: Mapped[str | None]
    # The transaction that wrote it, told by the database: all below some number have ended, so none of theirs can
    # still appear. That is how the sealer misses nobody who commits late, without looking at every row each time.
    written_in: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))


class AuditSeal(Base):
    """The seal over one audit entry, a link of its organisation's chain; its absence means "not yet sealed"."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number", postgresql_nulls_not_distinct=True),
        Index("ix_audit_seal_first", "organisation_id", postgresql_where=text("number = 1")),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    organisation_id: Mapped[UUID | None]
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes]


class AuditMark(Base):
    """Below which transaction every entry has been sealed: where the sealer need not look again. One row."""

    __tablename__ = "audit_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    below: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an act when it is noted."""

    role: str
    action: str
    organisation_id: UUID | None = None
    patient_id: UUID | None = None
    patient_ids: list[UUID] | None = None
    actor_id: UUID | None = None
    on_behalf_of: UUID | None = None
    purpose: str = "care"
    subject_id: UUID | None = None
    request_id: str | None = None
    id: UUID = field(default_factory=new_id)
    created_at: datetime = field(default_factory=clock.now)
    stands: bool = False  # it happened though the request was refused, as a lock after too many guesses; not stored


IN_VAIN = "in vain: "
_FIELDS = tuple(Entry.__dataclass_fields__)
# For a statement that writes its facts and their audit at once: entries of :audit as JSON.
INSERT_FROM_JSON = """
    insert into audit_entry (id, created_at, organisation_id, patient_id, patient_ids, actor_id, on_behalf_of, role,
        action, purpose, subject_id, request_id)
    select id, created_at, organisation_id, patient_id, patient_ids, actor_id, on_behalf_of, role, action, purpose,
        subject_id, request_id
    from jsonb_to_recordset(cast(:audit as jsonb)) as a (id uuid, created_at timestamptz, organisation_id uuid,
        patient_id uuid, patient_ids uuid[], actor_id uuid, on_behalf_of uuid, role text, action text, purpose text,
        subject_id uuid, request_id text)
"""
_INSERT = HotStatement(INSERT_FROM_JSON)


def note(entry: Entry) -> None:
    """Have an entry written at the end of this transaction."""
    _noted().append(entry)
    unit_of_work.before_commit("audit", _write_noted)


def take() -> str:
    """The noted entries for INSERT_FROM_JSON, for a service that writes them in its own statement."""
    noted = _noted()
    rows = [{name: getattr(entry, name) for name in _FIELDS} for entry in noted]
    noted.clear()
    return orjson.dumps(rows).decode()


def mark_in_vain() -> None:
    """What was noted came to nothing, and the transaction that says so is kept."""
    noted = _noted()
    noted[:] = [entry if entry.stands else replace(entry, action=f"{IN_VAIN}{entry.action}") for entry in noted]


def note_in_vain() -> None:
    """Write down what was admitted and then came to nothing: its rows went with the transaction, the try stays."""
    noted = list(_noted())
    _noted().clear()
    if noted:
        with unit_of_work.unit_of_work():
            for entry in noted:
                note(replace(entry, action=f"{IN_VAIN}{entry.action}", id=new_id()))


def request_id() -> str | None:
    return g.get("request_id") if has_request_context() else None


def _noted() -> list[Entry]:
    entries: list[Entry] = db.session().info.setdefault("audit", [])
    return entries


def _write_noted() -> None:
    if _noted():
        _INSERT.rows({"audit": take()})
