"""The page of monitoring by text, for the patient and for their team: when they are asked, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from flask import g, request

from app.access import guards
from app.core import clock, http
from app.core.errors import Conflict, Invalid
from app.identity import queries as people
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import asking_times, averaging, queries
from app.programmes.models import REPEAT, TextAsk, TextProgramme
from app.programmes.schemas import ProgrammePause, ProgrammeTimes
from app.programmes.service import running
from app.protocols import asking
from app.protocols import queries as protocols
from app.readings import queries as readings
from app.web import moments, words

REFUSED: Final = (Conflict, Invalid)
NEWEST: Final = 42  # three weeks of twice a day
STATES: Final = {
    "asked": "Asked, no answer yet",
    "answered": "Answered",
    "missed": "No answer",
    "not_sent": "Could not be asked",
    "called_off": "Called off",
}
SAID: Final = {"started": "It is saved.", "paused": "It is paused.", "on": "It goes on.", "ended": "No more texts ask."}
_TIMES, _PAUSE = ProgrammeTimes(), ProgrammePause()


def start(patient: AdmittedPatient) -> None:
    """Begin, or change the times, as the form says; raises Conflict and Invalid."""
    typed = [one for one in request.form.getlist("times") if one]
    by = By(guards.caller().person_id, g.role, "page")
    running.start(patient, http.loaded(_TIMES, {"times": typed})["times"], by)


def pause(patient: AdmittedPatient) -> str:
    """Pause until the day of the form, or go on; gives which."""
    until = http.loaded(_PAUSE, {"until": request.form.get("until") or None})["until"]
    running.pause(patient, until)
    return "paused" if until else "on"


def end(patient: AdmittedPatient) -> None:
    """Ask no more."""
    running.end(patient, guards.caller().person_id)


def context(patient: AdmittedPatient, refused: Conflict | Invalid | None = None) -> dict[str, Any]:
    """What the page shows; `refused` is why nothing was changed."""
    programme, last = queries.running(patient), queries.last(patient)
    asked = asking.asked(protocols.plans_as_applied(patient))
    times = programme.times if programme else asking_times.usual(asked)
    return {
        "is_running": programme is not None,
        "closed": None if programme else _closed(patient, bool(times)),
        "times": [f"{one:%H:%M}" for one in times],
        "measures": [words.title(one.measure) for one in asked if one.times],
        "paused": moments.full(programme.paused_until) if programme and programme.paused_until else None,
        "next": moments.words(programme.next_at, clock.now(), patient.zone) if programme else None,
        "said": SAID.get(request.args.get("said", "")),
        "errors": [{"text": refused.detail, "href": "#times-1"}] if refused else [],
        **(_history(patient, last) if last else {"rows": [], "counts": None, "average": None}),
    }


def _closed(patient: AdmittedPatient, is_asked: bool) -> str | None:
    """Why it cannot begin."""
    if patient.ended_at is not None:
        return running.ENDED
    if people.person(patient.person_id).phone_index is None:
        return running.NO_PHONE
    return None if is_asked else running.NOTHING_ASKED


def _history(patient: AdmittedPatient, programme: TextProgramme) -> dict[str, Any]:
    asks = queries.asks(programme, NEWEST)
    settled = [one.state for one in asks if one.kind != REPEAT and one.state in ("answered", "missed")]
    counts = f"{settled.count('answered')} of {len(settled)} answered" if settled else None
    series = readings.series(patient, averaging.MEASURE, programme.created_at)
    measured = ((one.measured_at, one.value, one.value_2) for one in series)
    mean = averaging.average(measured, patient.zone)
    return {
        "rows": [_row(one, patient) for one in asks],
        "counts": counts,
        "average": f"{mean.systolic:.0f}/{mean.diastolic:.0f} mmHg, of {mean.readings} readings on {mean.days} days"
        if mean
        else None,
    }


def _row(one: TextAsk, patient: AdmittedPatient) -> dict[str, str]:
    what = ", ".join(words.title(measure) for measure in one.measures)
    day = moments.day(one.local_date, clock.today(patient.zone))
    again = " again" if one.kind == REPEAT else ""
    return {"when": words.upper(f"{day}, {one.slot:%H:%M}"), "what": f"{what}{again}", "state": STATES[one.state]}
