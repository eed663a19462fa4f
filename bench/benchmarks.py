"""Headline benchmarks 1, 2 and 5 with their ceilings: rounds that take turns, each checked to the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import clock
from bench import checked, cpu, load, stage
from bench.measured import Round
from bench.payloads import BETWEEN, Writer
from bench.population import Queue, Voice
from bench.stage import Stage, Web

LIST = 100  # readings in one upload


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each is done in a round."""

    rounds: int
    bare: int
    singles: int
    alerts: int
    bare_lists: int
    uploads: int
    texts: int
    refusals: int  # pairs of refusals whose times are compared
    names: int  # known names that are tried with a wrong password, thrice
    regulars: int = 500  # patients who send in-limit readings, again and again

    @property
    def patients(self) -> int:
        """How many are needed: those of alerts and uploads are fresh each time."""
        fresh = self.alerts + self.uploads + self.texts
        return self.regulars + self.rounds * fresh + 2 * warm(self.alerts) + warm(self.uploads, LIST)


FULL = Size(
    rounds=5, bare=8000, singles=4000, alerts=3000, bare_lists=600, uploads=300, texts=4000, refusals=1000, names=30
)
QUICK = Size(
    rounds=3, bare=2000, singles=1000, alerts=800, bare_lists=100, uploads=60, texts=1000, refusals=300, names=10
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that the rounds need."""

    stage: Stage
    writer: Writer
    regulars: Sequence[Voice]
    fresh: Queue
    size: Size


def take_turns(bench: Bench, bare: Web, kith: Web) -> dict[str, list[Round]]:
    """Benchmarks 1, 2 and 5 with their ceilings, one after the other in each round."""
    rounds: dict[str, list[Round]] = {name: [] for name in ("bare", "single", "alert", "bare list", "upload")}
    _warm_up(bench, bare, kith)
    stage.settle(bench.stage)
    size = bench.size
    for number in range(size.rounds):
        rounds["bare"].append(_bare(bench, bare, size.bare))
        rounds["single"].append(_single(bench, kith, size.rounds - 1 - number, size.singles))
        rounds["alert"].append(_alert(bench, kith, size.alerts))
        rounds["bare list"].append(_bare_list(bench, bare, size.bare_lists))
        rounds["upload"].append(_upload(bench, kith, size.uploads))
        told = ", ".join(f"{name} {done[-1].rate:,.0f}/s" for name, done in rounds.items())
        print(f"round {number + 1} of {size.rounds}: {told}", flush=True)
    return rounds


def warm(count: int, items_each: int = 1) -> int:
    """Enough that every connection has prepared its statements."""
    return min(count, 400 if items_each == 1 else 60)


def _warm_up(bench: Bench, bare: Web, kith: Web) -> None:
    size = bench.size
    _bare(bench, bare, warm(size.bare))
    _bare_list(bench, bare, warm(size.bare_lists, LIST))
    _single(bench, kith, size.rounds, warm(size.singles))
    _alert(bench, kith, warm(size.alerts))
    _upload(bench, kith, warm(size.uploads, LIST))


def _bare(bench: Bench, bare: Web, count: int) -> Round:
    requests = bench.writer.singles(bench.regulars, count, clock.now())
    with checked.rows(bench.stage, bare_reading=count):
        return _fired(bench, bare, requests)


def _bare_list(bench: Bench, bare: Web, count: int) -> Round:
    requests = [bench.writer.upload(bench.regulars[n % len(bench.regulars)], LIST) for n in range(count)]
    with checked.rows(bench.stage, bare_reading=count * LIST):
        return _fired(bench, bare, requests, LIST)


def _single(bench: Bench, kith: Web, rounds_to_come: int, count: int) -> Round:
    """Benchmark 1. A later round's readings are newer, so each one renews the state."""
    each = -(-bench.size.singles // len(bench.regulars))
    requests = bench.writer.singles(bench.regulars, count, clock.now() - BETWEEN * each * rounds_to_come)
    with checked.rows(bench.stage, reading=count, audit_entry=count, alert=0, delivery=0, finding=0):
        return _fired(bench, kith, requests)


def _alert(bench: Bench, kith: Web, count: int) -> Round:
    """Benchmark 2: a fresh patient each, so every reading opens an alert and has its text written."""
    requests = bench.writer.deteriorating(bench.fresh.take(count))
    with checked.rows(bench.stage, reading=count, audit_entry=count, alert=count, delivery=count):
        return _fired(bench, kith, requests)


def _upload(bench: Bench, kith: Web, count: int) -> Round:
    """Benchmark 5: a fresh patient each."""
    requests = [bench.writer.upload(voice, LIST) for voice in bench.fresh.take(count)]
    with checked.rows(bench.stage, reading=count * LIST, audit_entry=count, alert=0):
        return _fired(bench, kith, requests, LIST)


def _fired(bench: Bench, web: Web, requests: Sequence[bytes], items_each: int = 1) -> Round:
    roots = (web.process, bench.stage.postmaster)
    before = cpu.spent(roots)
    run = load.fire(web.port, requests)
    used = cpu.spent(roots) - before
    checked.all_created(run)
    return Round(len(requests) * items_each, run.seconds, used, run.took)
