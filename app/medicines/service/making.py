"""Make doses ahead over a rolling horizon, for every schedule that has fallen behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import backlog, clock
from app.core.db import db
from app.medicines import queries
from app.medicines.models import Medicine, MedicinePause, Schedule
from app.medicines.service import remaking
from app.medicines.service.remaking import Makes
from app.patients import queries as patients

AT_ONCE: Final = 500
# Each schedule is looked at about once a day, and not at each tick.
BEHIND: Final = timedelta(days=1)


def make_ahead() -> int:
    """Make the doses of schedules whose horizon has come near; returns how many schedules were looked at."""
    where = (Schedule.ended_at.is_(None), Schedule.unclear_sealed.is_(None), Schedule.kind.in_(("phases", "elapsed")))
    behind = select(Schedule).where(*where, Schedule.made_until <= clock.now() + remaking.AHEAD - BEHIND)
    return backlog.together("make doses ahead", behind.order_by(Schedule.made_until), _make, at_once=AT_ONCE)


def _make(schedules: Sequence[Schedule]) -> None:
    now = clock.now()
    makes = _makes({one.patient_id for one in schedules})
    rows = [
        remaking.rows_of(one, makes[one.patient_id], max(one.made_until, now), now + remaking.AHEAD)
        for one in schedules
        if one.patient_id in makes
    ]
    remaking.write(chain.from_iterable(rows))
    remaking.made(schedules, now + remaking.AHEAD)


def _makes(patient_ids: set[UUID]) -> dict[UUID, Makes]:
    """What the doses of these patients depend on, in four queries."""
    found = patients.admitted(patient_ids)
    days = queries.usual_days(patient_ids)
    running = (MedicinePause.ends_at > clock.now(), MedicinePause.ended_at.is_(None))
    paused = select(MedicinePause).where(MedicinePause.patient_id.in_(patient_ids), *running)
    pauses: dict[UUID, list[MedicinePause]] = {}
    for one in db.session.scalars(paused):
        pauses.setdefault(one.patient_id, []).append(one)
    stopped: dict[UUID, set[UUID]] = {}
    no_more = select(Medicine.patient_id, Medicine.id).where(
        Medicine.patient_id.in_(patient_ids), Medicine.stopped_at.is_not(None)
    )
    for patient_id, medicine_id in db.session.execute(no_more):
        stopped.setdefault(patient_id, set()).add(medicine_id)
    return {
        one.id: Makes(
            one.zone, days.get(one.id, queries.read_times(None)), pauses.get(one.id, ()), stopped.get(one.id, ())
        )
        for one in found.values()
        if one.ended_at is None  # a record that is opened again has its doses made anew
    }
