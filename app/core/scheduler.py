"""The clock: APScheduler in every worker process. It ticks and owns nothing; what is due is rows in the database.

Each job is claimed by its row in `tick`, so on any number of machines one of them does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, metrics
from app.core.db import Base, db
from app.core.logs import log
from app.core.unit_of_work import unit_of_work


class Tick(Base):
    """When each job of the clock was last claimed; `/readyz` looks at it."""

    __tablename__ = "tick"

    job: Mapped[str] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again: a thin entry to a service, in a unit of work."""

    name: str
    every: timedelta
    work: Callable[[], None]


_CLAIM = text("""
    insert into tick as t (job, claimed_at) values (:job, :now)
    on conflict (job) do update set claimed_at = excluded.claimed_at where t.claimed_at <= :before
    returning job
""")


def run(app: Flask, job: Job) -> bool:
    """Do a job now unless somebody else has it; a job that raises is logged, counted and tried at its next tick."""
    with app.app_context():
        try:
            if not _claimed(job):
                return False
            with unit_of_work():
                job.work()
        except Exception:
            metrics.FAILED_JOBS.labels(job.name).inc()
            log.exception("job failed", job=job.name)
        return True


def _claimed(job: Job) -> bool:
    now = clock.now()
    # A tenth of tolerance: two ticks a hair apart must not skip a turn.
    values = {"job": job.name, "now": now, "before": now - job.every * 0.9}
    with db.engine.begin() as connection:
        return connection.execute(_CLAIM, values).first() is not None


def start(app: Flask, jobs: Sequence[Job]) -> BackgroundScheduler:
    """Start the clock of this process: each job now, and then again and again."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in jobs:
        scheduler.add_job(run, args=(app, job))  # once at the start
        scheduler.add_job(
            run,
            "interval",
            args=(app, job),
            seconds=job.every.total_seconds(),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler
