"""Mary is asked by text for her blood pressure; what she was told, and what others were asked to do."""

from __future__ import annotations

from datetime import time
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.notifications.models import Delivery
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import queries
from app.programmes.models import TextAsk, TextProgramme
from app.programmes.service import agreeing, saying, starting
from app.todos.models import Todo


def agreed(mary: AdmittedPatient, by: By) -> TextProgramme:
    """Asked in the morning and in the evening, to which she has said yes."""
    programme = starting.start(mary, [time(8), time(18)], by)
    agreeing.agree(mary)
    return programme


def programme_of(mary: AdmittedPatient) -> UUID:
    found = queries.running(mary)
    assert found is not None
    return found.id


def deliveries() -> list[Delivery]:
    of_them = select(Delivery).where(Delivery.about == saying.ABOUT).order_by(Delivery.created_at)
    return list(db.session.scalars(of_them.execution_options(populate_existing=True)))


def states(kind: str = "slot") -> list[str]:
    rows = select(TextAsk.state).where(TextAsk.kind == kind).order_by(TextAsk.slot_at)
    return list(db.session.scalars(rows))


def todos(kind: str) -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == kind).execution_options(populate_existing=True)))
