"""Headline benchmark 3: from the POST of a reading to the text at the provider, at a fixed rate."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from bench import benchmarks, checked, cpu, load, stage
from bench.benchmarks import Bench
from bench.stage import Stage, Web

EACH_SECOND = 200.0
_ALERT_OF_TEXT = re.compile(r"/a/([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Told:
    """Benchmark 3: what became of the alerts."""

    alerts: int
    seconds: float
    cpu_seconds: float
    after: Sequence[float] = field(repr=False)  # seconds from POST to the provider, of each that arrived
    lost: int
    twice: int


def tell(bench: Bench, kith: Web) -> Told:
    """Benchmark 3: alerts at a fixed rate, a fresh patient each, from the POST to the text at the provider."""
    _nothing_waits(bench)
    total, seconds, used = bench.size.rounds * bench.size.texts, 0.0, 0.0
    due: dict[str, float] = {}
    with stage.provider(bench.stage) as provider, stage.worker(bench.stage, provider) as worker:
        _send(bench, kith, benchmarks.warm(bench.size.alerts))
        _wait_until_sent(bench.stage)
        for _ in range(bench.size.rounds):
            roots = (kith.process, worker, bench.stage.postmaster)
            before = cpu.spent(roots)
            began = time.monotonic()
            due |= _send(bench, kith, bench.size.texts)
            _wait_until_sent(bench.stage)
            seconds += time.monotonic() - began
            used += cpu.spent(roots) - before
        arrivals = provider.arrivals()
    return _told(_alerts_of(bench.stage, due), arrivals, total, seconds, used)


def _send(bench: Bench, kith: Web, count: int) -> dict[str, float]:
    """When the reading of each patient was sent."""
    voices = bench.fresh.take(count)
    run = load.fire(kith.port, bench.writer.deteriorating(voices), connections=32, each_second=EACH_SECOND, after=0.2)
    checked.all_created(run)
    return {str(voice.patient_id): at for voice, at in zip(voices, run.sent_at, strict=True)}


def _told(
    sent_at: dict[str, float], arrivals: list[tuple[float, str]], total: int, seconds: float, used: float
) -> Told:
    first: dict[str, float] = {}
    times: Counter[str] = Counter()
    for at, text in arrivals:
        found = _ALERT_OF_TEXT.search(text)
        if found and found[1] in sent_at:
            first.setdefault(found[1], at)
            times[found[1]] += 1
    after = [at - sent_at[alert] for alert, at in first.items()]
    return Told(total, seconds, used, after, total - len(first), sum(times.values()) - len(first))


def _alerts_of(stage: Stage, due: dict[str, float]) -> dict[str, float]:
    """The times by alert instead of by patient."""
    with psycopg.connect(stage.conninfo("kith_owner")) as connection:
        rows = connection.execute(
            "select id::text, patient_id::text from alert where patient_id = any(%s::uuid[])", [list(due)]
        )
        return {alert: due[patient] for alert, patient in rows}


def _nothing_waits(bench: Bench) -> None:
    """What benchmark 2 left to be sent is not this benchmark's."""
    with psycopg.connect(bench.stage.conninfo("kith_owner")) as connection:
        connection.execute("update delivery set state = 'stale', settled_at = now() where state = 'pending'")


def _wait_until_sent(stage: Stage) -> None:
    end = time.monotonic() + 60
    with psycopg.connect(stage.conninfo("kith_owner"), autocommit=True) as connection:
        while time.monotonic() < end and checked.number(
            connection, "select count(*) from delivery where state = 'pending'"
        ):
            time.sleep(0.05)
