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
from app.programmes import asking_times, averaging, by_text, queries
from app.programmes.by_text import NotByText
from app.programmes.models import REPEAT, TextAsk, TextProgramme
from app.programmes.schemas import ProgrammePause, ProgrammeTimes
from app.programmes.service import agreeing, running, starting
from app.protocols import queries as protocols
from app.readings import catalogue
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
    "unreached": "Did not reach the phone",
    "unasked": "Could not be asked",
    "called_off": "Called off",
}
SAID: Final = {
    "started": "A text asks for a yes. Nothing else is asked before the reply.",
    "changed": "It is saved.",
    "paused": "It is paused.",
    "on": "It goes on.",
    "ended": "No more texts ask.",
}
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
    times = http.loaded(_TIMES, {"times": typed})["times"]
    programme = queries.running(patient)
    if programme is not None:
        running.change_times(patient, programme.id, times, programme.version)
        return "changed"
    starting.start(patient, times, By(guards.caller().person_id, g.role, "page"))
    return "started"


def _pause(patient: AdmittedPatient) -> str:
    until = http.loaded(_PAUSE, {"until": request.form.get("until") or None})["until"]
    programme = queries.running(patient)
    if programme is None:
        raise Conflict(running.NOTHING_RUNS)
    running.pause(patient, programme.id, until)
    return "paused" if until else "on"


def _end(patient: AdmittedPatient) -> str:
    running.end(patient, guards.caller().person_id)
    return "ended"


def _context(name: str, patient: AdmittedPatient, refused: Conflict | Invalid | None = None) -> dict[str, Any]:
    """What the page shows; `refused` is why nothing was changed."""
    programme, last = queries.running(patient), queries.last(patient)
    plans = protocols.plans_as_applied(patient)
    asked = by_text.asked_by_text(plans)
    times = programme.times if programme else asking_times.usual(asked)
    typed = request.form.getlist("times")[: asking_times.MOST] if refused else []
    actions = {f"{act}_action": url_for(f"{name}.{act}", patient_id=patient.id) for act in ("start", "pause", "end")}
    return {
        **actions,
        **_standing(programme, patient),
        "closed": None if programme else _closed(patient, bool(times)),
        "times": typed or [f"{one:%H:%M}" for one in times],
        "measures": [words.title(one.measure) for one in asked],
        "left_out": _left_out(by_text.left_out(plans)),
        "said": SAID.get(request.args.get("said", "")),
        "errors": [{"text": refused.detail, "href": _wrong(refused)}] if refused else [],
        **(_history(patient, last) if last else {"rows": [], "counts": None, "average": None}),
    }


def _standing(programme: TextProgramme | None, patient: AdmittedPatient) -> dict[str, Any]:
    """How it stands, and the words that the patient agrees to, or has agreed to."""
    now, agreed = clock.now(), None
    if programme is not None and programme.agreed_at is not None:
        agreed = moments.words(programme.agreed_at, now, patient.zone)
    shown = queries.shown(programme) if programme else None
    is_asked = shown is not None and shown.next_at is not None
    return {
        "is_running": programme is not None,
        "is_waiting": programme is not None and agreed is None,
        "asked_on": moments.words(programme.created_at, now, patient.zone) if programme else None,
        "agreed_on": agreed,
        "consent": shown.wording.text if shown else agreeing.words_of_today(patient).text("", ""),
        "paused": moments.full(programme.paused_until) if programme and programme.paused_until else None,
        "next": moments.words(programme.next_at, now, patient.zone) if programme and is_asked else None,
    }


def _left_out(found: NotByText) -> list[str]:
    """What does not go by text, in sentences."""
    said = [f"{words.title(one)}: it cannot be told by text, only on a page." for one in found.never]
    for one in found.on_occasion:
        said.append(f"{words.title(one.measure)}, {one.words}: no text asks for it. If it is texted, it counts.")
    if found.symptoms:
        felt = ", ".join(catalogue.SYMPTOMS[code] for code in found.symptoms)
        said.append(f"Symptoms ({felt}): no text asks for them. If they are texted, the team reads it in its hours.")
    if found.too_long:
        said.append("Some advice of the plan has no room in a text. The text says then where to read it.")
    return said


def _wrong(refused: Conflict | Invalid) -> str:
    """The box that it is about."""
    pointers = [one.get("pointer") for one in refused.errors or ()]
    return "#until" if "/until" in pointers else "#times-1"


def _closed(patient: AdmittedPatient, is_asked: bool) -> str | None:
    """Why it cannot begin."""
    if patient.ended_at is not None:
        return starting.ENDED
    if people.person(patient.person_id).phone_index is None:
        return starting.NO_PHONE
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
