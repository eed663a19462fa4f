"""What the worker does for notifications: crews of senders, and questions to the provider every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.core.scheduler import Job
from app.core.worker import Crew
from app.notifications.service import bulk, digests, receiving, reporting, sending

HANDS_FOR_ALERTS = 4
HANDS_FOR_EMAILS = 4
HANDS_FOR_PUSHES = 4
HANDS_FOR_REMINDERS = 2  # each with a batch: while one is at the provider, the other is at the database
HANDS_FOR_DOUBTS = 2


def crews(senders: int) -> Sequence[Crew]:
    """Hands for texts in the order of their priority, a few that are kept for alerts; others for reminders, e-mails."""
    return (
        Crew("senders", senders + HANDS_FOR_ALERTS, HANDS_FOR_ALERTS, sending.claim, sending.hand_over),
        Crew("reminder senders", HANDS_FOR_REMINDERS, 0, bulk.claim, bulk.hand_over, bulk.rest),
        Crew("reminders in doubt", HANDS_FOR_DOUBTS, 0, sending.claim_in_doubt, sending.hand_over),
        Crew("e-mail senders", HANDS_FOR_EMAILS, 0, sending.claim_emails, sending.hand_over),
        Crew("push senders", HANDS_FOR_PUSHES, 0, sending.claim_pushes, sending.hand_over),
    )


def _ask_the_provider() -> None:
    receiving.fetch_missed()
    reporting.ask_about_unconfirmed()


def _tell_together() -> None:
    digests.send_due()


JOBS = (
    Job("ask the provider of texts", timedelta(minutes=5), _ask_the_provider),
    Job("tell together", timedelta(minutes=1), _tell_together),
)
TASKS = {receiving.HANDLE: receiving.handle}
