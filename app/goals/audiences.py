"""Who sees which goals, by what they are to the patient. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access.roles import CIRCLE, STAFF, Role

OWNERS: Final = frozenset({Role.PATIENT, Role.ACTING})
NUMBERED: Final = frozenset({"measure", "area"})  # ties that have numbers
_PROFESSIONALS: Final = STAFF | {Role.SHARING, Role.EMERGENCY}


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who was admitted to goals; `values`: what goals are tied to of which they may read how it goes."""

    person_id: UUID
    role: Role
    values: frozenset[str] = frozenset()

    @property
    def audiences(self) -> frozenset[str]:
        return seen_by(self.role)

    @property
    def owns(self) -> bool:
        return self.role in OWNERS


def seen_by(role: Role) -> frozenset[str]:
    """The audiences whose goals somebody in this role sees: private ones are the patient's alone."""
    if role in OWNERS:
        return frozenset({"private", "team", "circle"})
    if role in _PROFESSIONALS:
        return frozenset({"team", "circle"})
    return frozenset({"circle"}) if role in CIRCLE else frozenset()
