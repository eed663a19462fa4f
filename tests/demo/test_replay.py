"""Months lived through the public API: true alerts, taken and closed under the same clock, the last day left open."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.demo import histories, loading, people, queries, replay
from app.demo.histories import Part
from app.demo.replay import Told
from app.identity import queries as identity
from tests.conftest import NOW
from tests.demo.test_histories import raw
from tests.people import signed_in

# Short ones, with every kind of ending: a LO of its own day, a severe low, pressures, a row that cannot be.
PLAYED = ("Rajan Pillai", "Tomasz Nowak", "Rosalind Hart", "Olive Barker", "Bernard Hughes")
# Severity and rule of each alert at its worst: how many there were, and how many are on the worklist.
ALERTS = {
    "red glucose_high": (4, 0),  # the four HI of log 02
    "red glucose_low": (11, 1),  # among them its LO, yesterday
    "red pulse_high": (1, 1),  # Mary
    "red saturation_low": (2, 1),  # Mary's 88 % nine days ago, Mr Khan's 86 % yesterday
    "amber glucose_high": (6, 0),
    "amber glucose_low_again": (3, 0),
    "amber pressure_high": (2, 2),
    "amber weight_gain": (1, 1),  # Mary
}
# What is on the worklist of the whole demo.
WORKLIST = {
    "red glucose_low": 2,
    "red pulse_high": 1,
    "red saturation_low": 1,
    "amber glucose_high": 2,
    "amber glucose_low_again": 3,
    "amber pressure_high": 3,
    "amber weight_gain": 1,
}
# Log 02 from 2 to 8 November 1989, its glucose values in order.
WEEK_OF_THE_LOW = (
    "262 376 250 119 194 259 221 297 223 325 0Hi 393 246 0Hi 361 348 262 0Hi 330 0Hi 240 317 156 158 221 225 0Lo 097"
).split()
YESTERDAY = datetime.combine(NOW.date() - timedelta(days=1), time(0), replay.LONDON)


@pytest.fixture
def told(app: Flask) -> Iterator[Told]:
    parts = [part for part in histories.cast() if part.name in PLAYED]
    with app.app_context():
        yield _replayed(app, parts)


def rows(statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.session.execute(text(statement))]


def test_a_replay_leaves_a_true_worklist_and_a_whole_history(app: Flask, told: Told, client: FlaskClient) -> None:
    kinds = {f"{kind.severity} {kind.rule}": (kind.alerts, kind.on_worklist) for kind in queries.alerts_by_kind()}
    assert kinds == ALERTS
    _findings_are_those_of_the_raw_values()
    _nothing_is_older_than_yesterday()
    _everything_else_was_closed_within_hours()
    _texts_left_when_their_alerts_opened()
    _what_cannot_be_is_listed(told)
    _the_worklist_is_what_the_coordinator_reads(client)


def _findings_are_those_of_the_raw_values() -> None:
    """Counted by hand from the files: 1 mmol/L is 18.016 mg/dL; 0Lo and 0Hi lie beyond every limit."""
    values = [value for name in ("data-06", "data-09") for value in raw(histories.LOGS / name)] + WEEK_OF_THE_LOW
    numbers = [int(value) / 18.016 for value in values if value.isdigit() and value != "0"]
    expected = {
        ("glucose_low", "red"): sum(number < 3.0 for number in numbers) + values.count("0Lo"),
        ("glucose_low", "note"): sum(3.0 <= number < 4.0 for number in numbers),
        ("glucose_high", "red"): sum(number > 30 for number in numbers) + values.count("0Hi"),
        ("glucose_high", "amber"): sum(20 < number <= 30 for number in numbers),
        ("glucose_high", "note"): sum(14 < number <= 20 for number in numbers),
    }
    found = rows(
        "select rule, severity, count(*) from finding where rule in ('glucose_low', 'glucose_high') group by 1, 2"
    )
    assert {(rule, severity): count for rule, severity, count in found} == expected


def test_the_whole_cast_leaves_five_to_fifteen_alerts_of_yesterday(app: Flask) -> None:
    """By the last ten days of everybody: no rule looks further back, and what is older has been closed."""
    parts = [_last_days(part, 10) for part in histories.cast()]
    with app.app_context():
        _replayed(app, parts)
        _nothing_is_older_than_yesterday()
        left = {f"{kind.severity} {kind.rule}": kind.on_worklist for kind in queries.alerts_by_kind()}
    assert {kind: count for kind, count in left.items() if count} == WORKLIST
    assert 5 <= sum(WORKLIST.values()) <= 15


def _last_days(part: Part, days: int) -> Part:
    if part.until:
        return part
    last = histories.history(part, YESTERDAY.date(), replay.LONDON)
    until = max(row.entry.measured_at for row in last.lines.values()).date()
    return dataclasses.replace(part, until=until, days=days)


def _replayed(app: Flask, parts: list[Part]) -> Told:
    with clock.at(replay.begins(parts, NOW)):
        world = people.arrive(NOW.date())
        return replay.replay(app, world, parts, NOW, lambda done, planned: None)


def _nothing_is_older_than_yesterday() -> None:
    left = rows("select opened_at, severity, state from alert where state <> 'resolved'")
    assert left
    assert all(opened_at >= YESTERDAY for opened_at, _, _ in left)
    assert {(severity, state) for _, severity, state in left} <= {
        ("amber", "open"),
        ("red", "acknowledged"),
        ("emergency", "acknowledged"),
    }


def _everything_else_was_closed_within_hours() -> None:
    (longest,) = rows("select max(resolved_at - opened_at) from alert where state = 'resolved'")[0]
    assert longest <= timedelta(hours=16)
    ((slow,),) = rows(
        "select count(*) from alert where severity <> 'amber' and acknowledged_at - opened_at > interval '12 hours'"
    )
    assert slow == 0


def _texts_left_when_their_alerts_opened() -> None:
    assert rows("select distinct state from delivery") == [("delivered",)]
    apart = rows(
        "select max(s.created_at - d.created_at) from sandbox_message s join delivery d on d.id = s.delivery_id"
    )
    assert apart[0][0] <= timedelta(seconds=10)


def _what_cannot_be_is_listed(told: Told) -> None:
    ((file, line, row, why),) = told.broken
    assert (file, line) == ("data-09", 67)
    assert row.endswith("64\t0")
    assert "not possible" in why


def _the_worklist_is_what_the_coordinator_reads(client: FlaskClient) -> None:
    priya = identity.person_by_contact("priya.shah@kith.example")
    assert priya is not None
    items = client.get("/api/worklist", headers=signed_in(client, priya)).get_json()["items"]
    waiting = "select id from alert where state <> 'resolved' union all select id from todo where done_at is null"
    assert len(items) == len(rows(waiting))
    low = next(item for item in items if item["patient"] == "Rajan Pillai")
    assert low["severity"] == "red"
    assert low["why"].startswith("Glucose LO")


def test_broken_rows_are_listed_in_a_file(tmp_path: Path) -> None:
    told = Told(broken=[("data-09", 67, "05-01-1990\t00:10\t64\t0", "refused")])
    loading.list_broken(told, tmp_path / "new" / "rows.csv")
    assert (tmp_path / "new" / "rows.csv").read_text().splitlines() == [
        "file,line,row,why",
        "data-09,67,05-01-1990\t00:10\t64\t0,refused",
    ]
