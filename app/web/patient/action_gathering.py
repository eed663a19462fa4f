"""What pages show of the care plan's actions: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from typing import Any, Final

from flask import g, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.pathway import queries
from app.pathway.queries import showing
from app.pathway.queries.showing import Shown
from app.pathway.service import ending
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import looking
from app.web.patient import action_words as words

MOST: Final = 100  # all that can be open, and what ended last
ENDED: Final = 5


def by() -> By:
    """Who acts, on a page."""
    return By(guards.caller().person_id, g.role, "page")


def listed(patient: AdmittedPatient) -> list[Shown]:
    """What is open, due first first, and the last that ended; as many questions however many."""
    rows = queries.in_order(patient, MOST)
    is_open = [row for row in rows if row.state == "open"]
    return showing.shown(patient, [*is_open, *rows[len(is_open) :][:ENDED]])


def part(patient: AdmittedPatient, said: str | None) -> dict[str, Any]:
    """What was agreed, on the page of the plan; each with what whoever reads can say of it."""
    me, now, zone = guards.caller().person_id, clock.now(), patient.zone
    cards = [
        words.shown(one, me, now, zone) | _ways_on(patient, one)
        for one in listed(patient)
        if one.row.state != "dropped"
    ]
    return {"list": cards, "said": words.SAID.get(said or "")}


def _ways_on(patient: AdmittedPatient, one: Shown) -> dict[str, Any]:
    """Where it is said to be done or not yet, and made a goal of."""
    here: dict[str, Any] = {"patient_id": patient.id}
    aims = one.row.state == "open" and looking.may(Permission.CHANGE_GOALS) and patient.ended_at is None
    tie: dict[str, Any] = {"tied_to": "action", "tie": one.row.id}
    return {
        "act": _act(patient, one),
        "act_url": url_for("my_actions.act", **here, action_id=one.row.id),
        "goal_href": url_for("my_goals_adding.add", **here, **tie) if aims else None,
    }


def _act(patient: AdmittedPatient, one: Shown) -> tuple[str, str] | None:
    """What they can say of it: of what they see to themselves, that it is done, or not yet."""
    theirs = By(guards.caller().person_id, g.role, "page")
    may = looking.may(Permission.DO_ACTIONS) and patient.ended_at is None
    if not may or not ending.is_theirs(patient, one.row, theirs):
        return None
    return ("done", "Done") if one.row.state == "open" else ("open-again", "Not done after all")
