"""Texts of people we know whose texts nobody reads any more: they are told so, and lately ended care is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.core import clock, limits
from app.core.errors import TooMany
from app.identity.models import Person
from app.notifications import service as telling
from app.notifications import texts
from app.notifications.models import InboundText
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

KIND: Final = "texted_after_end"
LOOKED_AT_FOR: Final = timedelta(days=30)  # after the end of care
MOST_LOOKED_AT, ANSWERS = 5, 1  # each day
DAY: Final = timedelta(days=1)
_REASON: Final = (
    "{name} has texted, though the care of {patient} ended on {day}: {words} They are told that nobody reads it. "
    "See whether somebody must call them."
)
_NOT_SHOWN: Final = "it may be about somebody else, so it is not shown here."


def answer(inbound: InboundText, person: Person) -> None:
    """Say that nobody reads this, once a day; where care ended lately, a person looks at it."""
    theirs = _records(person)
    since = clock.now() - LOOKED_AT_FOR
    _have_looked_at(inbound, person, [one for one in theirs if one.ended_at and one.ended_at >= since])
    if _may(f"unheard {person.id}", ANSWERS):
        say_back(inbound, person, "text_care_ended" if theirs else "unknown_number")


def say_back(inbound: InboundText, person: Person, template: str) -> None:
    """One text to somebody about one of theirs, of no patient in particular."""
    telling.tell(
        organisation_id=None,
        patient_id=None,
        recipient_id=person.id,
        about="inbound",
        about_id=inbound.id,
        kind="message",
        body=texts.render_known(template, person.language, {}),
    )


def _records(person: Person) -> Sequence[AdmittedPatient]:
    """Their own, and those in whose circle they still are: all have ended, or somebody would read the text."""
    own = (one.id for one in patients.own_records(person.id))
    circles = (place.member.patient_id for place in patients.circles_of(person.id))
    return list(patients.admitted({*own, *circles}).values())


def _have_looked_at(inbound: InboundText, person: Person, lately: Sequence[AdmittedPatient]) -> None:
    if not lately or not _may(f"texts after the end of {person.id}", MOST_LOOKED_AT):
        return
    for patient in lately:
        assert patient.ended_at is not None  # that is why it is here
        ended = patient.ended_at.astimezone(patient.team_zone)
        words = f"“{inbound.body}”" if len(lately) == 1 else _NOT_SHOWN
        day = f"{ended.day} {ended:%B}"
        reason = _REASON.format(name=person.name, patient=patient.name, day=day, words=words)
        todos.add(patient, KIND, str(inbound.id), reason, patient.look_at_by("red", clock.now()))


def _may(what: str, allowed: int) -> bool:
    try:
        limits.spend(what, allowed=allowed, per=DAY)
    except TooMany:
        return False
    return True
