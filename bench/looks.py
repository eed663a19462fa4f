"""Headline benchmarks 9 and 10: a chart among ten million readings, a worklist among a million patients.

`python -m bench.looks` writes bench/LOOKS.md. Each figure stands beside its bare ceiling, measured in turns with it,
and beside itself without the second wall of the database (row-level security).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from app.core import clock
from app.identity import tokens
from bench import bare_looks, cpu, load, running, stage
from bench.__main__ import FOLDER
from bench.checked import Inexact
from bench.crowd import TEAM, Builder, Crowd
from bench.measured import Round, Rounds, cpu_ms, percentile_of_rounds, rate, ratios
from bench.results import Goal
from bench.stage import Stage, Web

PAGE = Path(__file__).with_name("LOOKS.md")
CHARTS_AT_ONCE, WORKLISTS_AT_ONCE = 8, 16
# Bare charts a second where the floors in /s and ms were set: 1,200/s is half of them (docs/decisions/0019).
BARE_CHARTS_THERE = 2400


@dataclass(frozen=True, slots=True)
class Size:
    """How many patients and readings there are, and how often each is looked at in a round.

    Each of sixteen connections needs ten looks before the server keeps its plans: that is what the first round is for.
    """

    small: tuple[int, int]
    large: tuple[int, int]
    rounds: int
    charts: int
    worklists: int


FULL = Size((900, 300_000), (1_000_000, 10_000_000), 3, 4000, 600)
QUICK = Size((600, 30_000), (6_000, 200_000), 3, 800, 250)
Looked = dict[str, list[Round]]


def main() -> None:
    """Run both; a quick run prints and leaves the file as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.looks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small crowd: printed, not written")
    size = QUICK if (quick := parser.parse_args().quick) else FULL
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_looks", FOLDER) as made:
        page = _page(size, *_run(made, size))
    print(page)
    if not quick:
        PAGE.write_text(page)


def _run(made: Stage, size: Size) -> tuple[Crowd, Crowd, Looked, Looked]:
    with psycopg.connect(made.conninfo("kith_owner")) as connection:
        connection.execute(bare_looks.TABLE)
    builder = Builder(made)
    small = builder.grow(*size.small)
    few = _looked(made, builder, small, size)
    large = builder.grow(*size.large)
    return small, large, few, _looked(made, builder, large, size)


def _looked(made: Stage, builder: Builder, crowd: Crowd, size: Size) -> Looked:
    """Chart and worklist with their ceilings, in turns."""
    print(f"{crowd.patients:,} patients, {crowd.readings:,} readings", flush=True)
    bare_settings = {"BARE_CONNINFO": made.conninfo("kith_owner"), "BARE_TEAM": str(builder.team)}
    found: Looked = {}
    with stage.served(made, "bench.bare_looks:app", **bare_settings) as bare, stage.kith(made) as kith:
        for number in range(size.rounds + 1):
            charts, worklists = _charts(made, crowd, size.charts), _worklists(made, crowd, size.worklists)
            for name, fired in _turns(made, bare, kith, charts, worklists):
                if number:  # the first round warms up
                    found.setdefault(name, []).append(fired())
                else:
                    fired()
            print(", ".join(f"{name} {done[-1].rate:,.0f}/s" for name, done in found.items()), flush=True)
    return found


def _turns(
    made: Stage, bare: Web, kith: Web, charts: list[bytes], worklists: list[bytes]
) -> Iterator[tuple[str, Callable[[], Round]]]:
    yield "bare chart", lambda: _fired(made, bare, charts, CHARTS_AT_ONCE)
    yield "chart", lambda: _fired(made, kith, charts, CHARTS_AT_ONCE)
    yield "bare worklist", lambda: _fired(made, bare, worklists, WORKLISTS_AT_ONCE)
    yield "worklist", lambda: _fired(made, kith, worklists, WORKLISTS_AT_ONCE)
    with _without_wall(made):
        yield "chart, no wall", lambda: _fired(made, kith, charts, CHARTS_AT_ONCE)
        yield "worklist, no wall", lambda: _fired(made, kith, worklists, WORKLISTS_AT_ONCE)


@contextmanager
def _without_wall(made: Stage) -> Iterator[None]:
    with psycopg.connect(made.conninfo("kith_owner"), autocommit=True) as connection:
        walled = [name for (name,) in connection.execute("select relname from pg_class where relrowsecurity")]
        for act in ("disable", "enable"):
            for name in walled:
                connection.execute(f"alter table {name} {act} row level security")
            if act == "disable":
                yield


def _fired(made: Stage, web: Web, requests: list[bytes], connections: int) -> Round:
    roots = (web.process, made.postmaster)
    before = cpu.spent(roots)
    run = load.fire(web.port, requests, connections=connections)
    used = cpu.spent(roots) - before
    if set(run.statuses) != {200}:
        raise Inexact(f"Answers by status: {dict(run.statuses)}; the last one: {run.body_of_last[:300]!r}")
    return Round(len(requests), run.seconds, used, run.took)


def _charts(made: Stage, crowd: Crowd, count: int) -> list[bytes]:
    chosen = (random.choice(crowd.charts) for _ in range(count))
    return [
        _get(made, session_id, f"/api/patients/{patient_id}/series?measure=blood_pressure&days=90")
        for patient_id, session_id in chosen
    ]


def _worklists(made: Stage, crowd: Crowd, count: int) -> list[bytes]:
    return [_get(made, crowd.coordinator_session, "/api/worklist")] * count


def _get(made: Stage, session_id: UUID, path: str) -> bytes:
    key = tokens.key_from(made.environment["SECRET_KEY"])
    token = tokens.access_token(session_id, key, clock.now())
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _goals(few: Looked, many: Looked) -> list[Goal]:
    slower = percentile_of_rounds(many["chart"], 0.5) / percentile_of_rounds(few["chart"], 0.5)
    grown = percentile_of_rounds(many["worklist"], 0.99) / percentile_of_rounds(few["worklist"], 0.99)
    here = rate(many["bare chart"]) / BARE_CHARTS_THERE
    to_bare = sorted(ratios(many["chart"], many["bare chart"]))[len(many["chart"]) // 2]
    return [
        Goal("9", "charts, of the bare chart", to_bare, 0.5, 0.7, "%", more_is_better=True),
        Goal("9", "charts", rate(many["chart"]), 1200, None, "/s", more_is_better=True),
        Goal(
            "9",
            "charts, for a machine of this speed",
            rate(many["chart"]),
            1200 * here,
            None,
            "/s",
            more_is_better=True,
        ),
        Goal("9", "p99", percentile_of_rounds(many["chart"], 0.99), 25, None, "ms"),
        Goal("9", "p50, large ÷ small", slower, 1.2, None, "x"),
        Goal("10", "p99", percentile_of_rounds(many["worklist"], 0.99), 60, 30, "ms"),
        Goal(
            "10",
            "p99, for a machine of this speed",
            percentile_of_rounds(many["worklist"], 0.99),
            60 / here,
            30 / here,
            "ms",
        ),
        Goal("10", "p99, large ÷ small", grown, 1.3, 1.1, "x"),
    ]


def _page(size: Size, small: Crowd, large: Crowd, few: Looked, many: Looked) -> str:
    goals = "\n".join(goal.line() for goal in _goals(few, many))
    rows = "\n".join([*_rows(small, few), *_rows(large, many)])
    return f"""# Looking: benchmarks 9 and 10

Measured on {clock.now():%-d %B %Y} by `python -m bench.looks`, {size.rounds} rounds taking turns after one to warm up;
a quarter of the machine's memory is the database's `shared_buffers`.

| # | figure | measured | floor | stretch | |
| --- | --- | --- | --- | --- | --- |
{goals}

| what ran | among | /s | CPU ms | p50 ms | p99 ms |
| --- | --- | --- | --- | --- | --- |
{rows}

A chart is 90 days of one measure by `GET /api/patients/ID/series` ({CHARTS_AT_ONCE} connections, patients at random);
a worklist is {TEAM} open alerts by `GET /api/worklist` ({WORKLISTS_AT_ONCE} connections). Kith asks who calls, decides,
and writes an audit row; the bare program selects, writes one row and commits. "No wall": the same with row-level
security switched off. "For a machine of this speed": the floors in /s and ms were set where the bare chart made
{BARE_CHARTS_THERE:,}/s; here they are as much lower, or longer, as it is slower here (docs/decisions/0019).
"""


def _rows(crowd: Crowd, looked: Rounds) -> list[str]:
    among = f"{crowd.patients:,} patients, {crowd.readings:,} readings"
    return [
        f"| {name} | {among} | {rate(done):,.0f} | {cpu_ms(done):.2f} | {percentile_of_rounds(done, 0.5):.1f} "
        f"| {percentile_of_rounds(done, 0.99):.1f} |"
        for name, done in looked.items()
    ]


if __name__ == "__main__":
    main()
