"""One tiny round of each benchmark: it runs, and what is stored is exactly what was answered. Nothing is timed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from app.core import embedded
from bench import checked, measured, results, running, stage
from bench.benchmarks import Size
from bench.measured import Round, Rounds
from bench.refusals import TRIES, Refusals
from bench.stage import Stage
from bench.telling import Told

# Of the bare program enough to see its CPU, which is counted in hundredths of a second.
TINY = Size(
    rounds=2, bare=400, singles=20, alerts=20, bare_lists=2, uploads=2, texts=20, refusals=10, names=1, regulars=10
)


@pytest.fixture(scope="module")
def set_up(server: embedded.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage.stage(server, f"kith_bench_smoke_{os.getpid()}", tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture(scope="module")
def outcome(set_up: Stage) -> tuple[Rounds, Told, Refusals]:
    return running.run(set_up, TINY)


def test_each_round_counts_what_it_sent(outcome: tuple[Rounds, Told, Refusals]) -> None:
    rounds, _, _ = outcome
    assert {name: [one.items for one in done] for name, done in rounds.items()} == {
        "bare": [400, 400],
        "single": [20, 20],
        "alert": [20, 20],
        "bare list": [200, 200],
        "upload": [200, 200],
    }
    assert all(len(one.took) == 20 and min(one.took) > 0 for one in rounds["single"])


def test_every_alert_arrives_once_at_the_provider(outcome: tuple[Rounds, Told, Refusals]) -> None:
    _, told, _ = outcome
    assert (told.alerts, len(told.after), told.lost, told.twice) == (40, 40, 0, 0)


def test_refusals_are_compared_in_pairs(outcome: tuple[Rounds, Told, Refusals]) -> None:
    _, _, refused = outcome
    assert (refused.pairs, refused.sign_ins) == (10, TRIES)
    assert min(refused.not_there, refused.unknown_name) >= 0


def test_every_deteriorating_reading_has_its_alert_and_its_text(
    set_up: Stage, outcome: tuple[Rounds, Told, Refusals]
) -> None:
    with psycopg.connect(set_up.conninfo("kith_owner")) as connection:
        found = [checked.number(connection, f"select count(*) from {table}") for table in ("alert", "delivery")]
    assert found == [2 * 20 + 20 + 2 * 20 + 20] * 2  # rounds and warming up of benchmarks 2 and 3


def test_the_results_name_every_floor(set_up: Stage, outcome: tuple[Rounds, Told, Refusals]) -> None:
    page = results.page(set_up, TINY, *outcome, load_before=0.5)
    assert page.count("\n| 1 |") == 3
    assert " of 13 floors reached" in page
    assert str(set_up.folder) not in page


def test_rows_that_are_missing_spoil_the_round(set_up: Stage) -> None:
    with pytest.raises(checked.Inexact, match="'bare_reading': 0"), checked.rows(set_up, bare_reading=1):
        pass


def test_ratios_are_taken_round_by_round() -> None:
    fast, slow = [Round(100, 1.0, 0.1, [0.1])] * 2, [Round(50, 1.0, 0.2, [0.3]), Round(80, 1.0, 0.2, [0.4])]
    assert measured.ratios(slow, fast) == [0.5, 0.8]
    assert measured.cpu_ms(slow) == pytest.approx(3.25)
    assert measured.percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert measured.percentile([3.0, 1.0, 2.0, 4.0], 0.99) == 4.0
