"""Calendars that read doses along: made, taken back, and read by whoever holds the secret address.

The address is all that a calendar sends, so each reading decides anew whether the person may still see the medicines.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from app import config
from app.access import guards
from app.access.permissions import Permission
from app.core import clock, limits, rows
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.identity import tokens
from app.medicines import calendar_feed, queries
from app.medicines.models import CalendarFeed
from app.medicines.service import acting, remaking
from app.patients.admission import AdmittedPatient

MOST: Final = 10  # running ones of a person for one patient
SECRET_BYTES: Final = 32
HOUR: Final = timedelta(hours=1)
READINGS_AN_HOUR: Final = 60  # of one address; calendars ask a few times an hour
TRIES_AN_HOUR: Final = 120  # of unknown addresses from one place


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar with its address, which is shown this once."""

    feed: CalendarFeed
    url: str


def make(patient: AdmittedPatient, person_id: UUID, *, names_medicines: bool) -> Made:
    """Make an address at which this person's calendar reads the doses. Raises Conflict."""
    acting.still_cared_for(patient)
    if len(own(patient, person_id)) >= MOST:
        raise Conflict(f"There are {MOST} calendars already. Take one back first.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        person_id=person_id,
        secret_hash=tokens.hashed(secret),
        names_medicines=names_medicines,
    )
    db.session.add(feed)
    db.session.flush()
    return Made(feed, f"{config.current().public_url}/calendars/{secret}.ics")


def own(patient: AdmittedPatient, person_id: UUID) -> Sequence[CalendarFeed]:
    """The running calendars of this person for a patient, first made first."""
    where = (CalendarFeed.patient_id == patient.id, CalendarFeed.person_id == person_id)
    running = select(CalendarFeed).where(*where, CalendarFeed.ended_at.is_(None))
    return db.session.scalars(running.order_by(CalendarFeed.created_at, CalendarFeed.id)).all()


def take_back(patient: AdmittedPatient, person_id: UUID, feed_id: UUID) -> None:
    """From now on the address is unknown; taken back before, it stays as it was. Raises NotFound."""
    feed = db.session.get(CalendarFeed, feed_id)
    if feed is None or (feed.patient_id, feed.person_id) != (patient.id, person_id):
        raise NotFound
    if feed.ended_at is None:
        feed.ended_at = clock.now()
        db.session.flush()


def read(secret: str, address: str) -> bytes:
    """The calendar behind an address. Raises NotFound, always the same, and TooMany."""
    with rows.within(rows.SERVICE):  # whose it is is not known before it is looked up
        where = (CalendarFeed.secret_hash == tokens.hashed(secret), CalendarFeed.ended_at.is_(None))
        feed = db.session.scalar(select(CalendarFeed).where(*where))
    if feed is None:
        limits.spend(f"calendar from {address}", allowed=TRIES_AN_HOUR, per=HOUR)
        raise NotFound
    limits.spend(f"calendar {feed.id}", allowed=READINGS_AN_HOUR, per=HOUR)
    try:
        patient, _ = guards.admitted_person(feed.person_id, feed.patient_id, Permission.SEE_MEDICINES)
    except (Forbidden, NotFound):
        raise NotFound from None
    return _written(patient, feed)


def _written(patient: AdmittedPatient, feed: CalendarFeed) -> bytes:
    now = clock.now()
    feed.last_read_at = now
    names = {one.id: one.name or "" for one in queries.medicines(patient)}
    doses = [
        calendar_feed.Dose(one.due_at, names[one.medicine_id])
        for one in queries.doses(patient, now - HOUR, now + remaking.AHEAD)
        if one.state == "due" and one.medicine_id in names
    ]
    host = urlsplit(config.current().public_url).hostname or "localhost"
    shown = calendar_feed.Feed(feed.id, host, patient.zone, names_medicines=feed.names_medicines)
    db.session.flush()
    return calendar_feed.ics(shown, doses, now)
