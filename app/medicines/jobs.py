"""What the clock does for medicines: doses made ahead, reminders written, people told, and what nobody recorded."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.medicines.service import making, overdue, reminding


def _make_ahead() -> None:
    making.make_ahead()


def _remind() -> None:
    reminding.remind()


def _tell_of_overdue() -> None:
    overdue.tell_of_overdue()


def _settle() -> None:
    overdue.settle()


JOBS = (
    Job("make doses ahead", timedelta(minutes=1), _make_ahead),
    Job("write reminders", timedelta(seconds=20), _remind),
    Job("tell of doses not recorded", timedelta(minutes=1), _tell_of_overdue),
    Job("settle doses", timedelta(minutes=5), _settle),
)
