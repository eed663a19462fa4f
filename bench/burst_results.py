"""What was measured of bursts, as a section of bench/RESULTS.md."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence

from app.core import clock
from bench import measured
from bench.bursts import ALERTS_EACH_SECOND, LIMIT, Burst, Bursts, Size
from bench.measured import Round
from bench.results import Goal

HEADING = "## Bursts of reminders"
_HOW = """\
How: one patient, one medicine and one dose for each reminder; a real worker that is up and idle when they fall due,
with the way out closed. It writes every reminder and its message (from the commit of the doses until none is left);
then the way out is opened, and it hands all of them over to a light provider in a process of its own, on the same
machine. CPU is that of the worker and of the whole database server. In between, on the same server and provider: bare
rows ({bare:,} chosen with SKIP LOCKED and written by 2,000 with psycopg) and bare posts (aiohttp, 64 at a time, nothing
written).
In 4 the provider refuses more than {limit} texts a second and the worker is told so (SMS_PER_SECOND); {alerts} alerts
come at {each}/s while reminders wait, timed from before the alert's commit until the provider has read its text."""


def section(found: Bursts, size: Size, load: tuple[float, float]) -> str:
    """The section; `load` is the load average before and after."""
    return "\n".join(
        [
            HEADING,
            "",
            f"Measured on {clock.now():%d %B %Y, %H:%M} UTC; load average before {load[0]:.2f} and after {load[1]:.2f}"
            f" (the run itself is about 2), on a machine of {os.cpu_count()} cores; a quarter of its memory is the"
            " database's `shared_buffers`.",
            "",
            "| # | figure | measured | floor | stretch | |",
            "| --- | --- | --- | --- | --- | --- |",
            *(goal.line() for goal in goals(found, size)),
            "",
            "| due at once | written | of bare rows | handed over | of bare posts | CPU ms each | memory | twice |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *_lines(found),
            "",
            _HOW.format(bare=size.bare, limit=LIMIT, alerts=size.alerts, each=ALERTS_EACH_SECOND),
            "",
        ]
    )


def goals(found: Bursts, size: Size) -> list[Goal]:
    """Every floor and stretch of benchmarks 7, 8 and 4; the times of 7 are those of 100,000."""
    middle = [one for one in found.bursts if one.written.items == size.bursts[1]]
    per = 100_000 / size.bursts[1]
    written = statistics.median(one.written.seconds for one in middle) * per
    sent = statistics.median(one.sent.seconds for one in middle) * per
    late, used = found.overtaken.after, statistics.median(one.cpu_ms for one in middle)
    return [
        Goal("7", "100,000 written", written, 8, 5, "s"),
        Goal("7", "100,000 handed over", sent, 60, 35, "s"),
        Goal("7", "CPU each, written and handed over", used, 1.0, None, "ms"),
        Goal("8", "time each, furthest from that of the middle", _apart(found, middle, _seconds), 0.20, 0.10, "%"),
        Goal("8", "CPU each, furthest from that of the middle", _apart(found, middle, _cpu), 0.20, 0.10, "%"),
        Goal("8", "memory of the worker, grown by", max(one.grew for one in found.bursts) / 2**20, 50, None, "MB"),
        Goal("7", "sent twice", sum(one.twice for one in found.bursts), 0, None, "texts"),
        Goal("4", "alert to provider among reminders, p50", 1000 * measured.percentile(late, 0.5), 2000, 1000, "ms"),
        Goal("4", "alert to provider among reminders, p99", 1000 * measured.percentile(late, 0.99), 2000, 1000, "ms"),
    ]


def _seconds(one: Burst) -> float:
    return 1 / one.written.rate + 1 / one.sent.rate


def _cpu(one: Burst) -> float:
    return one.cpu_ms


def _apart(found: Bursts, middle: Sequence[Burst], of: Callable[[Burst], float]) -> float:
    """How far the usual burst of another size is from the usual one of the middle size."""
    usual = statistics.median(of(one) for one in middle)
    others: dict[int, list[float]] = {}
    for one in found.bursts:
        if one not in middle:
            others.setdefault(one.written.items, []).append(of(one))
    return max(abs(statistics.median(each) - usual) / usual for each in others.values())


def _lines(found: Bursts) -> list[str]:
    rows = zip(found.bursts, found.bare_rows, found.bare_posts, strict=True)
    return [*(_line(*row) for row in rows), _overtaken_line(found)]


def _line(one: Burst, bare: Round, posts: Round) -> str:
    cells = (
        f"{one.written.items:,}",
        f"{one.written.seconds:,.1f} s, {one.written.rate:,.0f}/s",
        f"{one.written.rate / bare.rate:.0%} of {bare.rate:,.0f}/s",
        f"{one.sent.seconds:,.1f} s, {one.sent.rate:,.0f}/s",
        f"{one.sent.rate / posts.rate:.0%} of {posts.rate:,.0f}/s",
        f"{one.written.cpu_ms:.2f} + {one.sent.cpu_ms:.2f}",
        f"+{one.grew / 2**20:.0f} MB",
        str(one.twice),
    )
    return f"| {' | '.join(cells)} |"


def _overtaken_line(found: Bursts) -> str:
    told = found.overtaken
    return (
        f"| 4: {told.waiting:,} still waiting after the last alert | | | {told.reminders_each_second:.0f}/s"
        f" | {told.refused} refused by the provider | | | |"
    )
