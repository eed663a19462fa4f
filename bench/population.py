"""Patients of many teams, each with an app session and the plan for high blood pressure at home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity.models import DeviceSession, Person
from app.patients.models import Patient
from app.protocols import queries as protocols
from app.protocols.models import MonitoringPlan
from app.teams import service as teams
from app.teams.models import Team

PATIENTS_EACH = 150  # of one coordinator, who has a team
LONGEST = 990  # as many drama numbers as Ofcom keeps
PLAN = "hypertension_at_home"
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Voice:
    """A patient and the session of their app."""

    patient_id: UUID
    session_id: UUID


def enrol(count: int) -> list[Voice]:
    """Make so many patients; rows are written in bulk, the way a list of patients is imported."""
    with unit_of_work():
        staff = _staff(min(LONGEST, -(-count // PATIENTS_EACH)))
        version = next(one.version for one in protocols.registry().values() if one.id == PLAN)
        voices = []
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(count, start + AT_ONCE))
            made = [_patient(number, *staff[number % len(staff)], version) for number in numbers]
            for model in (Person, Patient, DeviceSession, MonitoringPlan):
                db.session.execute(insert(model), [rows[model] for rows in made])
            voices += [Voice(rows[Patient]["id"], rows[DeviceSession]["id"]) for rows in made]
        return voices


def _staff(count: int) -> Sequence[tuple[Team, UUID]]:
    """Teams with a coordinator each."""
    organisation = teams.add_organisation("Benchmark Care")
    made = []
    for number in range(count):
        team = teams.add_team(organisation.id, f"Team {number}")
        # Ofcom keeps 07700 900000 to 900999 for drama: no such phone rings.
        coordinator = identity.add_person("Priya", f"Shah {number}", phone=f"07700900{number + 1:03}")
        teams.give_role(organisation.id, team.id, coordinator.id, Role.COORDINATOR)
        made.append((team, coordinator.id))
    return made


def _patient(number: int, team: Team, coordinator_id: UUID, version: str) -> dict[Any, dict[str, Any]]:
    now, person_id, patient_id = clock.now(), new_id(), new_id()
    here = {"organisation_id": team.organisation_id, "created_at": now}
    return {
        Person: {"id": person_id, "given_name": "Mary", "family_name": f"Okafor {number}", "created_at": now},
        Patient: {
            **here,
            "id": patient_id,
            "person_id": person_id,
            "team_id": team.id,
            "coordinator_id": coordinator_id,
            "zone": "Europe/London",
            "enrolled_at": now,
        },
        DeviceSession: {
            "id": new_id(),
            "created_at": now,
            "person_id": person_id,
            "kind": "app",
            "last_used_at": now,
            "expires_at": now + timedelta(days=1),
        },
        MonitoringPlan: {
            **here,
            "id": new_id(),
            "patient_id": patient_id,
            "protocol": PLAN,
            "version": version,
            "started_by": coordinator_id,
        },
    }


class Queue:
    """Hands out patients who have sent nothing yet."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        self._fresh: Iterator[Voice] = iter(voices)

    def take(self, count: int) -> list[Voice]:
        return [next(self._fresh) for _ in range(count)]
