"""Actions of the care plan, over the API and on pages."""

from __future__ import annotations

from app.access import callers, roles
from app.access.permissions import Permission
from app.access.roles import CIRCLE, STAFF, Role
from tests.access.personas import Persona
from tests.access.rows.goals import HELPER
from tests.access.rows.row import Row

_ACTIONS = "/api/patients/<uuid:patient_id>/plan-actions"
_ONE = f"{_ACTIONS}/<uuid:action_id>"
_MY = "/my/<uuid:patient_id>/plan/actions/<uuid:action_id>/act"
_CONSOLE = "/console/patients/<uuid:patient_id>/actions"
_HERE = f"{_CONSOLE}/<uuid:action_id>"
_DONE = {"action_id": "$done_action"}
_NEW = {"id": "$new", "words": "Walk", "owner_id": "$mary", "due_on": "2027-01-10"}


def _marks_as(persona: Persona) -> Role:
    """In which of their roles they say that something is done."""
    do = Permission.DO_ACTIONS
    may = [one for one in persona.roles if roles.allowed(one, do, persona.grants, persona.scopes)]
    return min(may, key=callers.ORDER.index)


def is_not_hers(persona: Persona) -> bool:
    """Mary sees to it: nobody of her circle says that it is done."""
    return _marks_as(persona) in CIRCLE


def is_not_theirs(persona: Persona) -> bool:
    """Somebody of her circle sees to it: they and the team say so, and not even Mary."""
    return persona.name != HELPER and _marks_as(persona) not in STAFF


ROWS: dict[str, Row] = {
    f"GET {_ACTIONS}": Row(),
    f"POST {_ACTIONS}": Row(body=_NEW),
    f"GET {_ACTIONS}/owners": Row(),
    f"GET {_ONE}": Row(),
    f"PATCH {_ONE}": Row(body={"words": "Ring the clinic"}),
    f"GET {_ONE}/history": Row(),
    f"POST {_ONE}/done": Row(conflict=is_not_hers),
    f"POST {_ONE}/open-again": Row(ids=_DONE, conflict=is_not_theirs),
    f"POST {_ONE}/drop": Row(body={"why": "She is well."}),
    f"POST {_MY}": Row(body={"act": "done"}, conflict=is_not_hers),
    f"GET {_CONSOLE}/add": Row(),
    f"POST {_CONSOLE}/add": Row(body=_NEW),
    f"GET {_HERE}": Row(),
    f"POST {_HERE}/change": Row(body={"words": "Ring the clinic", "owner_id": "$mary", "version": "1"}),
    f"POST {_HERE}/drop": Row(body={"why": "She is well."}),
    f"POST {_HERE}/act": Row(body={"act": "done"}),
}
