"""The table of results, in words that say what was measured. Pure, but for what it asks of the machine."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg

from app.core import clock
from bench import measured, stage
from bench.benchmarks import LIST, Size
from bench.measured import Rounds
from bench.refusals import Refusals
from bench.stage import Stage
from bench.telling import EACH_SECOND, Told

_HOW = """\
How: rates are of each round, ratios are the median of the rounds' own ratios, CPU is user and system time of the web
processes and of the whole database server (and of the worker in 3). After each round the rows are counted: readings,
audit entries, alerts and deliveries are exactly what was answered, or nothing is written here.

- Web: granian, WSGI, {stage.PROCESSES} processes of {stage.THREADS} threads, for Kith and for the bare program alike;
  16 kept-alive connections from one client process on the same machine, which costs both the same.
- 1: {size.regulars} patients with an app session each and the plan for high blood pressure; bearer token, client's id,
  rules evaluated over the last three days, audit entry, newest reading renewed. Pressures half a day apart.
- 2: a fresh patient for each reading, so each one opens an alert, with its coordinator, history and a text to be sent,
  in the reading's own transaction. No worker runs meanwhile.
- 3: one real worker; a fresh patient for each alert; the time runs from when the POST was due to when the provider's
  stand-in has read the request.
- 5: a fresh patient for each upload of {list}; entries typed, half a day apart, all within their limits.
- S4, S14: {refused.pairs} times a stranger asks for a patient who is there and for one who is not, {refused.sign_ins}
  times a wrong password for a known name and for an unknown one, in turn on one connection.
- The bare program is Flask and psycopg on the same server and database, with psycopg's own transaction (BEGIN, INSERT,
  COMMIT)."""
PACKAGES = ("flask", "sqlalchemy", "psycopg", "granian", "marshmallow", "orjson")


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure against what performance.md asks for."""

    benchmark: str
    what: str
    found: float
    floor: float
    stretch: float | None
    unit: str
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.stretch is not None and self._reaches(self.stretch):
            return "stretch reached"
        return "floor reached" if self._reaches(self.floor) else "**not reached**"

    def _reaches(self, goal: float) -> bool:
        return self.found >= goal if self.more_is_better else self.found <= goal

    def line(self) -> str:
        sign = "≥" if self.more_is_better else "≤"
        stretch = f"{sign} {self._shown(self.stretch)}" if self.stretch is not None else "–"
        floor, found = f"{sign} {self._shown(self.floor)}", self._shown(self.found)
        return f"| {self.benchmark} | {self.what} | {found} | {floor} | {stretch} | {self.verdict} |"

    def _shown(self, value: float) -> str:
        return f"{value:.0%}" if self.unit == "%" else f"{value:,.{0 if value >= 20 or not value else 2}f} {self.unit}"


def goals(rounds: Rounds, told: Told, refused: Refusals) -> list[Goal]:
    """Every floor and stretch of the benchmarks that ran."""
    to_bare = statistics.median(measured.ratios(rounds["single"], rounds["bare"]))
    to_single = statistics.median(measured.ratios(rounds["alert"], rounds["single"]))
    to_list = statistics.median(measured.ratios(rounds["upload"], rounds["bare list"]))
    of_bare = measured.cpu_ms(rounds["single"]) / measured.cpu_ms(rounds["bare"])
    p50, p99 = (1000 * measured.percentile(told.after, share) for share in (0.5, 0.99)) if told.after else (1e9, 1e9)
    return [
        Goal("1", "rate, of the bare program", to_bare, 0.35, 0.45, "%", more_is_better=True),
        Goal("1", "server CPU per reading", measured.cpu_ms(rounds["single"]), 2.2, 1.6, "ms"),
        Goal("1", "server CPU, times the bare program's", of_bare, 3.2, None, "x"),
        Goal("2", "rate, of benchmark 1", to_single, 0.75, 0.90, "%", more_is_better=True),
        Goal("2", "server CPU per reading", measured.cpu_ms(rounds["alert"]), 2.7, None, "ms"),
        Goal("3", "POST to provider, p50", p50, 100, None, "ms"),
        Goal("3", "POST to provider, p99", p99, 1000, 300, "ms"),
        Goal("3", "texts lost", told.lost, 0, None, "texts"),
        Goal("3", "texts sent twice", told.twice, 0, None, "texts"),
        Goal("5", "readings/s, of the bare list", to_list, 0.40, 0.60, "%", more_is_better=True),
        Goal("S4", "not yours beside not there, medians apart", refused.not_there, 1.0, None, "ms"),
        Goal("S14", "known name beside unknown one, medians apart", refused.unknown_name, 5.0, None, "ms"),
        Goal("5", "readings/s", measured.rate(rounds["upload"]), 8000, None, "/s", more_is_better=True),
    ]


def page(stage: Stage, size: Size, rounds: Rounds, told: Told, refused: Refusals, load_before: float) -> str:
    """bench/RESULTS.md."""
    found = goals(rounds, told, refused)
    missed = sum(goal.verdict == "**not reached**" for goal in found)
    return "\n".join(
        [
            "# Results",
            "",
            f"Measured on {clock.now():%d %B %Y, %H:%M} UTC by `make bench`"
            f" ({size.rounds} rounds, taking turns): {len(found) - missed} of {len(found)} floors reached.",
            "",
            "| # | figure | measured | floor | stretch | |",
            "| --- | --- | --- | --- | --- | --- |",
            *(goal.line() for goal in found),
            "",
            *_what_ran(rounds, told),
            "",
            *_how(size, refused),
            "",
            *_machine(stage, load_before),
            "",
        ]
    )


def _what_ran(rounds: Rounds, told: Told) -> list[str]:
    names = {
        "bare": "bare: one INSERT + COMMIT",
        "single": "1: one blood pressure within its limits",
        "alert": "2: one deteriorating blood pressure, its alert and its text",
        "bare list": f"bare list: one unnest of {LIST} + COMMIT",
        "upload": f"5: upload of {LIST} blood pressures",
    }
    lines = [
        "| what ran | items/s, each round | CPU ms an item | p50 of a request | p99 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, words in names.items():
        each = ", ".join(f"{one.rate:,.0f}" for one in rounds[name])
        p50, p99 = (measured.percentile_of_rounds(rounds[name], share) for share in (0.5, 0.99))
        lines.append(f"| {words} | {each} | {measured.cpu_ms(rounds[name]):.2f} | {p50:.1f} ms | {p99:.1f} ms |")
    return [*lines, _told_line(told)]


def _told_line(told: Told) -> str:
    used = 1000 * told.cpu_seconds / told.alerts
    words = f"3: {told.alerts:,} alerts at {EACH_SECOND:.0f}/s, web, worker and database"
    if not told.after:
        return f"| {words} | none arrived | {used:.2f} | – | – |"
    p50, p99 = (1000 * measured.percentile(told.after, share) for share in (0.5, 0.99))
    return f"| {words} | {told.alerts / told.seconds:,.0f} | {used:.2f} | {p50:.1f} ms to the provider | {p99:.1f} ms |"


def _how(size: Size, refused: Refusals) -> list[str]:
    return [_HOW.format(size=size, stage=stage, list=LIST, refused=refused)]


def _machine(stage: Stage, load_before: float) -> list[str]:
    with psycopg.connect(stage.conninfo("kith_owner")) as connection:
        server = connection.info.server_version
        shown = connection.execute("show shared_buffers").fetchone()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"Machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()};"
        f" load average before the run {load_before:.2f}. Python {platform.python_version()},"
        f" PostgreSQL {server // 10000}.{server % 10000} (fsync and synchronous_commit on, shared_buffers"
        f" {shown[0] if shown else None}), {packages}."
    ]


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text().splitlines() if listed.exists() else []
    names: Sequence[str] = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
