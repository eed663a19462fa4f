"""What comes in a circle, day by day: visits for those who may see them, and help that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.messages.queries import help as helping
from app.messages.queries import visits
from app.patients.admission import AdmittedPatient

VISIT, HELP = "visit", "help"
HELP_LASTS: Final = timedelta(minutes=30)  # nobody says how long; so that calendars show more than a line
NOT_COMING: Final = ("called_off", "missed")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at a time; `who` comes, nobody yet where it is None."""

    kind: str
    id: UUID
    starts_at: datetime
    ends_at: datetime
    what: str
    who: str | None
    state: str
    is_mine: bool


def coming(
    patient: AdmittedPatient, viewer_id: UUID, since: datetime, until: datetime, *, with_visits: bool
) -> list[Entry]:
    """What somebody sees of the calendar of a circle, in order."""
    rows = helping.wanted_between(patient, viewer_id, since, until)
    found = [_help(one) for one in helping.shown(patient, rows, viewer_id)]
    if with_visits:
        planned = visits.coming(patient, since, until)
        found += [_visit(one, viewer_id) for one in planned if one.state not in NOT_COMING]
    return sorted(found, key=lambda one: (one.starts_at, one.id))


def _help(one: helping.Shown) -> Entry:
    at: datetime = one.row.wanted_at  # type: ignore[assignment]  # those with a time were asked for
    who = one.helper.name if one.helper else None
    return Entry(HELP, one.row.id, at, at + HELP_LASTS, one.row.what or "", who, one.row.state, one.is_mine)


def _visit(one: visits.Shown, viewer_id: UUID) -> Entry:
    ends_at = one.due_at + timedelta(minutes=one.minutes)
    return Entry(VISIT, one.id, one.due_at, ends_at, one.what, one.visitor, one.state, one.visitor_id == viewer_id)
