"""A crowd written by the database itself: up to a million patients and ten million readings, in minutes.

One team of 300 has an alert open for every patient and is what the worklist shows; all patients besides are of teams of
300 too. Patients with readings have one blood pressure a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from app.core import clock
from bench.stage import Stage

TEAM, DAYS, SAMPLE = 300, 370, 2000
_PEOPLE = """
    with staff as (
        insert into person (id, created_at, kind, given_name, family_name, language, is_active)
        select uuidv7(), now(), 'human', 'Priya', 'Shah ' || n, 'en', true
        from generate_series(%(from)s::int, %(to)s::int) n
        returning id, family_name
    ), team as (
        insert into team (id, created_at, organisation_id, name, zone, service_hours, out_of_hours_sentence,
            out_of_hours_number, minutes_to_acknowledge, version)
        select uuidv7(), now(), %(organisation)s, 'Team ' || family_name, 'Europe/London', '{}', 'Call 111.', '111',
            '{"emergency": 15, "red": 15, "amber": 480}', 1 from staff returning id, name
    )
    insert into membership (id, created_at, given_at, organisation_id, team_id, person_id, role)
    select uuidv7(), now(), now(), %(organisation)s, t.id, s.id, 'coordinator' from staff s
        join team t on t.name = 'Team ' || s.family_name
"""
_PATIENTS = """
    with coordinators as (
        select m.team_id, m.person_id, row_number() over () as n from membership m join team t on t.id = m.team_id
        where m.organisation_id = %(organisation)s and not exists (select from patient p where p.team_id = m.team_id)
    ), people as (
        insert into person (id, created_at, kind, given_name, family_name, language, is_active)
        select uuidv7(), now(), 'human', 'Mary', 'Okafor ' || c.n, 'en', true
        from coordinators c, generate_series(1, %(each)s::int)
        returning id, family_name
    )
    insert into patient (id, created_at, organisation_id, person_id, team_id, coordinator_id, coordinator_role,
        is_pregnant, zone, conditions_sealed, enrolled_at, version)
    select uuidv7(), now(), %(organisation)s, p.id, c.team_id, c.person_id, 'coordinator', false, 'Europe/London',
        null, now(), 1
    from people p join coordinators c on p.family_name = 'Okafor ' || c.n
"""
_READINGS = """
    insert into reading (patient_id, id, organisation_id, measure, measured_at, received_at, value, value_2, entered,
        source, entered_by, is_history, content)
    select p.id, uuidv7(), p.organisation_id, 'blood_pressure', %(now)s - make_interval(days => day), %(now)s,
        120 + day %% 20, 70 + day %% 15, '{"unit": "mm[Hg]"}', 'typed', p.person_id, false, '\\x00'
    from (select * from patient p where not exists (select from reading r where r.patient_id = p.id)
        order by id limit %(patients)s) p, generate_series(0, %(days)s::int - 1) day
"""
_ALERTS = """
    insert into alert (id, created_at, organisation_id, patient_id, team_id, owner_id, measure, direction, family,
        severity, fresh_severity, state, why, opened_at, acknowledge_by, version)
    select uuidv7(), %(now)s, organisation_id, id, team_id, coordinator_id, 'blood_pressure', 'low', 'level', 'red',
        'red', 'open', 'Blood pressure 84/52, the limit is 90 (protocol).', %(now)s, %(now)s, 1
    from patient where team_id = %(team)s
"""
_SESSIONS = """
    insert into device_session (id, created_at, person_id, kind, last_used_at, expires_at, method, second_factor_at)
    select uuidv7(), %(now)s, person_id, 'app', %(now)s, %(now)s + interval '1 day', 'password', %(now)s
    from unnest(%(people)s::uuid[]) person_id returning person_id, id
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who looks: patients at their own numbers (id, session), a coordinator (session) at a worklist of 300."""

    patients: int
    readings: int
    charts: list[tuple[UUID, UUID]]
    coordinator_session: UUID


class Builder:
    """Makes a crowd, and lets it grow."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.organisation, self.team = stage, UUID(int=1), None
        with self._connected() as connection:
            values = (self.organisation, clock.now())
            connection.execute("insert into organisation (id, name, created_at) values (%s, 'Crowd', %s)", values)

    def grow(self, patients: int, readings: int) -> Crowd:
        """So many patients and readings in all."""
        with self._connected() as connection:
            there = _count(connection, "patient")
            teams = max(0, -(-(patients - there) // TEAM))
            now = {"organisation": self.organisation, "now": clock.now(), "each": TEAM, "days": DAYS}
            first = _count(connection, "team")
            connection.execute(_PEOPLE, now | {"from": first, "to": first + teams - 1})
            connection.execute(_PATIENTS, now)
            more = -(-(readings - _count(connection, "reading")) // DAYS)
            connection.execute(_READINGS, now | {"patients": max(0, more)})
        with self._connected(autocommit=True) as connection:
            connection.execute("vacuum analyze")
            return self._looking(connection, now)

    def _looking(self, connection: psycopg.Connection[Any], now: dict[str, Any]) -> Crowd:
        if self.team is None:
            row = connection.execute("select team_id, coordinator_id from patient order by id limit 1").fetchone()
            assert row is not None
            self.team, self.coordinator = row
            connection.execute(_ALERTS, now | {"team": self.team})
            connection.execute("vacuum analyze alert")
        chosen = connection.execute(
            "select p.person_id, p.id from patient p where exists (select from reading r where r.patient_id = p.id)"
            " order by random() limit %s",
            [SAMPLE],
        ).fetchall()
        of_person: dict[UUID, UUID] = dict(chosen)
        people = [*of_person, self.coordinator]
        sessions: dict[UUID, UUID] = dict(connection.execute(_SESSIONS, now | {"people": people}).fetchall())
        charts = [(patient, sessions[person]) for person, patient in of_person.items()]
        counted = _count(connection, "patient"), _count(connection, "reading")
        return Crowd(*counted, charts, sessions[self.coordinator])

    def _connected(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        return psycopg.connect(self.stage.conninfo("kith_owner"), autocommit=autocommit)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])
