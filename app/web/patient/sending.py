"""Send what was typed: the same intake as the API's, with a question before what is unusual but not urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.access import guards
from app.alerts.service import asking
from app.core import clock, http
from app.patients.admission import AdmittedPatient
from app.readings import intake, queries, schemas, service
from app.readings.catalogue import Measure
from app.readings.intake import Accepted, Entry, Refused
from app.readings.models import Reading
from app.readings.service import Outcome
from app.web.patient import typed as forms
from app.web.patient.typed import Typed

SENT_BEFORE = "You have sent this form before, with something else in it. Check it and send it again"
_CHECK_IN = schemas.NewCheckIn()


@dataclass(frozen=True, slots=True)
class Sent:
    """It is stored, now or the first time this form was sent."""

    reading_id: UUID


@dataclass(frozen=True, slots=True)
class Unusual:
    """Nothing is stored yet: are these numbers right?"""

    found: Sequence[Accepted]


@dataclass(frozen=True, slots=True)
class Again:
    """It cannot be sent like this; `is_used_up`: the form's ids are taken, the next try needs new ones."""

    errors: dict[str, str] = field(default_factory=dict)
    is_used_up: bool = False


def send(patient: AdmittedPatient, measure: Measure, typed: Typed) -> Sent | Unusual | Again:
    """Store the readings of one form exactly once, or say what is to be answered first."""
    read = forms.read(measure, typed, clock.now(), patient.zone)
    if read.errors or typed.get("change"):
        return Again(read.errors)
    body = http.loaded(_CHECK_IN, {"id": typed.get("check_in_id"), "readings": read.readings})
    entries: list[Entry] = [item["entry"] for item in body["readings"]]
    results = _examined(patient, entries)
    if refused := [one for one in results if isinstance(one, Refused)]:
        return _refused(patient, measure, entries, refused)
    accepted = [one for one in results if isinstance(one, Accepted)]
    if typed.get("confirmed") != "yes" and any(asking.asks_first(patient, one) for one in accepted):
        return Unusual(accepted)
    return _stored(patient, measure, entries, accepted[0], body["id"])


def _examined(patient: AdmittedPatient, entries: Sequence[Entry]) -> list[Accepted | Refused]:
    known = queries.known_of(patient, {entry.measure for entry in entries})
    return [
        intake.examine(entry, now=clock.now(), known=known.get(entry.measure, intake.NOTHING_KNOWN))
        for entry in entries
    ]


def _refused(patient: AdmittedPatient, measure: Measure, entries: Sequence[Entry], refused: Sequence[Refused]) -> Again:
    """Impossible: kept in quarantine as the API does, and asked for again."""
    which = {one.id for one in refused}
    service.record(patient, [entry for entry in entries if entry.id in which], by=guards.caller().person_id)
    errors: dict[str, str] = {}
    for one in refused:
        errors |= forms.beside(measure, one.reasons, one.measure)
    return Again(errors, is_used_up=True)


def _stored(
    patient: AdmittedPatient, measure: Measure, entries: Sequence[Entry], first: Accepted, check_in_id: UUID
) -> Sent | Again:
    received = service.record(patient, entries, by=guards.caller().person_id, check_in_id=check_in_id)
    if received[0].outcome is Outcome.STORED or _is_same(queries.reading(patient, first.id), first):
        return Sent(first.id)
    return Again(forms.beside(measure, [("/value", SENT_BEFORE)], measure.name), is_used_up=True)


def _is_same(stored: Reading | None, sent: Accepted) -> bool:
    """A form sent twice says "now" twice, a moment apart: that is one reading."""
    if stored is None:
        return False
    names = ("measure", "value", "value_2", "comparator", "code", "on_oxygen", "at_rest", "meal")
    alike = all(getattr(stored, name) == getattr(sent, name) for name in names)
    return alike and tuple(stored.symptoms or ()) == sent.symptoms
