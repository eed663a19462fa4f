"""What people enter about visits: plans, single visits, arrivals, notes. Plain data between edges and services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A visit that comes again; the id is the sender's own, a resend is the same plan."""

    id: UUID
    what: str
    weekdays: tuple[int, ...]
    at: time
    minutes: int
    starts_on: date
    every_weeks: int = 1
    late_after: int = 30
    ends_on: date | None = None
    visitor_id: UUID | None = None

    def said(self) -> dict[str, Any]:
        """All of it but the id."""
        return {name: getattr(self, name) for name in PLAN_SAYS}


PLAN_SAYS = ("what", "weekdays", "at", "minutes", "starts_on", "every_weeks", "late_after", "ends_on", "visitor_id")


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A single visit, by the clock where the patient lives."""

    id: UUID
    what: str
    on: date
    at: time
    minutes: int
    late_after: int = 30
    visitor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """When something happened and what the clock of the phone showed when it told of it; now where nothing is said.

    `unexpected`: of a visit that nobody had planned, in these words; the visit's id is then the phone's own.
    """

    happened_at: datetime | None = None
    sent_at: datetime | None = None
    unexpected: str | None = None


@dataclass(frozen=True, slots=True)
class NewNote:
    """What was done at a visit, in two texts with two audiences; the id is the sender's own."""

    id: UUID
    done: tuple[str, ...] = ()
    family: str | None = None
    professional: str | None = None
    handover: str | None = None
    next_visit_at: datetime | None = None
    corrects_id: UUID | None = None
