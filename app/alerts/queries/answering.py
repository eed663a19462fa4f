"""The worklist as the API gives it. While nothing on it changes, what was made of it once is given again."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final
from uuid import UUID

import orjson
from cachetools import TTLCache

from app.access.guards import Caller
from app.alerts.queries import worklist
from app.alerts.queries.worklist import ALERT_COLUMNS, MOST_TODOS, OF_TEAMS, OPEN_ALERTS, OPEN_TODOS, SEE
from app.core import audit, clock
from app.core.db import HotStatement

_SHOWN = """kind, id, patient_id, patient, severity, state, why, owner, taken_by, opened_at, due_at, is_late,
    is_settled, is_judged"""
# One statement: what is open (a row's xmin changes with any change of it), the look noted, and the list itself only
# where it is another than the caller's process has. All of it is read behind row-level security, so what somebody may
# not see is never taken for unchanged. PostgreSQL writes the JSON, for hundreds of rows come of it.
_ANSWER = HotStatement(f"""
    with open_alerts as materialized (
        select a.id, cast(a.xmin as text) as change, a.organisation_id, a.patient_id from alert a
        where a.team_id = {OF_TEAMS} and a.state <> 'resolved'
    ), open_todos as materialized (
        select t.id, cast(t.xmin as text) as change, t.organisation_id, t.patient_id, count(*) over () as many
        from todo t where t.team_id = {OF_TEAMS} and t.done_at is null order by t.due_at, t.id limit {MOST_TODOS}
    ), looked as (
        select organisation_id, array_agg(distinct patient_id) as patient_ids from (
            select organisation_id, patient_id from open_alerts
            union all select organisation_id, patient_id from open_todos) seen
        group by organisation_id
    ), audited as (
        insert into audit_entry (id, created_at, organisation_id, patient_id, patient_ids, actor_id, role, action,
            purpose, request_id)
        select uuidv7(), :now, l.organisation_id,
            case when cardinality(l.patient_ids) = 1 then l.patient_ids[1] end, l.patient_ids, :actor_id, r.role,
            :action, 'care', :request_id
        from looked l join jsonb_to_recordset(cast(:roles as jsonb)) as r (organisation_id uuid, role text)
            on r.organisation_id = l.organisation_id
    ), standing as materialized (
        select md5(concat((select string_agg(concat(id, change), ',' order by id) from open_alerts), ';',
            (select string_agg(concat(id, change, many), ',' order by id) from open_todos))) as mark
    )
    select mark, (select count(*) from open_alerts) as many,
        case when mark <> :known then
            (select cast(coalesce(json_agg(one), '[]') as text) from (
                select {_SHOWN} from (select {ALERT_COLUMNS} {OPEN_ALERTS}) found) one) end as alerts,
        case when mark <> :known then
            (select coalesce(json_agg(one), '[]') from (select {_SHOWN}, many from ({OPEN_TODOS}) found) one)
        end as todos
    from standing
""")  # noqa: S608  built from the constants of this code

# By reader and teams: the mark of a list and its JSON. Names are not in the mark: one that is corrected shows within a
# minute.
_SECONDS: Final = 60
_kept: TTLCache[tuple[UUID, ...], tuple[str, bytes]] = TTLCache(200, _SECONDS, lambda: clock.now().timestamp())
_keeping = Lock()


def answer(caller: Caller) -> bytes:
    """The worklist of the caller's teams as JSON, noted as one look; `count` is all that waits."""
    teams = sorted(caller.teams(SEE))
    reader = (caller.person_id, *teams)
    with _keeping:
        mark, kept = _kept.get(reader, ("", b""))
    (found,) = _ANSWER.rows({"teams": teams, "known": mark, **_look(caller)})
    if found["mark"] == mark:
        return kept
    made = _as_json(found["many"], found["alerts"], found["todos"])
    with _keeping:
        _kept[reader] = (found["mark"], made)
    return made


def _look(caller: Caller) -> dict[str, Any]:
    """Who looks, as the audit trail says it."""
    roles = [{"organisation_id": one, "role": caller.role_in(one, SEE)} for one in caller.organisations(SEE)]
    return {
        "roles": orjson.dumps(roles).decode(),
        "now": clock.now(),
        "actor_id": caller.person_id,
        "action": str(SEE),
        "request_id": audit.request_id(),
    }


def _as_json(many: int, alerts: str, todos: list[dict[str, Any]]) -> bytes:
    left_out = worklist.left_out(todos)
    for todo in todos:
        todo["why"] = worklist.reason(bytes.fromhex(todo["why"].removeprefix("\\x")), UUID(todo["id"]))
    items = ",".join(filter(None, [alerts[1:-1], orjson.dumps(todos).decode()[1:-1]]))
    count = many + len(todos) + left_out
    return f'{{"items":[{items}],"count":{count},"todos_left_out":{left_out}}}'.encode()
