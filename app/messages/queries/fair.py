"""Who was asked, who took and who did how much of what the circle was asked for: to share it, not to rank anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.messages import wanted
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.messages.queries import help as queries
from app.patients.admission import AdmittedPatient

Seen = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of it was one person's.

    `of` is what anybody took of what they were asked for; `of_all` is what anybody took at all.
    """

    person_id: UUID
    name: str
    given_name: str
    asked: int
    took: int
    did: int
    of: int
    of_all: int

    @property
    def is_lean(self) -> bool:
        """Was nearly all of it theirs?"""
        return wanted.leans(self.took, self.of_all)


def share(patient: AdmittedPatient, viewer_id: UUID) -> list[Share]:
    """Everybody who can be asked, or took something lately, longest in the circle first.

    Counted from what the viewer may see: that somebody was asked in private is nobody else's business in the circle.
    """
    since, seen = clock.now() - wanted.FAIR_VIEW, queries.visible(patient, viewer_id)
    asked = _counted(_asked(seen, since))
    took = list(db.session.execute(_took(seen, since)))
    did = _counted(_did(seen, since))
    taken = {request_id for request_id, _ in took}
    theirs = Counter(person_id for _, person_id in {*took, *db.session.execute(_asked_of(taken))})
    by = Counter(person_id for _, person_id in took)
    people = dict.fromkeys([*(one.person_id for one in queries.helpers(patient)), *by])
    names = queries.named(patient, dict.fromkeys(people, "member"))
    counts = {one: (asked.get(one, 0), by[one], did.get(one, 0), theirs[one], len(taken)) for one in people}
    return [Share(one, names[one].name, names[one].given_name, *counts[one]) for one in people]


def busy(since: datetime) -> list[UUID]:
    """The patients whose circles took enough since then that it can be said whose it was."""
    rows = select(HelpEvent.patient_id).where(HelpEvent.kind == "claimed", HelpEvent.created_at >= since)
    many = func.count(distinct(HelpEvent.request_id)) >= wanted.LEAN_LEAST
    return list(db.session.scalars(rows.group_by(HelpEvent.patient_id).having(many).order_by(HelpEvent.patient_id)))


def _asked(seen: Seen, since: datetime) -> Select[UUID, int]:
    one = aliased(HelpAsked)  # what somebody may see asks for who was asked, too
    rows = select(one.person_id, func.count()).join(HelpRequest, HelpRequest.id == one.request_id)
    return rows.where(*seen, one.created_at >= since).group_by(one.person_id)


def _asked_of(request_ids: Collection[UUID]) -> Select[UUID, UUID]:
    return select(HelpAsked.request_id, HelpAsked.person_id).where(HelpAsked.request_id.in_(request_ids))


def _took(seen: Seen, since: datetime) -> Select[UUID, UUID]:
    """Each request once for everybody who took it."""
    rows = select(HelpEvent.request_id, HelpEvent.by).join(HelpRequest, HelpRequest.id == HelpEvent.request_id)
    where = (*seen, HelpEvent.kind == "claimed", HelpEvent.created_at >= since, HelpEvent.by.is_not(None))
    return rows.where(*where).distinct().order_by(HelpEvent.by)  # type: ignore[return-value]  # nobody is none of them


def _did(seen: Seen, since: datetime) -> Select[UUID, int]:
    rows = select(HelpRequest.helper_id, func.count()).group_by(HelpRequest.helper_id)
    where = (*seen, HelpRequest.state == "done", HelpRequest.done_at >= since)
    return rows.where(*where)  # type: ignore[return-value]  # what is done was done by somebody


def _counted(rows: Select[UUID, int]) -> dict[UUID, int]:
    return {person_id: count for person_id, count in db.session.execute(rows)}  # noqa: C416  of rows, not of pairs
