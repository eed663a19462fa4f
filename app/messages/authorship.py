"""What somebody is to the patient, beside their name on what they wrote: "Tom Okafor, son". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.access.roles import CIRCLE, Role

KITH: Final = "Kith"
LEFT: Final = "not here any more"
_ROLES: Final[Mapping[str, str]] = {
    Role.PATIENT: "patient",
    Role.COORDINATOR: "care coordinator",
    Role.CLINICIAN: "clinician",
    Role.LEAD: "team lead",
    Role.MEMBER: "in the circle",
    Role.VISITOR: "visiting professional",
}


def said(role: str, relationship: str | None, patient: str) -> str:
    """In the circle the relationship, else the role; `patient` is the first name of whom somebody acts for."""
    if role == Role.ACTING:
        return ", ".join(filter(None, [relationship, f"acting for {patient}"]))
    return (relationship if role in CIRCLE else None) or _ROLES.get(role, role)
