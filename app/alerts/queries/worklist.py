"""The worklist: the open alerts of some teams, worst first, then their to-dos; each look is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import sealed
from app.core.db import HotStatement, db
from app.patients.models import Patient
from app.todos.models import Todo

MOST_TODOS = 200
SEE = Permission.SEE_CASELOAD


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One row of the worklist: an alert or a to-do."""

    kind: str
    id: UUID
    organisation_id: UUID
    patient_id: UUID
    patient: str
    language: str
    severity: str | None
    state: str
    why: str
    owner_id: UUID
    owner: str
    taken_by: str | None
    opened_at: datetime
    due_at: datetime
    is_late: bool
    is_settled: bool
    is_judged: bool
    taken_by_id: UUID | None = None
    taken_at: datetime | None = None
    is_withdrawn: bool = False
    born_on: date | None = None
    needs_sealed: bytes | None = None  # how to speak with the patient

    @property
    def needs(self) -> str | None:
        place = Patient.communication_needs.place
        return sealed.unseal(self.needs_sealed, place, self.patient_id) if self.needs_sealed else None


# Flat in the number of patients: one index scan over the open alerts of the teams. Columns as in WorklistRow, first
# those the API gives. The teams are asked for so that the planner cannot count them, or it would plan anew each time.
OF_TEAMS = "any((select cast(:teams as uuid[]))::uuid[])"
ALERT_COLUMNS = """
    'alert' as kind, a.id, a.patient_id, pp.given_name || ' ' || pp.family_name as patient, a.severity, a.state, a.why,
    o.given_name || ' ' || o.family_name as owner, case when a.state = 'acknowledged' then
        (select k.given_name || ' ' || k.family_name from person k where k.id = a.acknowledged_by) end as taken_by,
    a.opened_at, a.acknowledge_by as due_at, a.fresh_severity is null as is_late,
    a.settled_at is not null as is_settled, a.family <> 'unjudged' as is_judged, a.organisation_id
"""
_BESIDES = """
    a.owner_id, case when a.state = 'acknowledged' then a.acknowledged_by end as taken_by_id,
    a.acknowledged_at as taken_at,
    exists (select from finding f where f.alert_id = a.id)
        and not exists (select from finding f where f.alert_id = a.id and f.withdrawn_at is null) as is_withdrawn,
    p.born_on, pp.language, p.communication_needs_sealed as needs_sealed
"""
OPEN_ALERTS = f"""
    from alert a
    join patient p on p.id = a.patient_id join person pp on pp.id = p.person_id join person o on o.id = a.owner_id
    where a.team_id = {OF_TEAMS} and a.state <> 'resolved'
    order by array_position(array['emergency', 'red', 'amber', 'note'], a.severity), a.state = 'acknowledged',
        a.fresh_severity is null, a.acknowledge_by, a.id
"""
OPEN_TODOS = f"""
    select 'todo' as kind, t.id, t.patient_id, pp.given_name || ' ' || pp.family_name as patient,
        null::text as severity, 'open' as state, t.reason_sealed as why, o.given_name || ' ' || o.family_name as owner,
        null::text as taken_by, t.created_at as opened_at, t.due_at, false as is_late, false as is_settled,
        true as is_judged, t.organisation_id, t.owner_id, pp.language, count(*) over () as many
    from todo t
    join patient p on p.id = t.patient_id join person pp on pp.id = p.person_id join person o on o.id = t.owner_id
    where t.team_id = {OF_TEAMS} and t.done_at is null order by t.due_at, t.id limit {MOST_TODOS}
"""  # noqa: S608  built from the constants of this code
_OPEN_ALERTS = HotStatement(f"select {ALERT_COLUMNS}, {_BESIDES} {OPEN_ALERTS}")
_OPEN_TODOS = HotStatement(OPEN_TODOS)


@dataclass(frozen=True, slots=True)
class Worklist:
    """What waits, worst first, and how many to-dos wait besides."""

    rows: list[WorklistRow]
    todos_left_out: int


def worklist(caller: Caller) -> Worklist:
    """The open alerts of the caller's teams, worst first, noted as one look at their patients; then the to-dos."""
    teams = {"teams": list(caller.teams(SEE))}
    alerts = [WorklistRow(**row) for row in _OPEN_ALERTS.rows(teams)]
    todos = _OPEN_TODOS.rows(teams)
    beyond = left_out(todos)
    rows = alerts + [WorklistRow(**row | {"why": reason(row["why"], row["id"])}) for row in todos]
    _note_look(caller, rows)
    return Worklist(rows, beyond)


def left_out(todos: list[dict[str, Any]]) -> int:
    """How many wait besides; each row tells how many there are."""
    return max([one.pop("many") for one in todos], default=0) - len(todos)


def reason(blob: bytes, todo_id: UUID) -> str:
    """Why a to-do stands there, unsealed."""
    return sealed.unseal(blob, Todo.reason.place, todo_id)


# Everything of the worklist that can change while nobody opens or resolves anything is in it.
_FINGERPRINT = text("""
    select md5(concat(
        (select string_agg(concat(a.id, a.version, a.owner_id, (select count(f.withdrawn_at) from finding f
            where f.alert_id = a.id)), ',' order by a.id) from alert a
            where a.team_id = any(:teams) and a.state <> 'resolved'), ';',
        (select string_agg(concat(t.id, t.due_at, t.owner_id), ',' order by t.id) from todo t
            where t.team_id = any(:teams) and t.done_at is null)))
""")


def fingerprint(caller: Caller) -> str:
    """Changes whenever the worklist does; far cheaper than the list, for those who ask every few seconds."""
    teams = list(caller.teams(SEE))
    return str(db.session.scalar(_FINGERPRINT, {"teams": teams}))


def _note_look(caller: Caller, rows: Sequence[WorklistRow]) -> None:
    for organisation_id in caller.organisations(SEE):
        seen = {row.patient_id for row in rows if row.organisation_id == organisation_id}
        guards.note_seen(caller, SEE, organisation_id, sorted(seen))
