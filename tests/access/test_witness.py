"""The witness sees whatever changes; naming what is not theirs changes nothing; unknown fields are never stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from app.access.guards import OnPatient
from app.access.permissions import Permission
from tests.access import calling, matrix
from tests.access.conftest import Stage
from tests.access.matrix import Operation
from tests.access.personas import PERSONAS

FORBIDDEN: dict[str, Any] = {"role": "admin", "patient_id": "", "verified": True}


def test_the_witness_notices_a_row_that_goes_from_any_table(stage: Stage) -> None:
    before, noticed = stage.witness.sees(), set()
    for table in stage.witness.tables:
        with stage.witness.connection.transaction(force_rollback=True):
            # As a superuser who drops a row whatever hangs on it.
            stage.witness.connection.execute("set local session_replication_role = replica")
            name = sql.Identifier(table)
            drop = sql.SQL("delete from {t} where ctid = (select ctid from {t} limit 1)").format(t=name)
            if stage.witness.connection.execute(drop).rowcount:
                after = stage.witness.sees()
                assert {one for one in after if after[one] != before[one]} == {table}
                noticed.add(table)
    needed = {
        "patient",
        "person",
        "reading",
        "alert",
        "delivery",
        "todo",
        "circle_member",
        "circle_grant",
        "membership",
    }
    needed |= {"monitoring_plan", "personal_limit", "device_session", "finding", "procrastinate_jobs"}
    assert needed <= noticed
    assert stage.witness.sees() == before


def test_the_witness_notices_a_change_of_one_column(stage: Stage) -> None:
    before = stage.witness.sees()
    with stage.witness.connection.transaction(force_rollback=True):
        stage.witness.connection.execute("update patient set zone = 'Europe/Paris' where id = %s", [_mary(stage)])
        assert stage.witness.sees()["patient"] != before["patient"]


def test_what_is_marys_is_not_found_under_another_patient(stage: Stage) -> None:
    """The caller may do it for Mr Khan; the reading, alert, grant they name is Mary's."""
    tried = 0
    for operation in stage.operations:
        if not isinstance(operation.access, OnPatient) or not names_more(operation):
            continue
        if operation.access.permission is Permission.TAKE_HELP:
            continue  # only a member may, and Mr Khan has none here (tests/messages/test_help_api.py)
        line, before = stage.line_for_khan(operation.access.permission), stage.witness.sees()
        seen = line.call(operation, tried=False, patient_id=str(stage.cast.world.khan_patient.id))
        assert seen.was_admitted, (str(operation), str(line.persona))
        assert seen.status == operation.row.not_theirs, (str(operation), str(line.persona), seen.answer.text[:300])
        if operation.method != "GET":
            assert stage.witness.sees() == before, str(operation)
        tried += 1
    assert tried >= 20


def names_more(operation: Operation) -> bool:
    """Does its path, or its body, name a row of Mary's beside her?"""
    in_path = calling.ids_of_rows(operation)
    in_body = {one[1:] for one in _texts(operation.row.body) if one.startswith("$")}
    return bool(in_path or in_body & {"member_id", "reading_id", "alert_id", "grant_id", "session_id"})


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_no_unknown_field_is_stored(stage: Stage) -> None:
    """Whoever may call it cannot slip a field in: 422 with a pointer to it, and nothing is written."""
    tried = 0
    for operation in stage.operations:
        contract = calling.contract(stage.app, operation)
        if not operation.path.startswith("/api/") or contract.takes is None:
            continue
        if str(operation).endswith("/medicines/import"):
            continue  # takes documents of a standard, of which it keeps what it knows and no field besides
        # Read before anything is decided about what is already there: a conflict would come later.
        refused = matrix.REFUSED - {matrix.Answer.CONFLICT}
        line = stage.line(next(one.name for one in PERSONAS if matrix.expected(one, operation) not in refused))
        extra = {
            name: value or stage.victim.ids["patient_id"]
            for name, value in FORBIDDEN.items()
            if name not in contract.takes.fields
        }
        before = stage.witness.sees()
        seen = line.call(operation, tried=False, also=extra)
        assert seen.status == 422, (str(operation), seen.status, seen.answer.text[:300])
        pointers = {fault["pointer"] for fault in seen.answer.get_json()["errors"]}
        assert {f"/{name}" for name in extra} <= pointers, str(operation)
        assert stage.witness.sees() == before, str(operation)
        tried += 1
    assert tried >= 15


@pytest.mark.parametrize("field", ["role", "patient_id", "verified"])
def test_no_unknown_question_is_answered(stage: Stage, field: str) -> None:
    for operation in stage.operations:
        contract = calling.contract(stage.app, operation)
        if contract.query is None or field in contract.query.fields:
            continue
        # Read before anything is decided about what is already there: a conflict would come later.
        refused = matrix.REFUSED - {matrix.Answer.CONFLICT}
        line = stage.line(next(one.name for one in PERSONAS if matrix.expected(one, operation) not in refused))
        path = line.path_of(operation)
        seen = line.open("GET", f"{path}{'&' if '?' in path else '?'}{field}=1")
        if operation.method == "GET":
            assert seen.status == 422, (str(operation), seen.status)


def _mary(stage: Stage) -> UUID:
    return stage.victim.patient_id
