"""Counters and gauges for Prometheus; labels name routes and kinds, never people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

REQUESTS = Counter("kith_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("kith_request_seconds", "Time to answer", buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))
FAILED_HANDLERS = Counter("kith_failed_handlers_total", "Event handlers rolled back and to be run again", ["handler"])
UNADMITTED = Counter("kith_unadmitted_requests_total", "Requests answered without an access decision (must be 0)")
ATTEMPTS = Counter("kith_delivery_attempts_total", "Attempts to hand a message over", ["channel", "outcome"])
TEXTS_IN = Counter("kith_texts_received_total", "Texts that came in, each once", ["way"])
TEXT_PARTS = Counter("kith_text_parts_total", "Parts of texts: what the network charges for", ["way", "kind"])
UNANSWERED = Counter("kith_texts_unanswered_total", "Texts not answered: their phone has had too many answers")
FAILED_JOBS = Counter("kith_failed_jobs_total", "Jobs of the clock that raised", ["job"])
FAILED_ROWS = Counter("kith_failed_rows_total", "Rows that a job could not work on, the others done", ["job"])
CLOCK_JUMPS = Counter("kith_clock_jumps_total", "Times that the clock of a worker jumped by half a minute or more")

Gauge = tuple[str, str, Callable[[], float]]


class _Live(Collector):
    """Gauges read from the database at the moment of the scrape, so that every process tells the same."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self.gauges = list(gauges)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, text, read in self.gauges:
            yield GaugeMetricFamily(name, text, value=read())


def exposition(gauges: Iterable[Gauge]) -> bytes:
    """Everything in the text format: counters of all processes and live gauges."""
    live = CollectorRegistry()
    live.register(_Live(gauges))
    return _counters() + generate_latest(live)


def _counters() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
