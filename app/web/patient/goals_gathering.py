"""What the pages of goals are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import g, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.ids import new_id
from app.goals import states
from app.goals.audiences import Looking
from app.goals.models import AUDIENCES, STATES
from app.goals.queries import helping, showing
from app.goals.queries.showing import Shown
from app.goals.service import acting
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings.queries import instruments
from app.web import frame, looking, moments
from app.web import words as page_words
from app.web.patient import goals_words as words

P: Final = Permission
A_PAGE: Final = 40
VALUES: Final = {"measure": P.SEE_READINGS, "area": P.SEE_RATINGS, "action": P.SEE_PLAN}
SAID: Final = {
    "set": "Your goal is set. You can change it whenever you like.",
    "changed": "It is changed.",
    "step": "The step is added.",
    "step-changed": "The step is changed.",
    "done": "Well done. The step is noted.",
    "open-again": "The step is open again.",
    "remove": "The step is taken away.",
    "asked": "They are asked. Here you see what they say.",
    "reviewed": "Thank you. It is noted.",
    "noted": "Thank you. It is noted.",
    "accept": "It is noted.",
    "decline": "It is noted.",
    "helped": "It is noted that the step is done. Thank you.",
    "reached": "Well done. It is noted as reached.",
    "put-aside": "It is put aside. You can take it up again whenever you like.",
    "take-up": "You are working on it again.",
}
# What can be done with a goal by its state; what ends it asks for a word of why, for whoever wants to say it.
ACTS: Final = {"suggested": ("accept", "Take this goal"), "active": ("reached", "It is reached")} | dict.fromkeys(
    states.ENDED, ("take-up", "Work on it again")
)
LEAVES: Final = {"suggested": ("decline", "Leave it"), "active": ("put-aside", "Put it aside for now")}
# What of a goal is changed on a page of its own.
CHANGED_AT: Final = ("change", "take", "number", "levels", "share")


def by() -> By:
    """Who acts, on a page."""
    return By(guards.caller().person_id, g.role, "page")


def reader() -> Looking:
    """Who looks, with the numbers and actions that they may read elsewhere too."""
    values = frozenset(kind for kind, permission in VALUES.items() if guards.reads(permission))
    return Looking(guards.caller().person_id, g.role, values)


def title(patient: AdmittedPatient) -> str:
    """ "My goals", "Mary’s goals"."""
    return f"{patient.given_name}’s goals" if frame.whose(patient) else "My goals"


def for_list(patient: AdmittedPatient, cursor: str | None) -> dict[str, Any]:
    """What is worked on and suggested, and what came before."""
    page = showing.listed(patient, reader(), STATES, A_PAGE, cursor)
    here: dict[str, Any] = {"patient_id": patient.id}
    cards = [card(patient, one) | _on_paper(patient, one) | {"state": one.row.state} for one in page.items]
    can_set = looking.may(P.CHANGE_GOALS) and patient.ended_at is None
    return {
        "title": title(patient),
        "suggested": [one for one in cards if one["state"] == "suggested"],
        "active": [one for one in cards if one["state"] == "active"],
        "before": [one for one in cards if one["state"] in states.ENDED],
        "add_href": url_for("my_goals_adding.add", **here) if can_set else None,
        "older_href": url_for("my_goals.goals", **here, cursor=page.next) if page.next else None,
        "newest_href": url_for("my_goals.goals", **here) if cursor else None,
    }


def _on_paper(patient: AdmittedPatient, one: Shown) -> dict[str, Any]:
    """What a printed list says besides: why, and the steps to tick."""
    return {"why": one.row.why, "steps_in_full": _steps(patient, one)}


def card(patient: AdmittedPatient, one: Shown) -> dict[str, Any]:
    """A goal in a list."""
    return {
        "words": one.row.words,
        "way": words.way(one, _area(one), clock.now(), patient.zone),
        "steps": words.steps_said(one),
        "state_words": words.STATES[one.row.state],
        "audience": words.seen_by(one.row.audience, you(patient)),
        "sure": None if one.row.confidence is None else f"Sure: {one.row.confidence} of 10",
        "is_asked": any(step.is_mine and step.row.helper_state == "asked" for step in one.steps),
        "href": url_for("my_goals.one", patient_id=patient.id, goal_id=one.row.id),
    }


def for_one(patient: AdmittedPatient, goal_id: UUID, said: str, fault: str = "") -> dict[str, Any]:
    """One goal with its steps, what was said of it, and what can be done. Raises NotFound."""
    whole = showing.whole(patient, reader(), goal_id)
    one, me, now, zone = whole.goal, guards.caller().person_id, clock.now(), patient.zone
    levels = words.by_level(one.levels)
    owns, state, is_cared_for = looking.may(P.CHANGE_GOALS), one.row.state, patient.ended_at is None
    is_running = state == "active" and is_cared_for
    return {
        "goal": card(patient, one) | {"why": one.row.why, "begun": words.begun(one, me)},
        "levels": words.levels_named(one.levels),
        "steps": [step | _step_urls(patient, UUID(step["id"])) for step in _steps(patient, one)],
        "can_change": owns and is_running,
        "can_help": looking.may(P.HELP_WITH_GOALS) and is_running,
        "helps_all": looking.may(P.SUGGEST_GOALS),
        "act": ACTS[state] if owns and is_cared_for else None,
        "leave": LEAVES.get(state) if owns and is_cared_for else None,
        "can_take": owns and state == "suggested" and is_cared_for,
        "people": _people(patient, one.row.audience) if owns and is_running else [],
        "can_number": bool(reader().values),
        "can_share": owns and state != "suggested",
        "review_on": moments.day(one.row.review_on, clock.today(zone)) if one.row.review_on else None,
        "reviews": [words.review(each, levels, me, now, zone) for each in whole.reviews],
        "history": [words.happened(each, me, now, zone) for each in whole.history],
        "urls": _urls(patient, goal_id),
        "new_id": str(new_id()),
        "said": SAID.get(said),
        "errors": [{"text": fault, "href": "#maincontent"}] if fault else [],
        "back": title(patient),
        "back_href": url_for("my_goals.goals", patient_id=patient.id),
    }


def _steps(patient: AdmittedPatient, one: Shown) -> list[dict[str, Any]]:
    me, today = guards.caller().person_id, clock.today(patient.zone)
    return [words.step(step, me, today) for step in one.steps]


def _area(one: Shown) -> str:
    """The name of the area that a goal goes by."""
    code, _, name = (one.row.tie or "").partition(":")
    instrument = instruments.registry().get(code)
    area = instrument.area(name) if instrument else None
    return area.name if area else "The rated area"


def for_review(patient: AdmittedPatient, goal_id: UUID, form: Mapping[str, str], fault: str = "") -> dict[str, Any]:
    """The form that asks how a goal goes. Raises NotFound."""
    one = showing.one(patient, reader(), goal_id)
    levels = words.by_level(one.levels)
    return {
        "step": "review",
        "kept": [("id", form.get("id", ""))],
        "send": "Send",
        "closed": acting.care_ended(patient),
        "words": one.row.words,
        "typed": form,
        "sure": [{"value": "", "text": "Not now"}, *({"value": str(n), "text": str(n)} for n in range(11))],
        "levels": [{"value": str(level), "text": words.level(level, said)} for level, said in levels.items()],
        "audience": words.seen_by(one.row.audience, you(patient)),
        "action": url_for("my_goals.review", patient_id=patient.id, goal_id=goal_id),
        "back": "The goal",
        "back_href": url_for("my_goals.one", patient_id=patient.id, goal_id=goal_id),
        "errors": [{"text": fault, "href": "#confidence"}] if fault else [],
    }


def you(patient: AdmittedPatient) -> str:
    """What the patient is called, to whoever looks."""
    return patient.given_name if frame.whose(patient) else "you"


def _people(patient: AdmittedPatient, audience: str) -> list[dict[str, str]]:
    return [{"value": str(one.id), "text": one.name} for one in helping.helpers(patient, audience)]


def audiences(patient: AdmittedPatient, now: str = "") -> list[dict[str, Any]]:
    """Who may see a goal, with who does now."""
    said = {name: page_words.upper(words.seen_by(name, you(patient))) for name in AUDIENCES}
    return [{"value": name, "text": text, "checked": name == now} for name, text in said.items()]


def _urls(patient: AdmittedPatient, goal_id: UUID) -> dict[str, str]:
    here: dict[str, Any] = {"patient_id": patient.id, "goal_id": goal_id}
    own = {name: url_for(f"my_goals.{name}", **here) for name in ("act", "add_step", "look", "note")}
    return own | {name: url_for(f"my_goals_changing.{name}", **here) for name in CHANGED_AT}


def _step_urls(patient: AdmittedPatient, step_id: UUID) -> dict[str, str]:
    views = {
        "act_url": "my_goals.act_on_step",
        "ask_url": "my_goals.ask",
        "help_url": "my_goals.answer",
        "change_url": "my_goal_steps.change",
    }
    return {name: url_for(view, patient_id=patient.id, step_id=step_id) for name, view in views.items()}
