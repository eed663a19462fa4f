"""The bare ceiling of looking: a chart or a worklist by one SELECT, one audit row and one COMMIT, and nothing else."""

from __future__ import annotations

import os
from typing import Any

import orjson
from flask import Flask, Response, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

TABLE = "create table bare_audit (id uuid primary key default uuidv7(), patient_id uuid, at timestamptz default now())"
_CHART = """
    select id, measured_at, value, value_2, comparator from reading
    where patient_id = %s and measure = %s and measured_at >= now() - interval '90 days' order by measured_at
"""
_WORKLIST = """
    select a.id, a.patient_id, pp.given_name || ' ' || pp.family_name as patient, a.severity, a.state, a.why,
        o.given_name || ' ' || o.family_name as owner, a.opened_at, a.acknowledge_by
    from alert a join patient p on p.id = a.patient_id join person pp on pp.id = p.person_id
        join person o on o.id = a.owner_id
    where a.team_id = %s and a.state <> 'resolved' order by a.severity, a.acknowledge_by
"""
_LOOKED = "insert into bare_audit (patient_id) values (%s)"

app = Flask(__name__)
_conninfo = os.environ.get("BARE_CONNINFO", "")
pool = ConnectionPool(_conninfo, min_size=8, max_size=8, open=bool(_conninfo), kwargs={"row_factory": dict_row})


@app.get("/api/patients/<patient_id>/series")
def chart(patient_id: str) -> Response:
    """Ninety days of one measure."""
    return _answer(_CHART, (patient_id, request.args["measure"]), patient_id)


@app.get("/api/worklist")
def worklist() -> Response:
    """Everything open of one team."""
    return _answer(_WORKLIST, (os.environ["BARE_TEAM"],), None)


def _answer(question: str, values: tuple[Any, ...], patient_id: str | None) -> Response:
    with pool.connection() as connection:
        found = connection.execute(question, values).fetchall()
        connection.execute(_LOOKED, (patient_id,))
    return Response(orjson.dumps(found, default=str), mimetype="application/json")
