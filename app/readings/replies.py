"""The honest reply: what a sender is told of a reading. Readings declares it; assembly hands in who computes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.patients.admission import AdmittedPatient

NOT_FOR_EMERGENCIES = "Kith is not for emergencies: call 999, or 111 for urgent advice."


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reading means in the plan's own words, what to do, who will look and by when."""

    is_judged: bool
    severity: str | None
    means: str
    do: str
    who: str
    look_by: datetime | None
    safety: str = NOT_FOR_EMERGENCIES


class ReplyFor(Protocol):
    """Computes the replies of some readings of one patient."""

    def __call__(self, patient: AdmittedPatient, reading_ids: Sequence[UUID]) -> Mapping[UUID, Reply]: ...
