"""What the clock does for monitoring by text."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.programmes.service import agreeing, asking, following


def _ask() -> None:
    asking.ask_due()


def _follow() -> None:
    following.follow_due()


def _chase() -> None:
    agreeing.chase()


def _see_what_came() -> None:
    following.calm()
    following.ask_to_repeat()


JOBS = (
    Job("ask by text", timedelta(seconds=15), _ask),
    Job("follow what was asked by text", timedelta(seconds=15), _follow),
    Job("see what came by text", timedelta(minutes=1), _see_what_came),
    Job("see who has not agreed to be asked by text", timedelta(minutes=10), _chase),
)
