"""Secret addresses at which somebody's calendar reads something of a patient: made, listed, taken back, looked up.

The address is all that a calendar sends, so each reading decides anew whether the person may still see what is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar
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
from app.patients.admission import AdmittedPatient
from app.patients.models import ReadAtAddress

MOST: Final = 10  # running ones of a kind and person for one patient
SECRET_BYTES: Final = 32
HOUR: Final = timedelta(hours=1)
READINGS_AN_HOUR: Final = 60  # of one address; calendars ask a few times an hour
TRIES_AN_HOUR: Final = 120  # of unknown addresses from one place

Kind = TypeVar("Kind", bound=ReadAtAddress)


def make(kind: type[Kind], folder: str, patient: AdmittedPatient, person_id: UUID, **more: Any) -> tuple[Kind, str]:
    """A calendar of this kind, and the address that is shown this once. Raises Conflict."""
    if len(own(kind, patient, person_id)) >= MOST:
        raise Conflict(f"There are {MOST} calendars already. Take one back first.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    facts = {
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "person_id": person_id,
        "secret_hash": tokens.hashed(secret),
    }
    made = kind(**facts, **more)
    db.session.add(made)
    db.session.flush()
    return made, f"{config.current().public_url}/{folder}/{secret}.ics"


def own(kind: type[Kind], patient: AdmittedPatient, person_id: UUID) -> Sequence[Kind]:
    """The running calendars of this person for a patient, first made first."""
    where = (kind.patient_id == patient.id, kind.person_id == person_id, kind.ended_at.is_(None))
    return db.session.scalars(select(kind).where(*where).order_by(kind.created_at, kind.id)).all()


def take_back(kind: type[Kind], patient: AdmittedPatient, person_id: UUID, calendar_id: UUID) -> None:
    """From now on the address is unknown; taken back before, it stays as it was. Raises NotFound."""
    one = db.session.get(kind, calendar_id)
    if one is None or (one.patient_id, one.person_id) != (patient.id, person_id):
        raise NotFound
    if one.ended_at is None:
        one.ended_at = clock.now()
        db.session.flush()


def found(kind: type[Kind], secret: str, address: str, needs: Permission) -> tuple[Kind, AdmittedPatient]:
    """The calendar at an address, and whose it reads. Raises NotFound, always the same, and TooMany."""
    with rows.within(rows.SERVICE):  # whose it is is not known before it is looked up
        where = (kind.secret_hash == tokens.hashed(secret), kind.ended_at.is_(None))
        one = db.session.scalar(select(kind).where(*where))
    if one is None:
        limits.spend(f"calendar from {address}", allowed=TRIES_AN_HOUR, per=HOUR)
        raise NotFound
    limits.spend(f"calendar {one.id}", allowed=READINGS_AN_HOUR, per=HOUR)
    try:
        patient, _ = guards.admitted_person(one.person_id, one.patient_id, needs)
    except (Forbidden, NotFound):
        raise NotFound from None
    return one, patient


def host() -> str:
    """Where calendars are read: what tells their entries from those of others."""
    return urlsplit(config.current().public_url).hostname or "localhost"
