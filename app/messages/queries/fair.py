"""Who was asked, who took and who did how much of what the circle was asked for: to share it, not to rank anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, distinct, func, select

from app.core import clock
from app.core.db import db
from app.messages import wanted
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.messages.queries import help as queries
from app.patients.admission import AdmittedPatient


@dataclass(frozen=True, slots=True)
class Share:
    """How much of it was one person's; `of` is what anybody took."""

    person_id: UUID
    name: str
    given_name: str
    asked: int
    took: int
    did: int
    of: int

    @property
    def is_lean(self) -> bool:
        """Was nearly all of it theirs?"""
        return wanted.leans(self.took, self.of)


def share(patient: AdmittedPatient) -> list[Share]:
    """Everybody who can be asked, or took something lately, longest in the circle first."""
    since = clock.now() - wanted.FAIR_VIEW
    asked = _counted(_asked(patient, since))
    took = list(db.session.execute(_took(patient, since)))
    did = _counted(_did(patient, since))
    of = len({request_id for request_id, _ in took})
    by = Counter(person_id for _, person_id in took)
    people = dict.fromkeys([*(one.person_id for one in queries.helpers(patient)), *by])
    names = queries.named(patient, dict.fromkeys(people, "member"))
    return [
        Share(one, names[one].name, names[one].given_name, asked.get(one, 0), by[one], did.get(one, 0), of)
        for one in people
    ]


def busy(since: datetime) -> list[UUID]:
    """The patients whose circles took enough since then that it can be said whose it was."""
    rows = select(HelpEvent.patient_id).where(HelpEvent.kind == "claimed", HelpEvent.created_at >= since)
    many = func.count(distinct(HelpEvent.request_id)) >= wanted.LEAN_LEAST
    return list(db.session.scalars(rows.group_by(HelpEvent.patient_id).having(many).order_by(HelpEvent.patient_id)))


def _asked(patient: AdmittedPatient, since: datetime) -> Select[UUID, int]:
    rows = select(HelpAsked.person_id, func.count()).group_by(HelpAsked.person_id)
    return rows.where(HelpAsked.patient_id == patient.id, HelpAsked.created_at >= since)


def _took(patient: AdmittedPatient, since: datetime) -> Select[UUID, UUID]:
    """Each request once for everybody who took it."""
    where = (HelpEvent.patient_id == patient.id, HelpEvent.kind == "claimed", HelpEvent.created_at >= since)
    rows = select(HelpEvent.request_id, HelpEvent.by).where(*where, HelpEvent.by.is_not(None))
    return rows.distinct().order_by(HelpEvent.by)  # type: ignore[return-value]  # nobody is none of them


def _did(patient: AdmittedPatient, since: datetime) -> Select[UUID, int]:
    rows = select(HelpRequest.helper_id, func.count()).group_by(HelpRequest.helper_id)
    where = (HelpRequest.patient_id == patient.id, HelpRequest.state == "done", HelpRequest.done_at >= since)
    return rows.where(*where)  # type: ignore[return-value]  # what is done was done by somebody


def _counted(rows: Select[UUID, int]) -> dict[UUID, int]:
    return {person_id: count for person_id, count in db.session.execute(rows)}  # noqa: C416  of rows, not of pairs
