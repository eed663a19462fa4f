"""The feed: its first page among fifty thousand posts and two hundred members, and what a post costs by its readers.

`python -m bench.feed` writes bench/FEED.md. Each figure stands beside its bare ceiling, measured in turns with it.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import orjson
import psycopg

from app import config, create_app
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.identity import tokens
from bench import bare_feed, circles, cpu, load, population, running, stage
from bench.__main__ import FOLDER
from bench.checked import Inexact
from bench.circles import WORDS, Circle
from bench.measured import Round, Rounds, cpu_ms, percentile, percentile_of_rounds, rate
from bench.results import Goal
from bench.stage import Stage, Web

PAGE = Path(__file__).with_name("FEED.md")
CONNECTIONS = 8
TOLD = (25, 50, 100, 200)  # how many members a post is told to


@dataclass(frozen=True, slots=True)
class Size:
    """How many posts there are, and how often each is looked at, or one is written, in a round."""

    posts: int
    rounds: int
    looks: int
    writes: int


FULL, QUICK = Size(50_000, 5, 2000, 60), Size(2_000, 3, 600, 30)
Made = dict[str, Circle]


def main() -> None:
    """Run it; a quick run prints and leaves the file as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.feed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short feed: printed, not written")
    size = QUICK if (quick := parser.parse_args().quick) else FULL
    load_before = os.getloadavg()[0]
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_feed", FOLDER) as made:
        page = _page(size, measure(made, size), load_before)
    print(page)
    if not quick:
        PAGE.write_text(page)


def measure(made: Stage, size: Size) -> Rounds:
    """First pages, full and empty, and posts to circles of every size, in turns with the bare program."""
    with psycopg.connect(made.conninfo("kith_owner")) as connection:
        connection.execute(bare_feed.TABLES)
    around = _around(made, size)
    stage.settle(made)
    found: dict[str, list[Round]] = {}
    bare_settings = {"BARE_CONNINFO": made.conninfo("kith_owner")}
    with stage.served(made, "bench.bare_feed:app", **bare_settings) as bare, stage.kith(made) as kith:
        for number in range(size.rounds + 1):
            for name, fired in _turns(made, bare, kith, around, size):
                done = fired()
                if number:  # the first round warms up
                    found.setdefault(name, []).append(done)
            print(", ".join(f"{name} {done[-1].rate:,.0f}/s" for name, done in found.items()), flush=True)
    return found


def _around(made: Stage, size: Size) -> Made:
    """A long feed and an empty one of as many members; and circles to write to, each of another size."""
    settings = config.from_environment({**made.environment, "LOG_LEVEL": "critical"})
    app = create_app(replace(settings, is_worker=True))
    with app.app_context():
        try:
            voices = population.enrol(2 + len(TOLD))
            people = circles.people(max(TOLD))
            patients = iter([voice.patient_id for voice in voices])
            found = {"empty": circles.around(next(patients), people)}
            found["long"] = circles.around(next(patients), people, size.posts)
            return found | {f"{count}": circles.around(next(patients), people[:count]) for count in TOLD}
        finally:
            db.session.remove()
            db.engine.dispose()


def _turns(made: Stage, bare: Web, kith: Web, around: Made, size: Size) -> Iterator[tuple[str, Callable[[], Round]]]:
    for name in ("long", "empty"):
        looks = _looks(made, around[name], size.looks)
        yield f"bare, {name}", lambda looks=looks: _fired(made, bare, looks, 200)  # type: ignore[misc]
        yield f"first page, {name}", lambda looks=looks: _fired(made, kith, looks, 200)  # type: ignore[misc]
    yield "first page, not seen before", lambda: _unseen(made, kith, around["long"])
    for count in TOLD:
        one = around[str(count)]
        yield f"bare post to {count}", lambda one=one: _fired(made, bare, _writes(made, one, size), 201, 1)  # type: ignore[misc]
        yield f"post to {count}", lambda one=one: _told(made, kith, one, size)  # type: ignore[misc]


def _fired(made: Stage, web: Web, requests: Sequence[bytes], status: int, connections: int = CONNECTIONS) -> Round:
    roots = (web.process, made.postmaster)
    before = cpu.spent(roots)
    run = load.fire(web.port, requests, connections=connections)
    used = cpu.spent(roots) - before
    if set(run.statuses) != {status}:
        raise Inexact(f"Answers by status: {dict(run.statuses)}; the last one: {run.body_of_last[:300]!r}")
    return Round(len(requests), run.seconds, used, run.took)


def _unseen(made: Stage, kith: Web, long: Circle) -> Round:
    """Every member's look after ten posts that nobody has seen."""
    with psycopg.connect(made.conninfo("kith_owner")) as connection:
        newest = "select id from post where patient_id = %s and parent_id is null order by created_at desc limit 10"
        connection.execute(
            f"delete from post_seen where post_id in (select id from post where id in ({newest})"
            f" or parent_id in ({newest}))",
            (long.patient_id, long.patient_id),
        )
    return _fired(made, kith, [_get(made, one, long.patient_id) for one in long.sessions], 200)


def _told(made: Stage, kith: Web, one: Circle, size: Size) -> Round:
    """Posts one after the other; everybody but their author is told, and nobody twice."""
    with psycopg.connect(made.conninfo("kith_owner"), autocommit=True) as connection:
        connection.execute("delete from rate_window")
        before = _items(connection, one)
        done = _fired(made, kith, _writes(made, one, size), 201, 1)
        after = _items(connection, one)
    expected = size.writes * (len(one.sessions) - 1)
    if after - before != expected:
        raise Inexact(f"Expected {expected} to be told, found {after - before}.")
    return done


def _items(connection: psycopg.Connection[tuple[int]], one: Circle) -> int:
    found = connection.execute("select count(*) from digest_item where patient_id = %s", (one.patient_id,)).fetchone()
    assert found is not None
    return int(found[0])


def _looks(made: Stage, one: Circle, count: int) -> list[bytes]:
    ready = [_get(made, session_id, one.patient_id) for session_id in one.sessions]
    return list(itertools.islice(itertools.cycle(ready), count))


def _writes(made: Stage, one: Circle, size: Size) -> list[bytes]:
    return [_post(made, session_id, one) for session_id in itertools.islice(itertools.cycle(one.sessions), size.writes)]


def _get(made: Stage, session_id: UUID, patient_id: UUID) -> bytes:
    return f"GET {_path(patient_id)} HTTP/1.1\r\n{_head(made, session_id)}\r\n".encode()


def _post(made: Stage, session_id: UUID, one: Circle) -> bytes:
    body = orjson.dumps({"id": new_id(), "text": WORDS})
    head = f"{_head(made, session_id)}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST {_path(one.patient_id)} HTTP/1.1\r\n{head}\r\n".encode() + body


def _path(patient_id: UUID) -> str:
    return f"/api/patients/{patient_id}/feed"


def _head(made: Stage, session_id: UUID) -> str:
    key = tokens.key_from(made.environment["SECRET_KEY"])
    token = tokens.access_token(session_id, key, clock.now())
    return f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"


def _goals(found: Rounds) -> list[Goal]:
    pairs = list(zip(found["first page, long"], found["first page, empty"], strict=True))
    slower = statistics.median(percentile(long.took, 0.99) / percentile(empty.took, 0.99) for long, empty in pairs)
    effort = statistics.median(long.cpu_ms / empty.cpu_ms for long, empty in pairs)
    few, half, all_of_them = (percentile_of_rounds(found[f"post to {count}"], 0.5) for count in (50, 100, 200))
    return [
        Goal("feed", "first page, p99 of a round, long ÷ empty", slower, 1.2, 1.1, "x"),
        Goal("feed", "first page, server CPU, long ÷ empty", effort, 1.2, 1.1, "x"),
        Goal("feed", "post to 200 ÷ post to 100, p50", all_of_them / half, 2.0, None, "x"),
        Goal("feed", "post to 100 ÷ post to 50, p50", half / few, 2.0, None, "x"),
    ]


def _page(size: Size, found: Rounds, load_before: float) -> str:
    goals = "\n".join(goal.line() for goal in _goals(found))
    rows = "\n".join(
        f"| {name} | {rate(done):,.0f} | {cpu_ms(done):.2f} | {percentile_of_rounds(done, 0.5):.1f} "
        f"| {percentile_of_rounds(done, 0.99):.1f} |"
        for name, done in found.items()
    )
    return f"""# The feed

Measured on {clock.now():%-d %B %Y} by `python -m bench.feed`, {size.rounds} rounds taking turns after one to warm up;
load average before the run {load_before:.1f}.

| # | figure | measured | floor | stretch | |
| --- | --- | --- | --- | --- | --- |
{goals}

| what ran | /s | CPU ms | p50 ms | p99 ms |
| --- | --- | --- | --- | --- |
{rows}

A first page is ten posts with their comments by `GET /api/patients/ID/feed`, of a feed of {size.posts:,} posts and 200
members or of an empty one with as many ({CONNECTIONS} connections, member after member). Kith asks who calls, decides,
opens what is sealed, writes down who has seen it and an audit row; the bare program selects ids and names, writes one
row and commits. A post is one `POST`, one after the other, in a circle whose members are told of it in their evening
message: the bare program writes the post and a row for each of them.
"""


if __name__ == "__main__":
    main()
