"""What the clock does for goals."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.goals.service import letting_go, watching


def _look_at_goals() -> None:
    """Remind patients of what they wanted to look at, and coordinators of what nobody did."""
    watching.remind()
    watching.ask_about_stale()


def _let_go() -> None:
    letting_go.of_all()


JOBS = (
    Job("look at goals", timedelta(minutes=30), _look_at_goals),
    Job("let go of helpers", timedelta(minutes=10), _let_go),
)
