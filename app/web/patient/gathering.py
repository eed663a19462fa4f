"""What each page of a patient is made from: read through the slices' queries, handed to the pure pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.patients.queries import emergency
from app.protocols import asking
from app.protocols import queries as protocols
from app.protocols.applied import AppliedPlan
from app.readings import catalogue, queries
from app.readings.catalogue import Measure
from app.readings.models import Reading
from app.readings.queries import visible
from app.web import frame, looking, measuring, moments, trends, words
from app.web.patient import action_gathering, dose_gathering, form, looks, plan, reply, sharing, today
from app.web.patient.form import Around
from app.web.patient.reply import Answered, Told
from app.web.patient.sending import Again, Unusual
from app.web.patient.today import Day
from app.web.patient.typed import Typed
from app.web.trends import Span

MOST_OF_TWO_DAYS: Final = 100
# Grades that mean something only with the words of their scale; patients are offered 0 to 10 instead.
_GRADED: Final = ("breathlessness_mrc", "breathlessness_mmrc")


def for_today(patient: AdmittedPatient) -> dict[str, Any]:
    """What is asked for today, what was done, who looked."""
    now = clock.now()
    yesterday = now.astimezone(patient.zone).date() - timedelta(days=1)
    since = datetime.combine(yesterday, time(), patient.zone)
    found = queries.readings(patient, queries.Filter(since=since), MOST_OF_TWO_DAYS, None).items
    wrong = queries.corrected(patient, [one.id for one in found])
    recent = [one for one in found if one.id not in wrong]
    seen = queries.seen_by(patient, recent[0]) if recent else None
    day = Day(protocols.plans_as_applied(patient), recent, seen, now, patient.zone)
    opened = {
        "emergencies": looks.emergencies(emergency.of_patient(patient), now, patient.zone),
        "log_href": _log_href(patient),
        "near": sharing.near(patient) if looking.may(Permission.SEE_CIRCLE) else [],
        "doses": dose_gathering.due_now(patient) if looking.may(Permission.SEE_MEDICINES) else [],
        "medicines_href": _medicines_href(patient),
    }
    coordinator = {"name": patient.coordinator_name, "phone": None}
    return today.today(day, guards.caller().given_name, patient.id) | {"coordinator": coordinator} | opened


def _log_href(patient: AdmittedPatient) -> str | None:
    may = looking.may(Permission.SEE_ACCESS_LOG)
    return url_for("my_access_log.who_looked", patient_id=patient.id) if may else None


def _medicines_href(patient: AdmittedPatient) -> str | None:
    may = looking.may(Permission.SEE_MEDICINES)
    return url_for("my_doses.medicines", patient_id=patient.id) if may else None


def for_add(patient: AdmittedPatient) -> dict[str, Any]:
    """Everything that can be measured: what the plans ask for first."""
    plans, newest, now = protocols.plans_as_applied(patient), queries.newest(patient), clock.now()
    mine = [one.measure for one in asking.asked(plans)]

    def choice(name: str) -> dict[str, Any]:
        state = newest.get(name)
        last = state and f"Last: {words.value(state)}, {moments.words(state.measured_at, now, patient.zone)}"
        href = url_for("patient.ask", patient_id=patient.id, measure=name)
        return {"title": words.title(name), "hint": last, "href": href, "due": False}

    others = [name for name in catalogue.MEASURES if name not in mine and name not in _GRADED]
    return {
        "measures": [choice(name) for name in mine],
        "others": [choice(name) for name in others],
        "back_href": _start(patient),
    }


def measure_named(name: str) -> Measure:
    """A measure of the catalogue; raises NotFound."""
    found = catalogue.find(name)
    if found is None:
        raise NotFound
    return found


def for_form(patient: AdmittedPatient, measure: Measure, typed: Typed, again: Again | Unusual) -> dict[str, Any]:
    """The form: empty, as it was typed with what is wrong, or asking "are you sure"."""
    action = url_for("patient.ask", patient_id=patient.id, measure=measure.name)
    back = url_for("patient.add", patient_id=patient.id)
    whole = {"action": action, "back_href": back, "switch": None}
    if isinstance(again, Unusual):
        return whole | form.sure(measure, typed, again.found)
    around = Around(protocols.plans_as_applied(patient), queries.newest(patient), clock.now(), patient.zone)
    ids = _ids(typed, is_used_up=again.is_used_up)
    return whole | form.asked(measure, around, ids, typed, again.errors)


def _ids(typed: Typed, *, is_used_up: bool) -> dict[str, UUID | str]:
    """The readings' own ids travel with the form, so that sending it twice stores them once."""
    names = ("id", "pulse_id", "check_in_id")
    return {name: (not is_used_up and typed.get(name)) or new_id() for name in names}


def for_reply(patient: AdmittedPatient, reading_id: UUID) -> dict[str, Any]:
    """The honest reply to what was sent together; raises NotFound."""
    reading = queries.reading(patient, reading_id)
    if reading is None:
        raise NotFound
    together = queries.sent_together(patient, reading)
    ids = [one.id for one in together]
    told = queries.reply_for(patient, ids)
    watched = _watched(protocols.plans_as_applied(patient))
    answered = [Answered(one, told[one.id], one.measure in watched) for one in together]
    seen, wrong = queries.seen_by(patient, reading), queries.corrected(patient, ids)
    page = reply.page(Told(answered, seen, wrong, clock.now(), patient.zone))
    return page | {"next": _next(patient, reading), "hiding": _hiding(patient, reading)}


def _page_of(patient: AdmittedPatient) -> Callable[[UUID], str]:
    return lambda reading_id: url_for("patient.reply", patient_id=patient.id, reading_id=reading_id)


def _hiding(patient: AdmittedPatient, reading: Reading) -> dict[str, Any] | None:
    """Whether the circle sees it, for whoever decides that."""
    if not looking.may(Permission.HIDE_ITEMS):
        return None
    action = url_for("patient.hide", patient_id=patient.id, reading_id=reading.id)
    return {"action": action, "is_hidden": reading.id in visible.hidden_among(patient, [reading.id])}


def _watched(plans: Sequence[AppliedPlan]) -> set[str]:
    return {measure for plan in plans for measure in plan.protocol.by_measure}


def _next(patient: AdmittedPatient, reading: Reading) -> list[dict[str, str]]:
    again = url_for("patient.ask", patient_id=patient.id, measure=reading.measure)
    start = "Back to today" if frame.whose(patient) is None else "Back to the numbers"
    return [{"text": "Measure again", "href": again}, {"text": start, "href": _start(patient)}]


def _start(patient: AdmittedPatient) -> str:
    name = "today" if frame.whose(patient) is None else "numbers"
    return url_for(f"patient.{name}", patient_id=patient.id)


def for_plan(patient: AdmittedPatient, said: str | None) -> dict[str, Any]:
    """The plans that run, and what was agreed to be done, in words."""
    whose = frame.whose(patient)
    shown = plan.shown(protocols.plans_as_applied(patient), patient.given_name if whose else "you")
    may_ask = looking.may(Permission.ASK_BY_TEXT)
    texts_href = url_for("my_texts.overview", patient_id=patient.id) if may_ask else None
    actions = action_gathering.part(patient, said)
    return {"whose": whose, "plans": shown, "actions": actions, "texts_href": texts_href}


def for_numbers(patient: AdmittedPatient, days: int) -> dict[str, Any]:
    """Every measure sent in these days, with its chart."""
    whose = frame.whose(patient)
    return {
        "whose": whose,
        "days": days,
        "ranges": trends.ranges(days, lambda one: url_for("patient.numbers", patient_id=patient.id, days=one)),
        "measures": measuring.measures(patient, Span(days, clock.now(), patient.zone, _page_of(patient))),
        "add_href": None if whose or patient.ended_at else url_for("patient.add", patient_id=patient.id),
        "back_href": _start(patient) if whose is None and not patient.ended_at else url_for("entrance.home"),
    }
