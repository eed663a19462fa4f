"""Goals, over the API and on pages."""

from __future__ import annotations

from app.access.roles import STAFF
from tests.access.personas import Persona
from tests.access.rows.row import Row

_GOALS = "/api/patients/<uuid:patient_id>/goals"
_ONE, _STEP = f"{_GOALS}/<uuid:goal_id>", f"{_GOALS}/steps/<uuid:step_id>"
_SUGGESTED = {"goal_id": "$suggested_goal"}
_MY = "/my/<uuid:patient_id>/goals"
_MINE, _MY_STEP = f"{_MY}/<uuid:goal_id>", f"{_MY}/steps/<uuid:step_id>"
_CONSOLE = "/console/patients/<uuid:patient_id>/goals/suggest"
HELPER = "member with every grant"  # was asked to help with a step of Mary's, and helps with another


def was_not_asked(persona: Persona) -> bool:
    """Whoever was not asked does not answer."""
    return persona.name != HELPER


def does_not_help(persona: Persona) -> bool:
    """In the circle whoever helps with a step says that it is done, of the team anybody."""
    return persona.name != HELPER and not persona.roles & STAFF


ROWS: dict[str, Row] = {
    f"GET {_GOALS}": Row(),
    f"POST {_GOALS}": Row(body={"id": "$new", "words": "Sing"}),
    f"POST {_GOALS}/suggestions": Row(body={"id": "$new", "words": "Sing"}),
    f"GET {_ONE}": Row(),
    f"PATCH {_ONE}": Row(body={"words": "Dance all night"}),
    f"GET {_ONE}/history": Row(),
    f"GET {_ONE}/helpers": Row(),
    f"POST {_ONE}/accept": Row(body={}, ids=_SUGGESTED),
    f"POST {_ONE}/decline": Row(body={}, ids=_SUGGESTED),
    f"POST {_ONE}/reached": Row(),
    f"POST {_ONE}/put-aside": Row(body={}),
    f"POST {_ONE}/take-up": Row(),
    f"POST {_ONE}/reviews": Row(body={"id": "$new", "confidence": 5}),
    f"POST {_ONE}/notes": Row(body={"id": "$new", "note": "Well done"}),
    f"POST {_ONE}/steps": Row(body={"id": "$new", "words": "Shoes"}),
    f"PATCH {_STEP}": Row(body={"words": "Walk far"}),
    f"POST {_STEP}/done": Row(),
    f"POST {_STEP}/open-again": Row(),
    f"POST {_STEP}/remove": Row(),
    f"POST {_STEP}/ask": Row(body={"person_id": "$priya"}),
    f"POST {_STEP}/accept": Row(ids={"step_id": "$asked_step"}, conflict=was_not_asked),
    f"POST {_STEP}/decline": Row(ids={"step_id": "$asked_step"}, conflict=was_not_asked),
    f"POST {_STEP}/helped": Row(ids={"step_id": "$accepted_step"}, conflict=does_not_help),
    f"GET {_MY}": Row(),
    f"GET {_MY}/add": Row(),
    f"POST {_MY}/add": Row(
        body={"id": "$new", "words": "Sing", "tied_to": "steps", "audience": "team", "step": "when"}
    ),
    f"GET {_MINE}": Row(),
    f"POST {_MINE}/act": Row(body={"act": "reached"}),
    f"POST {_MINE}/share": Row(body={"audience": "team"}),
    f"GET {_MINE}/change": Row(),
    f"POST {_MINE}/change": Row(body={"words": "Dance all night", "version": "1"}),
    f"GET {_MINE}/take": Row(ids=_SUGGESTED),
    f"POST {_MINE}/take": Row(body={"words": "Dance all night", "audience": "team"}, ids=_SUGGESTED),
    f"GET {_MINE}/number": Row(),
    f"POST {_MINE}/number": Row(body={"step": "seen", "tied_to": "steps", "version": "1"}),
    f"GET {_MINE}/levels": Row(),
    f"POST {_MINE}/levels": Row(body={"version": "1"}),
    f"GET {_MINE}/share": Row(),
    f"GET {_MINE}/review": Row(),
    f"POST {_MINE}/steps": Row(body={"id": "$new", "words": "Shoes"}),
    f"POST {_MINE}/review": Row(body={"id": "$new", "confidence": "5"}),
    f"POST {_MINE}/note": Row(body={"id": "$new", "note": "Well done"}),
    f"GET {_MY_STEP}/change": Row(),
    f"POST {_MY_STEP}/change": Row(body={"words": "Walk far", "version": "1"}),
    f"POST {_MY_STEP}/act": Row(body={"act": "done"}),
    f"POST {_MY_STEP}/ask": Row(body={"person_id": "$priya"}),
    f"POST {_MY_STEP}/help": Row(body={"act": "accept"}, ids={"step_id": "$asked_step"}, conflict=was_not_asked),
    f"GET {_CONSOLE}": Row(),
    f"POST {_CONSOLE}": Row(body={"id": "$new", "words": "Sing", "tied_to": "steps", "step": "why"}),
}
