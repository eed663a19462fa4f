"""What people enter: medicines, schedules, pauses, answers. Plain data between the edges and the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.medicines.patterns import Pattern


@dataclass(frozen=True, slots=True)
class NewMedicine:
    """A medicine as somebody enters it; `typed` is kept as it came."""

    typed: str
    name: str | None = None
    code: str | None = None
    code_level: str | None = None
    strength: str | None = None
    form: str | None = None
    route: str | None = None
    reason: str | None = None
    late_dose: str | None = None
    prescriber: str | None = None
    prescriber_phone: str | None = None
    ingredients: Mapping[str, str | None] = field(default_factory=dict)  # group -> milligrams in one unit
    time_critical: str | None = None
    window_minutes: int | None = None
    remind_every: int | None = None
    started_on: date | None = None
    id: UUID | None = None  # of an import, so that the same one is known again


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """When a medicine is taken, with the text that came with it."""

    pattern: Pattern
    instructions: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    to_confirm: str | None = None  # what a professional confirms before anybody is reminded
    id: UUID | None = None  # of a form, so that the same one is known again

    @property
    def said(self) -> dict[str, Any]:
        """The same as a change that says all of it."""
        names = ("pattern", "instructions", "starts_on", "ends_on")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class NewPause:
    """From when until when, and why; no medicine named: all of them."""

    starts_at: datetime
    ends_at: datetime
    why: str
    medicine_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What somebody says of one dose; the id is the sender's own, a resend is the same answer."""

    id: UUID
    dose_id: UUID
    answer: str
    taken_at: datetime | None = None
    minutes: int | None = None  # later: in so many minutes
    amount: Decimal | None = None
    why: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NewGiven:
    """A dose taken when needed; the id is the sender's own. `happened`: it was taken, whatever is said to it now."""

    id: UUID
    amount: Decimal | None = None
    taken_at: datetime | None = None
    happened: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NewCount:
    """How much of a medicine is there, or how much came to what is left; now where no time is said."""

    quantity: Decimal | None = None
    came: Decimal | None = None
    counted_at: datetime | None = None
    pack_size: Decimal | None = None  # to be offered the next time
    id: UUID | None = None  # of a form, so that the same one is known again
