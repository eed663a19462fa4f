"""What the clock does for medicines: doses made ahead, reminders written, people told, and what nobody recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.core import backlog
from app.core.scheduler import Job
from app.core.worker import Crew
from app.medicines.service import making, nudging, overdue, reminding


def _make_ahead() -> None:
    making.make_ahead()


def _chunks(room: int, urgent_only: bool) -> Sequence[int]:
    return range(0 if urgent_only else reminding.hands_wanted(room))


def _remind(_: int) -> None:
    reminding.write_some()


def _tell_of_overdue() -> None:
    overdue.tell_of_overdue()


def _settle() -> None:
    backlog.in_batches(overdue.settle, overdue.AT_ONCE)


def _nudge() -> None:
    nudging.nudge_all()


JOBS = (
    Job("make doses ahead", timedelta(minutes=1), _make_ahead),
    Job("tell of doses not recorded", timedelta(minutes=1), _tell_of_overdue),
    Job("settle doses", timedelta(minutes=5), _settle),
    Job("remind of ordering more", timedelta(minutes=30), _nudge),
)
HANDS_FOR_REMINDERS = 3  # while one makes up texts, the others are at the database
# Looked at each quarter of a second, as deliveries are; many due at once are shared by all workers.
CREWS = (Crew("reminder writers", HANDS_FOR_REMINDERS, 0, _chunks, _remind),)
