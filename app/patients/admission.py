"""The patient a caller was admitted to, with all that the hot path needs of patient, team and coordinator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.teams import service_hours


@dataclass(frozen=True, slots=True)
class AdmittedPatient:
    """Read by the guard in its one statement; `id` is the patient's."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    given_name: str
    family_name: str
    language: str
    zone: ZoneInfo
    ended_at: datetime | None
    team_id: UUID
    team_name: str
    team_zone: ZoneInfo
    service_hours: Mapping[str, list[str]]
    out_of_hours_sentence: str
    out_of_hours_number: str
    minutes_to_acknowledge: Mapping[str, int]
    lead_id: UUID | None
    coordinator_id: UUID
    coordinator_given_name: str
    coordinator_family_name: str
    is_for_circle: bool = False  # read for somebody of the circle: without what the patient keeps from it
    is_for_family: bool = False  # for somebody of it who does not visit by work: without posts and visits that are kept

    def for_circle(self) -> Self:
        """The same, as the circle may see it."""
        return replace(self, is_for_circle=True, is_for_family=True)

    def for_visitor(self) -> Self:
        """The same, as a professional may see it who visits: whoever is to come must know of it."""
        return replace(self, is_for_circle=True)

    def with_everything(self) -> Self:
        """The same with what is kept from the circle: for what must count it, whoever asks."""
        return replace(self, is_for_circle=False, is_for_family=False)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def coordinator_name(self) -> str:
        return f"{self.coordinator_given_name} {self.coordinator_family_name}"

    def team_is_there(self, at: datetime) -> bool:
        return service_hours.is_open(self.service_hours, self.team_zone, at)

    def team_is_next_there(self, at: datetime) -> datetime | None:
        return service_hours.next_opening(self.service_hours, self.team_zone, at)

    def look_at_by(self, severity: str, at: datetime) -> datetime:
        """By when an alert of this severity must be acknowledged."""
        minutes = self.minutes_to_acknowledge.get(severity, 480)
        return service_hours.deadline(self.service_hours, self.team_zone, at, minutes)


# Everything AdmittedPatient holds, by its own names; p is the patient, pp their person, t the team, c the coordinator.
COLUMNS = """
    p.id, p.organisation_id, p.person_id, pp.given_name, pp.family_name, pp.language, p.zone, p.ended_at,
    p.team_id, t.name as team_name, t.zone as team_zone, t.service_hours, t.out_of_hours_sentence,
    t.out_of_hours_number, t.minutes_to_acknowledge, t.lead_id, p.coordinator_id,
    c.given_name as coordinator_given_name, c.family_name as coordinator_family_name
"""
JOINS = """
    join person pp on pp.id = p.person_id
    join team t on t.id = p.team_id
    join person c on c.id = p.coordinator_id
"""
_FIELDS = tuple(name for name in AdmittedPatient.__dataclass_fields__ if name not in ("is_for_circle", "is_for_family"))


def admitted_patient(row: Mapping[Any, Any]) -> AdmittedPatient:
    """An AdmittedPatient from a row that holds COLUMNS."""
    values = {name: row[name] for name in _FIELDS}
    values["zone"], values["team_zone"] = ZoneInfo(values["zone"]), ZoneInfo(values["team_zone"])
    return AdmittedPatient(**values)
