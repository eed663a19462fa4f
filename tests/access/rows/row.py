"""What a row of the table of endpoints says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.access.roles import Role
from tests.access.personas import Persona


class Of(StrEnum):
    """Whose the thing is that a path names beside the patient."""

    ANYBODY = "anybody: nothing is named, or what is named is nobody's"
    CALLER = "the caller's own: answered by what they send"
    MARY = "Mary's own, as a person"
    TEAM = "her team's; to others it is not there"
    RUN = "her team, by working in it or for its whole organisation, which may all see it"
    COLLEAGUE = "somebody who works in her team"
    ORGANISATION = "her organisation's"


@dataclass(frozen=True, slots=True)
class Row:
    """How to call one endpoint, and what its service asks beyond the permission."""

    body: Mapping[str, Any] | None = None  # JSON for the API, a form for a page
    of: Of = Of.ANYBODY
    whose: str = ""  # the one persona whose it is; to all others it is not there
    asked_by: str = ""  # the one who goes on with it: others may see it there, and are refused
    ids: Mapping[str, str] = field(default_factory=dict)  # for path parameters that mean something else here
    query: str = ""
    version: str = "1"  # the version of Mary's row that a change names
    not_for: frozenset[Role] = frozenset()  # roles that are admitted and then refused: another's to do
    hidden_from: frozenset[Role] = frozenset()  # roles that are admitted, and to whom this one is not there
    scope: str = ""  # what somebody who acts for Mary must decide besides
    not_theirs: int = 404  # what naming somebody else's row is answered
    conflict: Callable[[Persona], bool] | None = None  # for whom it cannot be done as things are: 409, and nothing is
    may_be_kept: bool = False  # by a browser: nothing of a person is in it
    is_open: bool = False  # shows what anybody may see: nothing of a person is in it


def works(persona: Persona) -> bool:
    """Whoever works somewhere cannot close their account."""
    return bool(persona.works)


def is_somebody_to_mary(persona: Persona) -> bool:
    """Whoever sees her record anyway need not open it in an emergency."""
    return bool(persona.roles)


def anybody(_: Persona) -> bool:
    """Nobody can do it as things are with Mary."""
    return True


MARY, LEAD = "mary herself", "lead"
READING = {
    "id": "$new",
    "measure": "oxygen_saturation",
    "measured_at": "$now",
    "value": 97,
    "unit": "%",
    "context": {"on_oxygen": False},
}
SOMEBODY = {"given_name": "Nina", "family_name": "New", "email": "$email"}
