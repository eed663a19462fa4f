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
from app.todos import queries as todos
from app.todos.queries import ListedTodo

MOST_TODOS = 200
SEE = Permission.SEE_CASELOAD


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One row of the worklist: an alert or a to-do."""

    kind: str
    id: UUID
    patient_id: UUID
    patient: str
    severity: str | None
    state: str
    why: str
    owner_id: UUID
    owner: str
    taken_by_id: UUID | None
    taken_by: str | None
    taken_at: datetime | None
    opened_at: datetime
    due_at: datetime
    is_late: bool
    is_settled: bool
    is_judged: bool
    is_withdrawn: bool
    born_on: date | None
    language: str
    needs_sealed: bytes | None  # how to speak with the patient
    organisation_id: UUID

    @property
    def needs(self) -> str | None:
        place = Patient.communication_needs.place
        return sealed.unseal(self.needs_sealed, place, self.patient_id) if self.needs_sealed else None


# Flat in the number of patients: one index scan over the open alerts of the teams. Columns as in WorklistRow.
_OPEN = """
    select 'alert' as kind, a.id, a.patient_id, pp.given_name || ' ' || pp.family_name as patient, a.severity, a.state,
        a.why, a.owner_id, o.given_name || ' ' || o.family_name as owner, k.id as taken_by_id,
        k.given_name || ' ' || k.family_name as taken_by, a.acknowledged_at as taken_at, a.opened_at,
        a.acknowledge_by as due_at, a.fresh_severity is null as is_late, a.settled_at is not null as is_settled,
        a.family <> 'unjudged' as is_judged,
        exists (select from finding f where f.alert_id = a.id)
            and not exists (select from finding f where f.alert_id = a.id and f.withdrawn_at is null) as is_withdrawn,
        p.born_on, pp.language, p.communication_needs_sealed as needs_sealed, p.organisation_id
    from alert a
    join patient p on p.id = a.patient_id join person pp on pp.id = p.person_id
    join person o on o.id = a.owner_id left join person k on k.id = a.acknowledged_by and a.state = 'acknowledged'
    where a.team_id = any(:teams) and a.state <> 'resolved'
    order by array_position(array['emergency', 'red', 'amber', 'note'], a.severity), a.state = 'acknowledged',
        a.fresh_severity is null, a.acknowledge_by, a.id
"""
_WORKLIST = HotStatement(_OPEN)
# The same as an answer of the API, its look noted: PostgreSQL writes the JSON, for hundreds of rows come of it.
_ANSWER = HotStatement(f"""
    with waiting as materialized (select row_number() over () as place, w.* from ({_OPEN}) w),
    looked as (
        select organisation_id, array_agg(distinct patient_id) as patient_ids from (
            select organisation_id, patient_id from waiting union all
            select organisation_id, patient_id from jsonb_to_recordset(cast(:also as jsonb))
                as t (organisation_id uuid, patient_id uuid)) seen
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
    select coalesce(string_agg(cast(json_build_object('kind', kind, 'id', id, 'patient_id', patient_id, 'patient',
        patient, 'severity', severity, 'state', state, 'why', why, 'owner', owner, 'taken_by', taken_by, 'opened_at',
        opened_at, 'due_at', due_at, 'is_late', is_late, 'is_settled', is_settled, 'is_judged', is_judged) as text),
        ',' order by place), '') as items, count(*) as many
    from waiting
""")  # noqa: S608  built from the constants of this code


@dataclass(frozen=True, slots=True)
class Worklist:
    """What waits, worst first, and how many to-dos wait besides."""

    rows: list[WorklistRow]
    todos_left_out: int


def worklist(caller: Caller) -> Worklist:
    """The open alerts of the caller's teams, worst first, noted as one look at their patients; then the to-dos."""
    teams = list(caller.teams(SEE))
    rows = [WorklistRow(**row) for row in _WORKLIST.rows({"teams": teams})]
    waiting = todos.waiting(teams, MOST_TODOS)
    rows += [_todo_row(one) for one in waiting.items]
    _note_look(caller, rows)
    return Worklist(rows, waiting.count - len(waiting.items))


def answer(caller: Caller) -> str:
    """The same as the API gives it, as JSON; `count` is all that waits."""
    teams = list(caller.teams(SEE))
    waiting = todos.waiting(teams, MOST_TODOS)
    todo_rows = [_todo_row(one) for one in waiting.items]
    values = {
        "teams": teams,
        "also": _json([{"organisation_id": row.organisation_id, "patient_id": row.patient_id} for row in todo_rows]),
        "roles": _json(
            [{"organisation_id": one, "role": caller.role_in(one, SEE)} for one in caller.organisations(SEE)]
        ),
        "now": clock.now(),
        "actor_id": caller.person_id,
        "action": str(SEE),
        "request_id": audit.request_id(),
    }
    (found,) = _ANSWER.rows(values)
    items = ",".join(filter(None, [found["items"], *(_json(_shown(row)) for row in todo_rows)]))
    count, left_out = found["many"] + waiting.count, waiting.count - len(todo_rows)
    return f'{{"items":[{items}],"count":{count},"todos_left_out":{left_out}}}'


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_SHOWN = (
    "kind", "id", "patient_id", "patient", "severity", "state", "why", "owner", "taken_by", "opened_at", "due_at",
    "is_late", "is_settled", "is_judged",
)  # fmt: skip


def _shown(row: WorklistRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _SHOWN}


def _todo_row(one: ListedTodo) -> WorklistRow:
    todo, owner = one.todo, one.owner
    named = (todo.id, todo.patient_id, one.person.name, None, "open", todo.reason or "", owner.id, owner.name)
    times = (None, None, None, todo.created_at, todo.due_at)
    flags = (False, False, True, False)
    return WorklistRow("todo", *named, *times, *flags, None, one.person.language, None, todo.organisation_id)


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
