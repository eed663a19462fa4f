"""Goals as they are shown: with their steps, who helps, and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.pages import Page, page, position
from app.goals import agreed, attainment, progress, queries
from app.goals.agreed import Action
from app.goals.audiences import NUMBERED, Looking
from app.goals.history import Happened
from app.goals.models import Goal, GoalReview, GoalStep
from app.goals.progress import Progress
from app.goals.queries import actions, values
from app.goals.queries.values import Course, Value
from app.messages.queries import people_here
from app.messages.queries.people_here import Somebody
from app.patients.admission import AdmittedPatient


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with its people."""

    row: GoalStep
    helper: Somebody | None
    done_by: Somebody | None
    is_mine: bool  # whoever looks was asked, or helps

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Way:
    """How far a goal has come by the number or the action it is tied to, for whoever may read that elsewhere."""

    start: Decimal | None = None
    aim: Decimal | None = None
    now: Decimal | None = None
    at: datetime | None = None
    share: Decimal | None = None
    trend: str | None = None
    action: Action | None = None
    said: str | None = None  # of an action: how it goes, in words


@dataclass(frozen=True, slots=True)
class Shown:
    """A goal as somebody is shown it."""

    row: Goal
    set_by: Somebody
    steps: list[ShownStep]
    steps_done: int
    steps_share: Decimal | None
    way: Way | None  # where it is tied to a number or an action
    levels: list[str] | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class ShownReview:
    """A review or a note, with who said it."""

    row: GoalReview
    by: Somebody

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """Something that was done, with who did it, and who it was about."""

    event: Happened
    by: Somebody | None
    helper: Somebody | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.event, name)


@dataclass(frozen=True, slots=True)
class Whole:
    """One goal with its reviews and its history."""

    goal: Shown
    reviews: list[ShownReview]
    history: list[ShownEvent]


def listed(
    patient: AdmittedPatient, looking: Looking, states: Sequence[str], limit: int, cursor: str | None
) -> Page[Shown]:
    """A page of goals, newest first; as many questions to the database however many goals."""
    rows = queries.goals(patient, looking, states, position(cursor), limit)
    cut = page(rows, limit, lambda row: (row.created_at, row.id))
    return Page(shown(patient, looking, cut.items), cut.next)


def one(patient: AdmittedPatient, looking: Looking, goal_id: UUID) -> Shown:
    """One goal. Raises NotFound."""
    return shown(patient, looking, [queries.goal(patient, looking, goal_id)])[0]


def whole(patient: AdmittedPatient, looking: Looking, goal_id: UUID) -> Whole:
    """One goal with what was said and done about it, as far as whoever looks may read that. Raises NotFound."""
    row = queries.goal(patient, looking, goal_id)
    events = queries.happened(looking, row)
    said = queries.reviews(events)
    acted = {who for one in events for who in (one.by, one.helper_id) if who}
    names = people_here.named(patient, acted | {one.by for one in said})
    return Whole(
        shown(patient, looking, [row])[0],
        [ShownReview(one, names[one.by]) for one in said],
        [
            ShownEvent(one, names[one.by] if one.by else None, names[one.helper_id] if one.helper_id else None)
            for one in events
        ],
    )


def shown(patient: AdmittedPatient, looking: Looking, rows: Sequence[Goal]) -> list[Shown]:
    """These goals as they are shown."""
    steps = queries.steps([row.id for row in rows])
    names = people_here.named(patient, _people(rows, steps))
    tied = [row for row in rows if row.tied_to in looking.values]
    courses = values.courses(patient, tied)
    ways = {row.id: _way(row, courses[row.id]) for row in tied if row.tied_to in NUMBERED} | {
        goal_id: Way(action=one, said=agreed.said(one, looking.person_id))
        for goal_id, one in actions.of(patient, tied).items()
    }
    return [
        _shown(row, [_step(one, names, looking) for one in steps.get(row.id, ())], names, ways.get(row.id))
        for row in rows
    ]


def _shown(row: Goal, steps: list[ShownStep], names: Mapping[UUID, Somebody], way: Way | None) -> Shown:
    done = sum(one.row.done_at is not None for one in steps)
    of_steps = progress.of_steps(done, len(steps))
    share = of_steps.share if of_steps else None
    return Shown(row, names[row.set_by], steps, done, share, way, attainment.words(row.levels))


def _people(rows: Sequence[Goal], steps: Mapping[UUID, Sequence[GoalStep]]) -> set[UUID]:
    all_steps = [one for some in steps.values() for one in some]
    of_steps = {who for one in all_steps for who in (one.helper_id, one.done_by) if who}
    return {row.set_by for row in rows} | of_steps


def _step(row: GoalStep, names: Mapping[UUID, Somebody], looking: Looking) -> ShownStep:
    helper = names[row.helper_id] if row.helper_id else None
    done_by = names[row.done_by] if row.done_by else None
    return ShownStep(row, helper, done_by, row.helper_id == looking.person_id)


def _way(row: Goal, course: Course) -> Way:
    now, come = course.now, _come(course.start, row.aim_value, course.now)
    return Way(
        course.start,
        row.aim_value,
        now.number if now else None,
        now.at if now else None,
        come.share if come else None,
        come.trend if come else None,
    )


def _come(start: Decimal | None, aim: Decimal | None, now: Value | None) -> Progress | None:
    return None if start is None or aim is None or now is None else progress.of_values(start, aim, now.number)
