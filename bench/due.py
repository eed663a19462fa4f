"""A million patients with a phone and a medicine, and a dose that is due for each: rows, as the app keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.access.roles import Role
from app.core import clock, sealed
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity.models import Person
from app.teams import service as teams

# A country code that is given to nobody: no such phone rings.
PHONE = "+999{number:09d}"
_PEOPLE = """
    copy person (id, created_at, kind, given_name, family_name, language, phone_sealed, phone_index, is_active)
    from stdin
"""
_PATIENTS = """
    insert into patient (id, created_at, organisation_id, person_id, team_id, coordinator_id, coordinator_role,
        is_pregnant, zone, enrolled_at, version)
    select gen_random_uuid(), now(), %(organisation)s, p.id, %(team)s, %(coordinator)s, 'coordinator', false,
        'Europe/London', now(), 1
    from person p where p.family_name like 'Burst %%'
"""
_MEDICINES = """
    insert into medicine (id, created_at, organisation_id, patient_id, name_sealed, typed_sealed, ingredients,
        window_minutes, remind_every, version, source, entered_by, started_on)
    select gen_random_uuid(), now(), p.organisation_id, p.id, '\\x00', '\\x00', '{}', 60, 50, 1, 'staff', p.person_id,
        current_date
    from patient p where p.team_id = %(team)s
"""
_DOSES = """
    insert into dose (id, created_at, organisation_id, patient_id, medicine_id, local_date, due_at, settle_at,
        remind_at, state, reminded)
    select gen_random_uuid(), now(), m.organisation_id, m.patient_id, m.id, current_date, %(at)s,
        %(at)s + interval '12 hours', %(at)s, 'due', 0
    from medicine m order by m.id limit %(count)s
"""
_CLEARED = ("delivery_attempt", "delivery", "reminder", "dose")


def enrol(conninfo: str, count: int) -> None:
    """So many patients, each with one medicine; asked within the app, whose keys seal the phones."""
    with unit_of_work():
        organisation = teams.add_organisation("Burst Care")
        team = teams.add_team(organisation.id, "Burst")
        coordinator = identity.add_person("Priya", "Shah")
        teams.give_role(organisation.id, team.id, coordinator.id, Role.COORDINATOR)
    here = {"organisation": organisation.id, "team": team.id, "coordinator": coordinator.id}
    with psycopg.connect(conninfo) as connection:
        with connection.cursor().copy(_PEOPLE) as copy:
            for row in _people(count):
                copy.write_row(row)
        connection.execute(_PATIENTS, here)
        connection.execute(_MEDICINES, here)


def _people(count: int) -> Iterator[tuple[Any, ...]]:
    now, place = clock.now(), Person.phone.place
    for number in range(count):
        one, phone = new_id(), PHONE.format(number=number)
        index = sealed.index(phone, place)
        yield one, now, "human", "Mary", f"Burst {number}", "en", sealed.seal(phone, place, one), index, True


def clear(conninfo: str) -> None:
    """Nothing is due and nobody was told."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"truncate {', '.join(_CLEARED)} cascade")


def fall_due(conninfo: str, count: int, at: datetime) -> None:
    """A dose each for so many patients, of now."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(_DOSES, {"at": at, "count": count})


def alert(organisation_id: UUID, patient_id: UUID, recipient_id: UUID, number: int) -> dict[str, Any]:
    """What `notifications.service.tell` is asked for."""
    return {
        "organisation_id": organisation_id,
        "patient_id": patient_id,
        "recipient_id": recipient_id,
        "about": "alert",
        "about_id": patient_id,
        "kind": "alert",
        "body": f"Alert {number}",
    }
