"""What the clock does for the core."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from app.core import audit, clock, idempotency, reruns
from app.core.scheduler import Job

ANSWERS_ARE_KEPT = timedelta(hours=24)


def _tick() -> None:
    """Nothing: claiming this job is the tick that `/readyz` looks for."""


def _run_again() -> None:
    reruns.run_due()


def _forget_answers() -> None:
    idempotency.forget_before(clock.now() - ANSWERS_ARE_KEPT)


def _seal() -> None:
    audit.seal_all()


def _publish() -> None:
    audit.publish(audit.heads(), current_app.config["KITH"].audit_heads)


JOBS = (
    Job("tick", timedelta(seconds=10), _tick),
    Job("run failed handlers again", timedelta(seconds=5), _run_again),
    Job("seal the audit", timedelta(minutes=1), _seal),
    Job("publish the heads of the audit", timedelta(hours=1), _publish),
    Job("forget answers", timedelta(hours=1), _forget_answers),
)
