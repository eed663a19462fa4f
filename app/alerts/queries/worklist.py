"""The worklist: the open alerts of some teams, worst first, then their to-dos; each look is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import audit, clock, sealed
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
_TEAMS = "any((select cast(:teams as uuid[]))::uuid[])"
_ALERT = """
    'alert' as kind, a.id, a.patient_id, pp.given_name || ' ' || pp.family_name as patient, a.severity, a.state, a.why,
    o.given_name || ' ' || o.family_name as owner, case when a.state = 'acknowledged' then
        (select k.given_name || ' ' || k.family_name from person k where k.id = a.acknowledged_by) end as taken_by,
    a.opened_at, a.acknowledge_by as due_at, a.fresh_severity is null as is_late,
    a.settled_at is not null as is_settled, a.family <> 'unjudged' as is_judged, a.organisation_id
"""
_ALERT_BESIDES = """
    a.owner_id, case when a.state = 'acknowledged' then a.acknowledged_by end as taken_by_id,
    a.acknowledged_at as taken_at,
    exists (select from finding f where f.alert_id = a.id)
        and not exists (select from finding f where f.alert_id = a.id and f.withdrawn_at is null) as is_withdrawn,
    p.born_on, pp.language, p.communication_needs_sealed as needs_sealed
"""
_ALERTS = f"""
    from alert a
    join patient p on p.id = a.patient_id join person pp on pp.id = p.person_id join person o on o.id = a.owner_id
    where a.team_id = {_TEAMS} and a.state <> 'resolved'
    order by array_position(array['emergency', 'red', 'amber', 'note'], a.severity), a.state = 'acknowledged',
        a.fresh_severity is null, a.acknowledge_by, a.id
"""
_TODOS = f"""
    select 'todo' as kind, t.id, t.patient_id, pp.given_name || ' ' || pp.family_name as patient,
        null::text as severity, 'open' as state, t.reason_sealed as why, o.given_name || ' ' || o.family_name as owner,
        null::text as taken_by, t.created_at as opened_at, t.due_at, false as is_late, false as is_settled,
        true as is_judged, t.organisation_id, t.owner_id, pp.language, count(*) over () as many
    from todo t
    join patient p on p.id = t.patient_id join person pp on pp.id = p.person_id join person o on o.id = t.owner_id
    where t.team_id = {_TEAMS} and t.done_at is null order by t.due_at, t.id limit {MOST_TODOS}
"""  # noqa: S608  built from the constants of this code
_OPEN_ALERTS = HotStatement(f"select {_ALERT}, {_ALERT_BESIDES} {_ALERTS}")
_OPEN_TODOS = HotStatement(_TODOS)
_SHOWN = """kind, id, patient_id, patient, severity, state, why, owner, taken_by, opened_at, due_at, is_late,
    is_settled, is_judged"""
# The same as an answer of the API, its look noted: PostgreSQL writes the JSON, for hundreds of rows come of it.
_ANSWER = HotStatement(f"""
    with alerts as materialized (select {_ALERT} {_ALERTS}), todos as materialized ({_TODOS}), looked as (
        select organisation_id, array_agg(distinct patient_id) as patient_ids from (
            select organisation_id, patient_id from alerts union all select organisation_id, patient_id from todos) seen
        group by organisation_id
    ), audited as (
        insert into audit_entry (id, created_at, organisation_id, patient_id, patient_ids, actor_id, role, action,
            purpose, request_id)
        select uuidv7(), :now, l.organisation_id,
            case when cardinality(l.patient_ids) = 1 then l.patient_ids[1] end, l.patient_ids, :actor_id, r.role,
            :action, 'care', :request_id
        from looked l join jsonb_to_recordset(cast(:roles as jsonb)) as r (organisation_id uuid, role text)
            on r.organisation_id = l.organisation_id
    )
    select (select count(*) from alerts) as many,
        (select cast(json_agg(one) as text) from (select {_SHOWN} from alerts) one) as alerts,
        (select json_agg(one) from (select {_SHOWN}, many from todos) one) as todos
""")  # noqa: S608


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
    left_out = _left_out(todos)
    rows = alerts + [WorklistRow(**row | {"why": _reason(row["why"], row["id"])}) for row in todos]
    _note_look(caller, rows)
    return Worklist(rows, left_out)


def answer(caller: Caller) -> str:
    """The same as the API gives it, as JSON; `count` is all that waits."""
    roles = [{"organisation_id": one, "role": caller.role_in(one, SEE)} for one in caller.organisations(SEE)]
    values = {
        "teams": list(caller.teams(SEE)),
        "roles": orjson.dumps(roles).decode(),
        "now": clock.now(),
        "actor_id": caller.person_id,
        "action": str(SEE),
        "request_id": audit.request_id(),
    }
    (found,) = _ANSWER.rows(values)
    todos = found["todos"] or []
    left_out = _left_out(todos)
    for todo in todos:
        todo["why"] = _reason(bytes.fromhex(todo["why"].removeprefix("\\x")), UUID(todo["id"]))
    items = ",".join(filter(None, [(found["alerts"] or "[]")[1:-1], orjson.dumps(todos).decode()[1:-1]]))
    count = found["many"] + len(todos) + left_out
    return f'{{"items":[{items}],"count":{count},"todos_left_out":{left_out}}}'


def _left_out(todos: list[dict[str, Any]]) -> int:
    """How many wait besides; each row tells how many there are."""
    return max([one.pop("many") for one in todos], default=0) - len(todos)


def _reason(blob: bytes, todo_id: UUID) -> str:
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
