"""Threads within the circle and with the team, and the team inbox, over the API and on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access.roles import CIRCLE
from tests.access.personas import Persona
from tests.access.rows.row import Row

_PATIENT = "/api/patients/<uuid:patient_id>"
_MY, _CONSOLE = "/my/<uuid:patient_id>", "/console/patients/<uuid:patient_id>"
_THREAD, _TEAM = f"{_PATIENT}/threads/<uuid:thread_id>", f"{_PATIENT}/team-threads/<uuid:thread_id>"
_IN_CIRCLE, _WITH_TEAM = f"{_MY}/threads/<uuid:thread_id>", f"{_MY}/messages/<uuid:thread_id>"
_AT_DESK = f"{_CONSOLE}/messages/<uuid:thread_id>"
_NEW = {"id": "$new", "topic": "New inhaler", "text": "Which one first?"}
_MESSAGE = {"id": "$new", "text": "Thank you."}
_PASS = {"to_id": "$colleague", "note": "Yours, I think."}
_SAID = {"note": "We spoke on the phone."}
_ID, _TAKEN = {"thread_id": "$team_thread"}, {"thread_id": "$taken_thread"}
HOLDER = "coordinator of the same team"  # has taken one of Mary's


def has_not_taken_it(persona: Persona) -> bool:
    """What somebody has taken nobody else puts back."""
    return persona.name != HOLDER


def _hers(one: str = "$team_thread", body: Mapping[str, Any] | None = None) -> Row:
    """Mary's with the team: who is in her circle does not see it."""
    return Row(body=body, ids={"thread_id": one}, hidden_from=CIRCLE)


ROWS: dict[str, Row] = {
    f"GET {_PATIENT}/threads": Row(),
    f"POST {_PATIENT}/threads": Row(body=_NEW),
    f"GET {_THREAD}": Row(),
    f"GET {_THREAD}/messages": Row(),
    f"POST {_THREAD}/messages": Row(body=_MESSAGE),
    f"POST {_THREAD}/seen": Row(),
    f"POST {_THREAD}/close": Row(),
    f"GET {_PATIENT}/team-threads": Row(),
    f"POST {_PATIENT}/team-threads": Row(body=_NEW),
    f"GET {_TEAM}": _hers(),
    f"GET {_TEAM}/messages": _hers(),
    f"POST {_TEAM}/messages": _hers(body=_MESSAGE),
    f"POST {_TEAM}/seen": _hers(),
    f"POST {_TEAM}/close": _hers("$answered_thread", body=_SAID),
    f"POST {_TEAM}/claim": Row(ids=_ID),
    f"POST {_TEAM}/pass-on": Row(body=_PASS, ids=_ID),
    f"POST {_TEAM}/let-go": Row(body={}, ids=_TAKEN, conflict=has_not_taken_it),
    "GET /api/inbox": Row(),
    f"GET {_MY}/threads": Row(),
    f"GET {_MY}/threads/new": Row(),
    f"POST {_MY}/threads/new": Row(body=_NEW),
    f"GET {_IN_CIRCLE}": Row(),
    f"POST {_IN_CIRCLE}": Row(body=_MESSAGE),
    f"POST {_IN_CIRCLE}/close": Row(),
    f"GET {_MY}/messages": Row(),
    f"GET {_MY}/messages/new": Row(),
    f"POST {_MY}/messages/new": Row(body=_NEW),
    f"GET {_WITH_TEAM}": _hers(),
    f"POST {_WITH_TEAM}": _hers(body=_MESSAGE),
    f"POST {_WITH_TEAM}/close": _hers("$answered_thread", body=_SAID),
    "GET /console/inbox": Row(),
    f"GET {_CONSOLE}/messages": Row(),
    f"GET {_CONSOLE}/messages/new": Row(),
    f"POST {_CONSOLE}/messages/new": Row(body=_NEW),
    f"GET {_AT_DESK}": Row(ids=_ID),
    f"POST {_AT_DESK}/claim": Row(ids=_ID),
    f"POST {_AT_DESK}/pass-on": Row(body=_PASS, ids=_ID),
    f"POST {_AT_DESK}/let-go": Row(ids=_TAKEN, conflict=has_not_taken_it),
    f"POST {_AT_DESK}/answer": Row(body=_MESSAGE, ids=_ID),
    f"POST {_AT_DESK}/close": Row(body=_SAID, ids=_ID),
}
