"""Who reads about visits, and which of the two texts is theirs. Pure.

Whoever is not said to be a professional is none: what they are answered is made without the other text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.access.permissions import Permission
from app.access.roles import STAFF, Role


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who was let in to read, or to write, about a patient's visits."""

    person_id: UUID
    is_professional: bool = False  # reads what professionals write for each other
    sees_readings: bool = False
    is_staff: bool = False


def reader(person_id: UUID, role: Role, may: Callable[[Permission], bool]) -> Reader:
    """Whoever was admitted in this role; `may` says what else they may do for this patient."""
    return Reader(
        person_id,
        is_professional=may(Permission.SEE_PROFESSIONAL_NOTES),
        sees_readings=may(Permission.SEE_READINGS),
        is_staff=role in STAFF,
    )
