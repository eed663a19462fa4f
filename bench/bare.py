"""The bare ceiling: the smallest honest program on the same server and database, Flask and psycopg and nothing else.

It keeps what was sent (a program that lost some of it would be no measure), and checks, judges and tells nothing.
"""

from __future__ import annotations

import os
from typing import Any

import orjson
from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

TABLE = """
    create table bare_reading (patient_id uuid, id uuid, measure text not null, measured_at timestamptz not null,
        received_at timestamptz not null default now(), value float8, value_2 float8, entered jsonb not null,
        primary key (patient_id, id));
    create index on bare_reading (patient_id, measure, measured_at);
    grant insert on bare_reading to kith_app
"""
_ONE = """
    insert into bare_reading (patient_id, id, measure, measured_at, value, value_2, entered)
    values (%s, %s, %s, %s, %s, %s, %s)
"""
_MANY = """
    insert into bare_reading (patient_id, id, measure, measured_at, value, value_2, entered)
    select * from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::float8[], %s::float8[], %s::jsonb[])
"""

app = Flask(__name__)
_conninfo = os.environ.get("BARE_CONNINFO", "")
pool = ConnectionPool(_conninfo, min_size=8, max_size=8, open=bool(_conninfo))


def _row(patient_id: str, sent: dict[str, Any]) -> tuple[Any, ...]:
    both = sent["components"]
    values = both["systolic"]["value"], both["diastolic"]["value"]
    return (patient_id, sent["id"], sent["measure"], sent["measured_at"], *values, orjson.dumps(sent).decode())


@app.post("/api/patients/<patient_id>/readings")
def one(patient_id: str) -> Response:
    """One INSERT and one COMMIT."""
    with pool.connection() as connection:
        connection.execute(_ONE, _row(patient_id, orjson.loads(request.get_data())))
    return Response(status=201)


@app.post("/api/patients/<patient_id>/readings/upload")
def many(patient_id: str) -> Response:
    """All of a list by one unnest, and one COMMIT."""
    sent = orjson.loads(request.get_data())["readings"]
    columns = zip(*(_row(patient_id, one) for one in sent), strict=True)
    with pool.connection() as connection:
        connection.execute(_MANY, [list(column) for column in columns])
    return Response(status=201)
