"""Who does something in a patient's record, as what, and by which way in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.access.roles import CIRCLE, Role

_SOURCES: Final = {Role.PATIENT: "patient", Role.ACTING: "acting"} | dict.fromkeys(CIRCLE, "member")


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, as what, and by which way in: "app", "page", "sms" or "import"."""

    person_id: UUID
    role: Role
    channel: str = "app"

    @property
    def source(self) -> str:
        return "import" if self.channel == "import" else _SOURCES.get(self.role, "staff")
