"""What the clock does about texts that came in."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.texting.service import unread


def _give_to_people() -> None:
    unread.give_to_people()


JOBS = (Job("give people the texts that wait", timedelta(minutes=1), _give_to_people),)
