"""Who will read what somebody writes here, until when, and what then; or why the box is closed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.patients import labelling
from app.patients.admission import AdmittedPatient
from app.teams import service_hours

NOT_FOR_EMERGENCIES: Final = "Not for emergencies: call 999, or 111 for urgent advice."
ENDED: Final = "Care with {team} has ended: nobody there reads what is sent. Call your GP, or 111."
CIRCLE_ENDED: Final = "Care with {team} has ended, so nothing new is written here. What was written stays."
NOBODY_IN_TEAM: Final = "Nobody of {team} can read messages just now, so none can be sent. Call {number} instead."
NOBODY_IN_CIRCLE: Final = "Nobody else may read the messages of this circle yet, so none can be written."


@dataclass(frozen=True, slots=True)
class Listening:
    """Who reads it, until when they are there, and what is said for the other times; `closed`: why nobody does."""

    readers: str = ""
    until: datetime | None = None  # None: nobody is on duty now
    back_at: datetime | None = None
    then: str | None = None
    phone: str | None = None
    closed: str | None = None

    @property
    def is_open(self) -> bool:
        return self.closed is None


def of_team(patient: AdmittedPatient, now: datetime, *, has_somebody: bool) -> Listening:
    """What is written to the patient's team; `has_somebody`: one of it can sign in and answer."""
    team = patient.team_name
    if patient.ended_at is not None:
        return Listening(closed=ENDED.format(team=team))
    if not has_somebody:
        return Listening(closed=NOBODY_IN_TEAM.format(team=team, number=patient.out_of_hours_number))
    until = service_hours.closing(patient.service_hours, patient.team_zone, now)
    return Listening(
        readers=f"{patient.coordinator_name} and the {team} team",
        until=until,
        back_at=None if until else patient.team_is_next_there(now),
        then=patient.out_of_hours_sentence,
        phone=patient.out_of_hours_number,
    )


def of_circle(patient: AdmittedPatient, others: Sequence[str]) -> Listening:
    """What is written within the circle; `others`: who may read it besides whoever writes. Nobody there is on duty."""
    if patient.ended_at is not None:
        return Listening(closed=CIRCLE_ENDED.format(team=patient.team_name))
    if not others:
        return Listening(closed=NOBODY_IN_CIRCLE)
    return Listening(readers=labelling.listed(list(others)), then=NOT_FOR_EMERGENCIES)
