"""Who looks at a feed, and which kinds of posts they see. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access.callers import Standing
from app.access.permissions import Category, Right
from app.access.roles import CIRCLE, STAFF, Role
from app.patients.by import By

EVERYTHING: Final = frozenset(Category)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who was admitted to a feed; `notes` False: somebody looks with their eyes, and no post was seen."""

    by: By
    categories: frozenset[Category]
    notes: bool = True

    @property
    def person_id(self) -> UUID:
        return self.by.person_id

    @property
    def is_staff(self) -> bool:
        return self.by.role in STAFF


def viewer(by: By, standing: Standing, looker: Standing | None = None) -> Viewer:
    """Whoever was admitted with this standing; a `looker` with their eyes sees no more than with their own."""
    seen = categories(standing)
    return Viewer(by, seen if looker is None else seen & categories(looker), notes=looker is None)


def writer(by: By, standing: Standing) -> Viewer:
    """The same for what they write: who may write but not read answers what others told them of."""
    return Viewer(by, categories(standing) | {Category.MESSAGES})


def categories(standing: Standing) -> frozenset[Category]:
    """The kinds that somebody sees: a post about a visit is for those who see visits."""
    if standing.roles & (STAFF | {Role.PATIENT}):
        return EVERYTHING
    given = {kind for kind, right in standing.grants if right is Right.SEE} if standing.roles & CIRCLE else set()
    decided = standing.scopes if Role.ACTING in standing.roles else ()
    return frozenset(given | {kind for kind in Category if kind in decided})
