"""What the clock does for the care plan."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.pathway.service import watching


def _look_at_actions() -> None:
    """Tell coordinators of what is overdue, and of what nobody sees to any more."""
    watching.ask_about_overdue()
    watching.ask_for_owners()


JOBS = (Job("look at actions", timedelta(minutes=30), _look_at_actions),)
