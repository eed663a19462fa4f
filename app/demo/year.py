"""A patient's year: life rated by text and by the coordinator, a goal with a helper, reviews, and how far it went.

The demo plays it, and a journey of the tests asserts on it; whose year it is, and how a text gets in, is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import working
from app.demo.timeline import Timeline
from app.goals import queries as goals
from app.goals.audiences import Looking
from app.goals.entering import NewGoal, NewReview, NewStep
from app.goals.models import Goal
from app.goals.service import helping, reviewing, setting
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import due_days
from app.ratings.entering import NewRating
from app.ratings.queries import dues
from app.ratings.service import courses, falls, rating
from app.todos import queries as todos
from app.todos import service as todo_service

INSTRUMENT: Final = "wheel"
AREAS: Final = ("daily_living", "body", "mood", "people", "home", "means", "joys", "care")
# A number a part of life. At six months the mood falls by four, at twelve the home by three.
BASELINE: Final = (6, 3, 7, 8, 7, 6, 2, 5)
THIRD: Final = (6, 4, 7, 8, 7, 6, 4, 6)
SIXTH: Final = (6, 5, 3, 8, 7, 6, 5, 7)
TWELFTH: Final = (7, 6, 6, 8, 4, 6, 6, 8)
TEAM_FIRST: Final = (6, 3, 7, 8, 7, 6, 5, 5)
TEAM_LAST: Final = (7, 6, 6, 8, 6, 6, 6, 8)
LOWEST: Final = "joys"
DANCE: Final = "Dance at the tea dance"
LIGHTER: Final = "Be lighter for my knees"
# Each four weeks, from the third day on.
KILOGRAMS: Final = (84.0, 82.5, 81.0, 81.4, 80.6, 80.1, 79.8, 79.9, 79.4, 79.0, 79.1, 78.8, 78.5)
REVIEW_EACH: Final = 92  # days
GIVEN_FOR: Final = timedelta(days=360)
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
ON_PAGES: Final = "page"
RATES_AT: Final = time(10, 20)

TextIn = Callable[[Person, str], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Whose year it is, who helps, and who coordinates."""

    patient_id: UUID
    own: Person
    helper: Person
    coordinator: Person

    @property
    def patient(self) -> AdmittedPatient:
        return patients.admitted([self.patient_id])[self.patient_id]

    @property
    def by_own(self) -> By:
        return By(self.own.id, Role.PATIENT, ON_PAGES)

    @property
    def by_coordinator(self) -> By:
        return By(self.coordinator.id, Role.COORDINATOR, ON_PAGES)


def begins(last_day: date) -> date:
    """The first day of a year that ends on this one."""
    return due_days.months_after(last_day, -12)


def is_over(patient: AdmittedPatient) -> bool:
    """Has everything been rated that this year brings?"""
    made = dues.dues(patient)
    return bool(made) and all(one.state == "done" for one in made)


def plan(timeline: Timeline, cast: Cast, first_day: date, zone: ZoneInfo, text_in: TextIn) -> None:
    """Plan it from its first day on, by the clock where they live."""
    _Year(timeline, cast, first_day, zone, text_in).plan()


class _Year:
    def __init__(self, timeline: Timeline, cast: Cast, first_day: date, zone: ZoneInfo, text_in: TextIn) -> None:
        self.timeline, self.cast, self.first_day, self.zone, self.text_in = timeline, cast, first_day, zone, text_in

    def plan(self) -> None:
        """What happens, in the order of the year."""
        baseline, third, sixth, ninth, twelfth = (due_days.months_after(self.first_day, n) for n in (0, 3, 6, 9, 12))
        next_day = baseline + DAY
        self._ticks()
        self._at(baseline, time(9, 30), self._shares)
        self._at(baseline, time(9, 40), self._begins_course)
        self._rates(baseline, BASELINE)
        self._at(next_day, time(11), partial(self._coordinator_rates, TEAM_FIRST))
        self._at(next_day, time(14), self._sets_goals)
        self._at(next_day, time(15, 5), partial(self._texts, self.cast.helper, "OK"))
        self._weighs()
        self._at(baseline + 40 * DAY, time(16), self._helper_has_done_it)
        self._rates(third, THIRD)
        self._at(third, time(11, 30), partial(self._looks_at_goal, 6, "My son drives me. I stood up for one waltz."))
        self._at(sixth, time(9, 30), self._shares)  # what was given ends within a year
        self._rates(sixth, SIXTH)
        self._at(sixth, time(11, 30), partial(self._looks_at_goal, 4, "My sister died. The dances keep me going."))
        self._at(sixth + DAY, time(9, 10), self._coordinator_speaks_with_them)
        self._at(ninth, time(11, 30), partial(self._looks_at_goal, 7, "Back again, two dances an afternoon."))
        self._rates(twelfth, TWELFTH)
        self._at(twelfth, time(11, 30), partial(self._looks_at_goal, 8, "I danced until the band went home."))
        self._at(twelfth, time(11, 45), partial(self._coordinator_rates, TEAM_LAST))

    def _at(self, day: date, at: time, act: Callable[[], None]) -> None:
        self.timeline.plan(datetime.combine(day, at, self.zone), act)

    def _ticks(self) -> None:
        """The worker looks on the same day of each month: on those days something may be due."""
        for months in range(13):
            self._at(due_days.months_after(self.first_day, months), time(10), working.tick)

    def _rates(self, day: date, scores: tuple[int, ...]) -> None:
        """Every part of life by text, a minute apart."""
        moment = datetime.combine(day, RATES_AT, self.zone)
        for number, body in enumerate(("RATE", *map(str, scores))):
            self.timeline.plan(moment + number * MINUTE, partial(self._texts, self.cast.own, body))

    def _weighs(self) -> None:
        for number, kilograms in enumerate(KILOGRAMS):
            day = self.first_day + DAY * (2 + 28 * number)
            self._at(day, time(8, 15), partial(self._texts, self.cast.own, f"wt {kilograms} kg"))

    def _texts(self, sender: Person, body: str) -> None:
        self.text_in(sender, body)

    def _shares(self) -> None:
        """Their goals, with whoever helps them; given again it moves the day on which it ends."""
        with unit_of_work():
            patient, helper = self.cast.patient, self.cast.helper
            place = next(one for one in patients.circle(patient) if one.person.id == helper.id)
            until = clock.today(patient.zone) + GIVEN_FOR
            for right in (Right.SEE, Right.BE_TOLD, Right.ACT):
                service.give_grant(patient, place.member.id, Category.GOALS, right, until, self.cast.own.id)

    def _begins_course(self) -> None:
        with unit_of_work():
            courses.start(self.cast.patient, INSTRUMENT, None, self.cast.by_coordinator)

    def _coordinator_rates(self, scores: tuple[int, ...]) -> None:
        """How it looks to her, beside what they said themselves."""
        said: Mapping[str, int] = dict(zip(AREAS, scores, strict=True))
        with unit_of_work():
            new = NewRating(new_id(), INSTRUMENT, "team", said)
            rating.give(self.cast.patient, new, self.cast.by_coordinator)

    def _sets_goals(self) -> None:
        """One from the lowest part of life, with a step that somebody is asked to help with; one that scales draw."""
        dance = NewGoal(
            new_id(), DANCE, why="It is where I met my husband.", audience="circle", confidence=5, tied_to="area",
            tie=f"{INSTRUMENT}:{LOWEST}", aim_value=Decimal(6), review_each_days=REVIEW_EACH,
            steps=(NewStep(new_id(), "Get a lift there"), NewStep(new_id(), "Stay for three dances")),
        )  # fmt: skip
        lighter = NewGoal(
            new_id(), LIGHTER, audience="team", confidence=6, tied_to="measure", tie="weight", aim_value=Decimal(78)
        )
        with unit_of_work():
            goal = setting.set_goal(self.cast.patient, dance, self.cast.by_own)
            setting.set_goal(self.cast.patient, lighter, self.cast.by_own)
            lift = goals.steps([goal.id])[goal.id][0]
            helping.ask(self.cast.patient, lift.id, self.cast.helper.id, self.cast.by_own)
        working.tick()

    def _helper_has_done_it(self) -> None:
        with unit_of_work():
            patient = self.cast.patient
            lift = goals.steps([goal_id := self._dance(patient).id])[goal_id][0]
            helping.did(patient, lift.id, By(self.cast.helper.id, Role.MEMBER, ON_PAGES))
        working.tick()

    def _looks_at_goal(self, confidence: int, note: str) -> None:
        with unit_of_work():
            patient = self.cast.patient
            reviewing.review(
                patient, self._dance(patient).id, NewReview(new_id(), confidence, note=note), self.cast.by_own
            )
        working.tick()

    def _dance(self, patient: AdmittedPatient) -> Goal:
        own = Looking(self.cast.own.id, Role.PATIENT, frozenset())
        return next(one for one in goals.goals(patient, own, ("active",), None, 50) if one.words == DANCE)

    def _coordinator_speaks_with_them(self) -> None:
        """She has rung about what fell, so it is off her list."""
        with unit_of_work():
            patient = self.cast.patient
            for one in todos.open_of(patient):
                if one.kind == falls.KIND:
                    todo_service.do(one.id, [patient.team_id], self.cast.coordinator.id)
