"""What the clock does for monitoring by text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.core.scheduler import Job
from app.core.unit_of_work import unit_of_work
from app.programmes.service import agreeing, asking, following


def _all_of(some: Callable[[], int], at_once: int) -> None:
    """Batch by batch, each in a transaction of its own: at eight in the morning nearly everybody is due."""
    done = at_once
    while done == at_once:
        with unit_of_work():
            done = some()


def _ask() -> None:
    _all_of(asking.ask_due, asking.AT_ONCE)


def _follow() -> None:
    _all_of(following.follow_due, following.AT_ONCE)


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
