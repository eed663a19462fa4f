"""Facts of patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class CareEnded(Event):
    """A patient's enrolment ended; from this commit on nothing reminds or asks them."""

    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CareReopened(Event):
    """Somebody whose care had ended is enrolled again, in the record they had."""


@dataclass(frozen=True, slots=True)
class ZoneChanged(Event):
    """The patient lives by another clock from this commit on."""


@dataclass(frozen=True, slots=True)
class EmergencyOpened(Event):
    """Somebody opened this record in an emergency; the patient and their team are told."""

    access_id: UUID


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """A patient has another team or another named coordinator from this commit on: whom, the record says."""


@dataclass(frozen=True, slots=True)
class EndingNear(Event):
    """What a member may see, or somebody's acting for the patient, ends soon: the notice says what and when."""

    notice_id: UUID


@dataclass(frozen=True, slots=True)
class AccessEnded(Event):
    """Something of what a member may see was ended, and whoever ended it wants the member to be told."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """Somebody has left the circle by themselves, and what they were granted has ended at that instant."""

    member_id: UUID
    left_at: datetime


@dataclass(frozen=True, slots=True)
class MemberReturned(Event):
    """Somebody who had left a circle by themselves is in it again, with what they had."""

    member_id: UUID
    former_id: UUID  # of the place that they had left


@dataclass(frozen=True, slots=True)
class GrantsEndedWithDuty(Event):
    """A visitor works here no more, so what they were granted has ended."""

    member_id: UUID
    ended_at: datetime
