"""Entries of the audit as tests write them."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import func, select

from app.core import audit
from app.core.audit import AuditEntry, AuditMark, Fault, Head
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW

RIVERSIDE, HILLSIDE, MARY, PRIYA = (UUID(int=number) for number in (1, 2, 3, 4))
Operator = psycopg.Connection[Any]


def entry(**more: Any) -> audit.Entry:
    facts: dict[str, Any] = {"role": "coordinator", "action": "see_readings", "organisation_id": RIVERSIDE}
    facts |= {"patient_id": MARY, "actor_id": PRIYA, "request_id": "r-1", "created_at": NOW}
    return audit.Entry(**facts | more)


def write(*entries: audit.Entry) -> list[UUID]:
    with unit_of_work():
        for one in entries:
            audit.note(one)
    return [one.id for one in entries]


def written(count: int, **more: Any) -> list[UUID]:
    """So many entries, a minute apart, sealed."""
    ids = write(*(entry(created_at=NOW + timedelta(minutes=i), subject_id=new_id(), **more) for i in range(count)))
    seal_past(ids)
    return ids


def seal_past(ids: list[UUID]) -> None:
    """Seal, until the sealer will not look at these again: a transaction of another test may hold it back a while."""
    last = select(func.max(AuditEntry.written_in)).where(AuditEntry.id.in_(ids))
    patience = time.monotonic() + 30
    while True:
        audit.seal_all()
        below = db.session.scalar(select(AuditMark.below).limit(1)) or 0
        db.session.rollback()
        if below > (db.session.scalar(last) or 0):
            db.session.rollback()
            return
        assert time.monotonic() < patience, "somebody's transaction never ended"
        time.sleep(0.05)


def faults(*published: Head) -> list[Fault]:
    db.session.rollback()  # what was read before is no longer what is there
    return audit.verify(published).faults
