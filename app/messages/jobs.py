"""What the clock does for messages."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.messages.service import (
    carers,
    keeping_claims,
    lightening,
    reopening,
    unanswered,
    visit_making,
    visits_watched,
)


def _keep_claims() -> None:
    """Put back what absent people took, and ask the coordinators about what was not answered in time."""
    keeping_claims.let_go_of_absent()
    keeping_claims.ask_for_answers()


def _reopen_help() -> None:
    reopening.reopen_late()
    reopening.reopen_lost()


def _tell_of_unanswered_help() -> None:
    unanswered.tell_in_time()


def _ask_about_uneven_help() -> None:
    lightening.ask_about_uneven_help()


def _make_visits() -> None:
    visit_making.make_ahead()


def _watch_visits() -> None:
    visits_watched.watch()


def _ask_carers() -> None:
    carers.ask_by_text()


JOBS = (
    Job("keep the team inboxes", timedelta(minutes=1), _keep_claims),
    Job("open help again", timedelta(minutes=1), _reopen_help),
    Job("tell of help that nobody takes", timedelta(minutes=1), _tell_of_unanswered_help),
    Job("make visits ahead", timedelta(minutes=1), _make_visits),
    Job("watch over visits", timedelta(minutes=1), _watch_visits),
    Job("ask carers how they are", timedelta(minutes=10), _ask_carers),
    Job("ask about uneven help", timedelta(hours=1), _ask_about_uneven_help),
)
