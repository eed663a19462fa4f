"""What the clock does for alerts."""

from __future__ import annotations

from datetime import timedelta

from app.alerts.service import escalating, passing_on
from app.core.scheduler import Job


def tell_leads() -> None:
    """Tell leads of red alerts that nobody took in time."""
    escalating.escalate_due()


JOBS = [
    Job("tell leads", timedelta(seconds=5), tell_leads),
    Job("bring alerts home", timedelta(minutes=1), passing_on.bring_home),
]
