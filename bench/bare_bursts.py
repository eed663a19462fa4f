"""The bare ceilings of a burst: rows chosen and written by the thousand, and posts over one pooled client."""

from __future__ import annotations

import asyncio
import base64
import time
import urllib.parse
from uuid import uuid4

import aiohttp
import psutil
import psycopg

from bench import cpu, stage
from bench.measured import Round
from bench.stage import Stage

AT_ONCE = 2000
LANES = 64
TABLES = """
    drop table if exists bare_due, bare_told;
    create table bare_due (id uuid primary key, patient_id uuid not null, due_at timestamptz not null, state text);
    create index on bare_due (due_at) where state = 'due';
    create table bare_told (id uuid primary key, patient_id uuid not null, due_at timestamptz not null, body bytea);
    create index on bare_told (due_at);
"""
_FILL = """
    insert into bare_due select gen_random_uuid(), gen_random_uuid(), now(), 'due' from generate_series(1, %s)
"""
_TAKE = """
    with taken as (
        select id from bare_due where state = 'due' and due_at <= now() order by due_at limit %s for update skip locked
    )
    update bare_due d set state = 'told' from taken t where d.id = t.id returning d.patient_id, d.due_at
"""
_WRITE = "insert into bare_told select * from unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::bytea[])"
_BODY = b"Kith: 1 dose due at 08:00. Reply Y if taken, N if not, LATE for later."


def rows(stage_: Stage, count: int) -> Round:
    """Choose due rows and write one for each, by the thousand: what materialising could at best be."""
    with psycopg.connect(stage_.conninfo("kith_owner")) as connection:
        connection.execute(TABLES)
        connection.execute(_FILL, [count])
        connection.commit()
        roots = (psutil.Process(), stage_.postmaster)
        used, began = cpu.spent(roots), time.perf_counter()
        while taken := connection.execute(_TAKE, [AT_ONCE]).fetchall():
            patients, times = zip(*taken, strict=True)
            ids = [uuid4() for _ in taken]
            connection.execute(_WRITE, [ids, list(patients), list(times), [_BODY for _ in taken]])
            connection.commit()
        return Round(count, time.perf_counter() - began, cpu.spent(roots) - used, [])


def posts(stage_: Stage, count: int) -> Round:
    """Post to the provider, and nothing else: what handing over could at best be."""
    with stage.quick_provider(stage_) as provider:
        used, began = cpu.spent((psutil.Process(),)), time.perf_counter()
        asyncio.run(_post_all(provider.base_url, count))
        return Round(count, time.perf_counter() - began, cpu.spent((psutil.Process(),)) - used, [])


async def _post_all(base_url: str, count: int) -> None:
    admitted = base64.b64encode(f"{stage.ACCOUNT}:{stage.TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {admitted}", "Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode({"To": "+999000000000", "From": "+447700900000", "Body": _BODY.decode()}).encode()
    url, numbers = f"{base_url}/2010-04-01/Accounts/{stage.ACCOUNT}/Messages.json", iter(range(count))
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=LANES)) as session:

        async def lane() -> None:
            for _ in numbers:
                async with session.post(url, data=body) as answer:
                    assert answer.status == 201
                    await answer.read()

        await asyncio.gather(*(lane() for _ in range(LANES)))
