"""What the clock does for ratings: everybody in care has a course, and is reminded of what is due."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.ratings.service import courses, reminding


def _begin_missing() -> None:
    courses.begin_missing()


def _remind() -> None:
    reminding.remind()


JOBS = (
    Job("begin courses of ratings", timedelta(minutes=10), _begin_missing),
    Job("remind of ratings", timedelta(minutes=1), _remind),
)
