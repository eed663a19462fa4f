"""Calendars that read doses along: made, taken back, and read by whoever holds the secret address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.access.permissions import Permission
from app.core import clock
from app.core.db import db
from app.medicines import calendar_feed, queries
from app.medicines.models import CalendarFeed
from app.medicines.service import acting, remaking
from app.patients.admission import AdmittedPatient
from app.patients.service import calendar_addresses


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar with its address, which is shown this once."""

    feed: CalendarFeed
    url: str


def make(patient: AdmittedPatient, person_id: UUID, *, names_medicines: bool) -> Made:
    """Make an address at which this person's calendar reads the doses. Raises Conflict."""
    acting.still_cared_for(patient)
    more = {"names_medicines": names_medicines}
    return Made(*calendar_addresses.make(CalendarFeed, "calendars", patient, person_id, **more))


def own(patient: AdmittedPatient, person_id: UUID) -> Sequence[CalendarFeed]:
    """The running calendars of this person for a patient, first made first."""
    return calendar_addresses.own(CalendarFeed, patient, person_id)


def take_back(patient: AdmittedPatient, person_id: UUID, feed_id: UUID) -> None:
    """From now on the address is unknown; taken back before, it stays as it was. Raises NotFound."""
    calendar_addresses.take_back(CalendarFeed, patient, person_id, feed_id)


def read(secret: str, address: str) -> bytes:
    """The calendar behind an address. Raises NotFound, always the same, and TooMany."""
    feed, patient = calendar_addresses.found(CalendarFeed, secret, address, Permission.SEE_MEDICINES)
    now = clock.now()
    feed.last_read_at = now
    names = {one.id: one.name or "" for one in queries.medicines(patient)}
    doses = [
        calendar_feed.Dose(one.due_at, names[one.medicine_id])
        for one in queries.doses(patient, now - calendar_addresses.HOUR, now + remaking.AHEAD)
        if one.state == "due" and one.medicine_id in names
    ]
    shown = calendar_feed.Feed(feed.id, calendar_addresses.host(), patient.zone, names_medicines=feed.names_medicines)
    db.session.flush()
    return calendar_feed.ics(shown, doses, now)
