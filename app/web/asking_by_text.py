"""The page of monitoring by text, for the patient and for their team: when they are asked, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import g, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
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

CHOOSE: Final = guards.on_patient(Permission.ASK_BY_TEXT)
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


Show = Callable[[AdmittedPatient, dict[str, Any]], str]


def pages_of(name: str, url_prefix: str, show: Show) -> Pages:
    """The pages of one audience, which shows what they hold in its own frame."""
    pages = Pages(name, __name__, url_prefix=url_prefix)

    def done(patient: AdmittedPatient, act: Callable[[AdmittedPatient], str]) -> Any:
        try:
            said = act(patient)
        except REFUSED as refused:
            return show(patient, _context(name, patient, refused)), refused.status
        return redirect(url_for(f"{name}.overview", patient_id=patient.id, said=said), 303)

    @pages.get("", access=CHOOSE)
    def overview(patient: AdmittedPatient) -> str:
        """When they are asked, and what came of it."""
        return show(patient, _context(name, patient))

    @pages.post("", access=CHOOSE)
    def start(patient: AdmittedPatient) -> Any:
        """Begin, or change the times."""
        return done(patient, _start)

    @pages.post("/pause", access=CHOOSE)
    def pause(patient: AdmittedPatient) -> Any:
        """Ask nothing until a day, or go on."""
        return done(patient, _pause)

    @pages.post("/end", access=CHOOSE)
    def end(patient: AdmittedPatient) -> Any:
        """Ask no more."""
        return done(patient, _end)

    return pages


def _start(patient: AdmittedPatient) -> str:
    typed = [one for one in request.form.getlist("times") if one]
    by = By(guards.caller().person_id, g.role, "page")
    running.start(patient, http.loaded(_TIMES, {"times": typed})["times"], by)
    return "started"


def _pause(patient: AdmittedPatient) -> str:
    until = http.loaded(_PAUSE, {"until": request.form.get("until") or None})["until"]
    running.pause(patient, until)
    return "paused" if until else "on"


def _end(patient: AdmittedPatient) -> str:
    running.end(patient, guards.caller().person_id)
    return "ended"


def _context(name: str, patient: AdmittedPatient, refused: Conflict | Invalid | None = None) -> dict[str, Any]:
    """What the page shows; `refused` is why nothing was changed."""
    programme, last = queries.running(patient), queries.last(patient)
    asked = asking.asked(protocols.plans_as_applied(patient))
    times = programme.times if programme else asking_times.usual(asked)
    actions = {f"{act}_action": url_for(f"{name}.{act}", patient_id=patient.id) for act in ("start", "pause", "end")}
    return {
        **actions,
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
