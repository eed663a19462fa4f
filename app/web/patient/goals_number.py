"""What a goal goes by, asked a question a page: a number, a part of the wheel, an action of the plan, or its steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from app.access import guards
from app.access.roles import Role
from app.core import clock
from app.goals import agreed, ties
from app.goals.audiences import NUMBERED
from app.goals.queries import values
from app.goals.ties import Measured
from app.pathway.queries import tied
from app.patients.admission import AdmittedPatient
from app.protocols import asking
from app.protocols import queries as protocols
from app.ratings.queries import rated
from app.ratings.service import licensing
from app.readings import catalogue
from app.readings import queries as readings
from app.readings.models import ReadingState
from app.web import frame, moments, words
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_words
from app.web.patient import questions as number_boxes

# The questions in their order, each with the boxes on its page; `aim_of` says of what the two numbers were typed.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "seen": ("tied_to",),
    "which": ("tie",),
    "aim": ("start_value", "aim_value", "aim_of"),
}
STEPS_ALONE: Final = "steps"
SEEN: Final = "Choose how you would like to see it"
WHICH: Final = "Choose one"
AIM: Final = "Give the number that you hope for, in figures"
START: Final = "Give it in figures, or leave it empty"
NO_SUCH: Final = "There is no such number here. Look at it again, and at its unit"
NO_UNIT: Final = ("", "")
_NUMBER: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that a goal can go by; `now` as it was last sent or said, `last` with its unit and when."""

    tie: str
    text: str
    unit: tuple[str, str]  # beside a number, and as it is read aloud
    now: str | None = None
    last: str | None = None
    ends: str | None = None  # what the ends of its scale mean


def questions(form: Mapping[str, str]) -> list[str]:
    """Those that are to be asked, by what was answered."""
    if form.get("tied_to") in NUMBERED:
        return ["aim"] if form.get("given") else list(QUESTIONS)
    return ["seen", "which"] if form.get("tied_to") == "action" else ["seen"]


def kinds(patient: AdmittedPatient) -> list[dict[str, Any]]:
    """By what it can be seen how a goal goes."""
    theirs = frame.whose(patient) and patient.given_name
    sends, whose = (f"{theirs} sends", f"{theirs}’s") if theirs else ("I send", "my")
    measures = dict.fromkeys(one.text.partition(", ")[0] for one in offered(patient, "measure"))
    numbers = ", ".join(words.lower(text) for text in measures)
    found = [("measure", f"A number that {sends}", words.upper(numbers))] if numbers else []
    if offered(patient, "area"):
        found.append(("area", f"A part of {whose} wheel", "How that part of life is rated, from time to time"))
    if offered(patient, "action"):
        found.append(("action", f"Something in {whose} care plan", "Whether it is done, by whom and until when"))
    steps = (STEPS_ALONE, "The steps alone", "No number")
    return [{"value": name, "text": text, "hint": {"text": hint}} for name, text, hint in (*found, steps)]


def offered(patient: AdmittedPatient, kind: str | None) -> list[Offered]:
    """What there is of a kind, as far as whoever asks may read it."""
    if kind is None or kind not in gathering.reader().values:
        return []
    return list(_OFFERS[kind](patient))


def faults(patient: AdmittedPatient, form: Mapping[str, str], question: str) -> dict[str, str]:
    """What is missing on one page."""
    kind, tie = form.get("tied_to", ""), form.get("tie", "")
    if question == "seen":
        return {} if kind in {one["value"] for one in kinds(patient)} else {"tied_to": SEEN}
    if question == "which":
        return {} if tie in {one.tie for one in offered(patient, kind)} else {"tie": WHICH}
    return _faults_of_numbers(form)


def _faults_of_numbers(form: Mapping[str, str]) -> dict[str, str]:
    kind, tie = form.get("tied_to", ""), form.get("tie", "")
    numbers = {name: number for name in ("start_value", "aim_value") if (number := _number(form, name)) is not None}
    found = {name: NO_SUCH for name, number in numbers.items() if not values.fits(kind, tie, number)}
    if form.get("start_value", "").strip() and "start_value" not in numbers:
        found["start_value"] = START
    if "aim_value" not in numbers or form.get("aim_of") != tie:
        found["aim_value"] = AIM
    return found


def body(form: Mapping[str, str]) -> dict[str, Any]:
    """What was answered, as the schema takes it."""
    if form.get("tied_to") == "action":
        return {"tied_to": "action", "tie": form.get("tie")}
    if form.get("tied_to") not in NUMBERED:
        return {"tied_to": None, "tie": None}
    numbers = {name: _number(form, name) for name in ("start_value", "aim_value")}
    said = {name: None if number is None else str(number) for name, number in numbers.items()}
    return {"tied_to": form["tied_to"], "tie": form.get("tie")} | said


def context(patient: AdmittedPatient, form: Mapping[str, str], question: str) -> dict[str, Any]:
    """What the page of a question needs."""
    if question == "seen":
        return {"kinds": kinds(patient)}
    choices = offered(patient, form.get("tied_to")) if question in QUESTIONS else []
    if question == "which":
        hints = {one.tie: {"text": one.last} for one in choices if one.last}
        return {"choices": [{"value": one.tie, "text": one.text, "hint": hints.get(one.tie)} for one in choices]}
    chosen = next((one for one in choices if one.tie == form.get("tie")), None)
    if chosen is None:
        return {}
    chosen = _with_score(patient, chosen) if form["tied_to"] == "area" else chosen
    return {"chosen": chosen, "numbers": _typed(form, chosen)}


def _typed(form: Mapping[str, str], chosen: Offered) -> dict[str, str]:
    """The two numbers of the page: as they were typed of this, else as it is now."""
    is_of_this = form.get("aim_of") == chosen.tie
    start = form.get("start_value", "") if is_of_this else chosen.now
    return {"start_value": start or "", "aim_value": form.get("aim_value", "") if is_of_this else ""}


def _number(form: Mapping[str, str], name: str) -> Decimal | None:
    text = form.get(name, "").strip()
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _measures(patient: AdmittedPatient) -> Iterator[Offered]:
    """The numbers that the patient is asked for or has sent."""
    newest = readings.newest(patient)
    asked = [one.measure for one in asking.asked(protocols.plans_as_applied(patient))]
    for name in dict.fromkeys([*asked, *newest]):
        for box in number_boxes.boxes(catalogue.MEASURES[name]):
            tie = name if box.name == "value" else f"{name}:{box.name}"
            if (found := ties.measured(tie)) is not None:
                one = Offered(tie, goals_words.measure(tie), words.unit(found.scale.unit))
                yield _with_reading(patient, one, found, newest.get(name))


def _with_reading(patient: AdmittedPatient, one: Offered, measured: Measured, state: ReadingState | None) -> Offered:
    """With what was sent last."""
    number = (state.value, state.value_2)[measured.number] if state else None
    if state is None or number is None:
        return one
    now, when = measured.scale.text(number), moments.words(state.measured_at, clock.now(), patient.zone)
    return replace(one, now=now, last=f"Last: {goals_words.amount('measure', one.tie, now)}, {when}")


def _areas(patient: AdmittedPatient) -> Iterator[Offered]:
    usable = licensing.usable(patient.organisation_id, clock.today(patient.zone))
    for instrument in usable:
        for area in instrument.areas:
            text = area.name if len(usable) == 1 else f"{instrument.name}: {area.name}"
            ends = f"{instrument.lowest} is “{area.low}”, {instrument.highest} is “{area.high}”."
            yield Offered(f"{instrument.code}:{area.code}", text, NO_UNIT, ends=ends)


def _with_score(patient: AdmittedPatient, area: Offered) -> Offered:
    """With what the patient said of it last."""
    said = rated.scores_of_area(patient, Role.PATIENT, *area.tie.split(":", 1))
    if not said:
        return area
    at, score = said[-1]
    return replace(area, now=str(score), last=f"Last: {score}, {moments.words(at, clock.now(), patient.zone)}")


def _actions(patient: AdmittedPatient) -> Iterator[Offered]:
    """What was agreed to be done and is still open."""
    for one in tied.still_open(patient):
        yield Offered(str(one.id), one.words, NO_UNIT, last=agreed.said(one, guards.caller().person_id))


_OFFERS: Final[Mapping[str, Callable[[AdmittedPatient], Iterator[Offered]]]] = {
    "measure": _measures,
    "area": _areas,
    "action": _actions,
}
