"""The bare ceiling of a feed: its newest posts by one SELECT, a post with its messages by two INSERTs, and a COMMIT.

It knows nobody, decides nothing, opens nothing that is sealed and writes nobody down as having seen it.
"""

from __future__ import annotations

import os

import orjson
from flask import Flask, Response, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

TABLES = """
    create table bare_looked (id uuid primary key default uuidv7(), patient_id uuid, at timestamptz default now());
    create table bare_post (id uuid primary key, patient_id uuid, at timestamptz default now(), words text);
    create table bare_told (id uuid primary key default uuidv7(), post_id uuid, person_id uuid, words text,
        at timestamptz default now());
"""
_NEWEST = """
    select p.id, p.created_at, a.given_name || ' ' || a.family_name as author, p.version
    from post p join person a on a.id = p.author_id
    where p.patient_id = %s and p.parent_id is null order by p.created_at desc, p.id desc limit 10
"""
_LOOKED = "insert into bare_looked (patient_id) values (%s)"
_POST = "insert into bare_post (id, patient_id, words) values (%s, %s, %s)"
_TOLD = """
    insert into bare_told (post_id, person_id, words) select %s, person_id, %s from circle_member where patient_id = %s
"""

app = Flask(__name__)
_conninfo = os.environ.get("BARE_CONNINFO", "")
pool = ConnectionPool(_conninfo, min_size=8, max_size=8, open=bool(_conninfo), kwargs={"row_factory": dict_row})


@app.get("/api/patients/<patient_id>/feed")
def feed(patient_id: str) -> Response:
    """The newest ten."""
    with pool.connection() as connection:
        found = connection.execute(_NEWEST, (patient_id,)).fetchall()
        connection.execute(_LOOKED, (patient_id,))
    return Response(orjson.dumps({"items": found}, default=str), mimetype="application/json")


@app.post("/api/patients/<patient_id>/feed")
def post(patient_id: str) -> Response:
    """One post, and a message to everybody."""
    new = orjson.loads(request.get_data())
    with pool.connection() as connection:
        connection.execute(_POST, (new["id"], patient_id, new["text"]))
        connection.execute(_TOLD, (new["id"], new["text"], patient_id))
    return Response(orjson.dumps(new), 201, mimetype="application/json")
