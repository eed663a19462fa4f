"""What the worker does for notifications: crews of senders, and questions to the provider every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from app.core.scheduler import Job
from app.core.worker import Crew
from app.notifications.service import receiving, reporting, sending

HANDS_FOR_ALERTS = 4


def crews(senders: int) -> Sequence[Crew]:
    """Hands kept for alerts alone, and hands for everything in the order of its priority."""
    return (
        Crew("alerts", HANDS_FOR_ALERTS, partial(sending.claim, alerts_only=True), sending.hand_over),
        Crew("senders", senders, sending.claim, sending.hand_over),
    )


def _ask_the_provider() -> None:
    receiving.fetch_missed()
    reporting.ask_about_unconfirmed()


JOBS = (Job("ask the provider of texts", timedelta(minutes=5), _ask_the_provider),)
TASKS = {receiving.HANDLE: receiving.handle}
