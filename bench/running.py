"""One run of all benchmarks on one database server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from app import config, create_app
from app.core import embedded
from app.core.db import db
from bench import benchmarks, population, refusals, stage, telling
from bench.benchmarks import Bench, Size
from bench.measured import Rounds
from bench.payloads import Writer
from bench.population import Queue, Voice
from bench.refusals import Refusals
from bench.stage import Stage
from bench.telling import Told


def run(stage_: Stage, size: Size) -> tuple[Rounds, Told, Refusals]:
    """Everything: patients, both programs, rounds in turn, the times of refusals, then the alerts at a fixed rate."""
    with ready(stage_, size) as bench, stage.bare_program(stage_) as bare, stage.kith(stage_) as kith:
        rounds = benchmarks.take_turns(bench, bare, kith)
        refused = refusals.measure(bench, kith)
        return rounds, telling.tell(bench, kith), refused


@contextmanager
def ready(stage_: Stage, size: Size) -> Iterator[Bench]:
    """The patients that the rounds need."""
    voices = _enrolled(stage_, size.patients)
    stage.settle(stage_)
    writer = Writer(stage_.environment["SECRET_KEY"])
    yield Bench(stage_, writer, voices[: size.regulars], Queue(voices[size.regulars :]), size)


def _enrolled(stage_: Stage, count: int) -> list[Voice]:
    settings = config.from_environment({**stage_.environment, "LOG_LEVEL": "critical"})
    app = create_app(replace(settings, is_worker=True))
    with app.app_context():
        try:
            return population.enrol(count)
        finally:
            db.session.remove()
            db.engine.dispose()


def buffers_mb() -> int:
    """A quarter of the memory, as PostgreSQL advises for a server of its own (docs/operations.md)."""
    return int(psutil.virtual_memory().total) // 4 // 2**20


@contextmanager
def own_server(folder: Path) -> Iterator[embedded.Server]:
    """A database server for the benchmarks alone, so that nobody else's work is counted; set up for this machine."""
    try:
        yield embedded.ensure_running(folder, buffers_mb())
    finally:
        embedded.stop(folder)
