"""Calendars that read along what comes in a circle: one's own address, and what stands there.

Others see the calendar into which it is read, so it says no more than a text may: whom it is for by first name and
initial, that it is a visit or help, and whether somebody has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access import guards
from app.access.permissions import Permission
from app.core import calendar_file, clock
from app.core.calendar_file import CalendarFile, Entry
from app.core.errors import Conflict
from app.messages import wanted
from app.messages.models.help import CircleCalendar
from app.messages.queries import shared_calendar
from app.messages.service import asking
from app.notifications import texts
from app.patients.admission import AdmittedPatient
from app.patients.service import calendar_addresses

FOLDER: Final = "calendars/circle"
TITLE: Final = "Visits and help"


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar with its address, which is shown this once."""

    calendar: CircleCalendar
    url: str


def make(patient: AdmittedPatient, person_id: UUID) -> Made:
    """Make an address at which this person's calendar reads what comes. Raises Conflict."""
    if patient.ended_at is not None:
        raise Conflict(asking.ENDED.format(team=patient.team_name))
    return Made(*calendar_addresses.make(CircleCalendar, FOLDER, patient, person_id))


def own(patient: AdmittedPatient, person_id: UUID) -> Sequence[CircleCalendar]:
    """The running calendars of this person for a patient, first made first."""
    return calendar_addresses.own(CircleCalendar, patient, person_id)


def take_back(patient: AdmittedPatient, person_id: UUID, calendar_id: UUID) -> None:
    """From now on the address is unknown; taken back before, it stays as it was. Raises NotFound."""
    calendar_addresses.take_back(CircleCalendar, patient, person_id, calendar_id)


def read(secret: str, address: str) -> bytes:
    """The calendar behind an address. Raises NotFound, always the same, and TooMany."""
    calendar, patient = calendar_addresses.found(CircleCalendar, secret, address, Permission.SEE_FEED)
    now, name = clock.now(), texts.name_with_initial(patient.given_name, patient.family_name)
    since = now - calendar_addresses.HOUR
    found = shared_calendar.coming(
        patient, calendar.person_id, since, now + wanted.CALENDAR, with_visits=guards.reads(Permission.SEE_VISITS)
    )
    entries = [Entry(f"{one.kind}-{one.id}", one.starts_at, one.ends_at, _title(one, name)) for one in found]
    file = CalendarFile(calendar.id, calendar_addresses.host(), patient.zone, TITLE, TITLE)
    return calendar_file.written(file, entries, now)


def _title(one: shared_calendar.Entry, name: str) -> str:
    if one.kind == shared_calendar.VISIT:
        return " ".join(filter(None, ["Visit to" if name else "Visit", name]))
    who = "yours" if one.is_mine else "taken" if one.who else "still wanted"
    return " ".join(filter(None, ["Help for" if name else "Help", name, f"({who})"]))
