"""What the use cases of visits share: one telling at a time, times that can be, and where people read more."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import text

from app.access.permissions import Category
from app.core import clock, phone_clock
from app.core.db import db
from app.core.errors import Conflict
from app.messages.models import Visit
from app.messages.queries import visible
from app.messages.visit_entering import Told
from app.patients.admission import AdmittedPatient
from app.patients.queries import telling

SENT_BEFORE: Final = "This was sent before, with something else in it. Nothing was changed now."
_ONE_AT_A_TIME: Final = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(patient: AdmittedPatient, client_id: UUID) -> None:
    """Wait while the same thing is being recorded: a phone may send it twice at once."""
    db.session.execute(_ONE_AT_A_TIME, {"key": f"visit {patient.id} {client_id}"})


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict once care has ended: nothing is planned any more."""
    if patient.ended_at is not None:
        raise Conflict(f"Care with {patient.team_name} has ended, so no visits are planned any more.")


def id_of(patient: AdmittedPatient, client_id: UUID) -> UUID:
    """The id of what a sender named; never that of a row of another patient."""
    return uuid5(patient.id, f"visit {client_id}")


def happened(told: Told) -> datetime:
    """When it happened. Raises Invalid for a time that cannot be."""
    return phone_clock.told(told.happened_at, clock.now(), told.sent_at)


def those_told(patient: AdmittedPatient, one: Visit) -> set[UUID]:
    """Who of the circle is told of a visit; of one that is kept from it the family is not."""
    told = telling.those_told(patient, Category.VISITS)
    return set(told if one.hidden_at is None else visible.told(patient, Category.VISITS, told))
