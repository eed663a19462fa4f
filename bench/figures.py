"""The figures of a team of ten thousand with five years of ratings: `python -m bench.figures` writes bench/FIGURES.md.

The bare ceiling are the same three statements by psycopg, in turns with the page's answer.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import timedelta
from pathlib import Path

import psycopg

from app.core import clock
from app.ratings import loader
from app.reports import queries
from bench import crowd, load, running, stage
from bench.__main__ import FOLDER
from bench.checked import Inexact
from bench.looks import _get
from bench.measured import percentile
from bench.stage import Stage

PAGE = Path(__file__).with_name("FIGURES.md")
FLOOR = 0.2  # seconds, p99
RATINGS = 20  # each quarter for five years
ROUNDS, LOOKS = 5, 100
_ONE_TEAM = """
    update patient set team_id = %(team)s, coordinator_id = %(coordinator)s;
"""
_VERSION = """
    insert into instrument_version (id, created_at, code, version, digest, content)
    values (uuidv7(), now(), 'wheel', 1, 'bench', '{}') returning id
"""
_RATINGS = """
    insert into rating (id, created_at, organisation_id, patient_id, client_id, instrument_id, code, voice, rated_by,
        rated_role, channel, rated_at, occasion, scores)
    select uuidv7(), now(), p.organisation_id, p.id, gen_random_uuid(), %(version)s, 'wheel', 'patient', p.person_id,
        'patient', 'app', now() - make_interval(months => 3 * n),
        (array['baseline', 'month_3', 'month_6', null, 'month_12'])[%(ratings)s::int - n],
        array(select (random() * 10)::smallint from generate_series(1, %(areas)s::int))
    from patient p, generate_series(0, %(ratings)s::int - 1) n
"""
_DISTANCES = """
    insert into rating_distance (id, created_at, organisation_id, patient_id, code, voice, areas, first, last, last_at)
    select uuidv7(), now(), p.organisation_id, p.id, 'wheel', 'patient', %(names)s::text[], f.scores, l.scores, now()
    from patient p
        join lateral (select scores from rating r where r.patient_id = p.id order by rated_at limit 1) f on true
        join lateral (select scores from rating r where r.patient_id = p.id order by rated_at desc limit 1) l on true
"""
_COURSES = """
    insert into rating_course (id, created_at, organisation_id, patient_id, code, started_on)
    select uuidv7(), now(), organisation_id, id, 'wheel', current_date - 1825 from patient
"""
_DUES = """
    insert into rating_due (id, created_at, organisation_id, patient_id, course_id, code, occasion, due_on, state,
        reminded, rating_id)
    select uuidv7(), now(), c.organisation_id, c.patient_id, c.id, 'wheel', o.occasion, c.started_on + o.days,
        case when random() < 0.8 then 'done' else 'due' end, 0, null
    from rating_course c, (values ('baseline', 0), ('month_3', 91), ('month_6', 182), ('month_12', 365))
        as o (occasion, days)
"""
_DONE = """
    update rating_due d set rating_id = r.id from rating r
    where r.patient_id = d.patient_id and r.occasion = d.occasion and d.state = 'done'
"""
_GOALS = """
    insert into goal (id, created_at, organisation_id, patient_id, client_id, words_sealed, audience, state, set_by,
        set_role, touched_at, version)
    select uuidv7(), now(), organisation_id, id, gen_random_uuid(), '\\x00', 'team',
        (array['active', 'reached', 'put_aside'])[1 + n % 3], person_id, 'patient', now(), 1
    from patient, generate_series(1, 5) n
"""


def main() -> None:
    """Run it; a quick run prints and leaves the file as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.figures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small team: printed, not written")
    people = 900 if (quick := parser.parse_args().quick) else 10_200
    load_before = os.getloadavg()[0]
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_figures", FOLDER) as made:
        page = _page(people, load_before, *measure(made, people))
    print(page)
    if not quick:
        PAGE.write_text(page)


def measure(made: Stage, people: int) -> tuple[list[float], list[float]]:
    """Seconds of each answer, and of the three bare statements."""
    builder = crowd.Builder(made)
    session_id = builder.grow(people, 0).coordinator_session
    _fill(made, {"team": builder.team, "coordinator": builder.coordinator})
    bare: list[float] = []
    answered: list[float] = []
    with stage.kith(made) as kith:
        request = _get(made, session_id, f"/api/teams/{builder.team}/figures")
        for number in range(ROUNDS + 1):
            run, statements = load.fire(kith.port, [request] * LOOKS, connections=1), _bare(made, builder.team)
            if set(run.statuses) != {200}:
                raise Inexact(f"Answers by status: {dict(run.statuses)}; the last one: {run.body_of_last[:300]!r}")
            if number:  # the first round warms up
                answered += run.took
                bare += statements
    return answered, bare


def _fill(made: Stage, team: dict[str, object]) -> None:
    areas = [one.code for one in loader.load_all()["wheel"].areas]
    with psycopg.connect(made.conninfo("kith_owner"), autocommit=True) as connection:
        connection.execute(_ONE_TEAM, team)
        row = connection.execute(_VERSION).fetchone()
        assert row is not None
        connection.execute(_RATINGS, {"version": row[0], "areas": len(areas), "ratings": RATINGS})
        connection.execute(_DISTANCES, {"names": areas})
        connection.execute(_COURSES)
        connection.execute("alter table rating_due drop constraint ck_rating_due_done")
        connection.execute(_DUES)
        connection.execute(_DONE)
        connection.execute(_GOALS)
        connection.execute("vacuum analyze")


def _bare(made: Stage, team_id: object) -> list[float]:
    today = clock.now().date()
    values = {"team_id": team_id, "code": "wheel", "voice": "patient", "today": today, "late": today - timedelta(28)}
    took = []
    with psycopg.connect(made.conninfo("kith_owner")) as connection:
        for _ in range(LOOKS):
            began = time.perf_counter()
            for one in (queries._DUES, queries._CHANGES, queries._GOALS):
                connection.execute(one._statement, values).fetchall()
            took.append(time.perf_counter() - began)
    return took


def _page(people: int, load_before: float, answered: list[float], bare: list[float]) -> str:
    p99 = percentile(answered, 0.99)
    verdict = "floor reached" if p99 <= FLOOR else "**not reached**"
    return f"""# Figures of a team

Measured on {clock.now():%-d %B %Y} by `python -m bench.figures`; load average before the run {load_before:.1f}.
One team of {people:,} people, {RATINGS} ratings each (each quarter for five years), four ratings due and five goals.

| figure | p50 | p99 | floor, p99 | |
| --- | --- | --- | --- | --- |
| the figures, by `GET /api/teams/ID/figures` | {percentile(answered, 0.5) * 1000:.0f} ms | {p99 * 1000:.0f} ms | \
≤ {FLOOR * 1000:.0f} ms | {verdict} |
| the three statements alone, by psycopg without row security | {percentile(bare, 0.5) * 1000:.0f} ms | \
{percentile(bare, 0.99) * 1000:.0f} ms | – | |

One connection, {ROUNDS} rounds of {LOOKS} looks in turns with the bare statements after one to warm up. That they are
three statements and no more is tested (`tests/reports/test_figures.py`).
"""


if __name__ == "__main__":
    main()
