"""Any order of acts by anybody: the history is complete and true, nobody reads what was not shared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed, TooMany
from app.core.ids import new_id
from app.core.limits import RateWindow
from app.core.unit_of_work import unit_of_work
from app.goals import audiences, entering, queries, states
from app.goals.entering import NewGoal, NewReview, NewStep
from app.goals.models import AUDIENCES, STATES, Goal, GoalEvent, GoalStep
from app.goals.queries import helping as asked_queries
from app.goals.queries import showing
from app.goals.service import changing, deciding, ending, helping, letting_go, reviewing, setting, stepping, wording
from app.patients.by import By
from tests import taken_back
from tests.conftest import NOW
from tests.goals.at_goals import AtGoals, at_goals, looks
from tests.people import World

READERS = ("mary", "priya", "tom")
REFUSED = (Conflict, Invalid, NotFound, PreconditionFailed, TooMany)
audience, helpers = st.sampled_from(AUDIENCES), st.sampled_from(["tom", "priya"])
OF_GOAL: dict[str, Callable[[Any, UUID, str, By], Any]] = {
    "accept": lambda patient, one, word, by: deciding.accept(patient, one, {}, by),
    "accept with changes": lambda patient, one, word, by: deciding.accept(patient, one, {"why": word}, by),
    "decline": deciding.decline,
    "reach": lambda patient, one, word, by: ending.reach(patient, one, by),
    "put aside": ending.put_aside,
    "take up": lambda patient, one, word, by: ending.take_up(patient, one, by),
}
OF_STEP: dict[str, Callable[[Any, UUID, By], Any]] = {
    "done": stepping.done,
    "open again": stepping.open_again,
    "remove": stepping.remove,
}
OF_HELPER = {"accept": helping.accept, "decline": helping.decline, "did": helping.did}


class Aiming(RuleBasedStateMachine):
    """The acts around Mary's goals, in a transaction that is taken back after each run."""

    around: ClassVar[AtGoals]
    goals = Bundle("goals")

    def __init__(self) -> None:
        super().__init__()
        self.now, self.count, self.known = NOW, 0, list[UUID]()
        self.shown: dict[str, set[str]] = defaultdict(set)  # the words that each could read at some time
        with unit_of_work():
            db.session.execute(delete(RateWindow))
        self.within = taken_back.begin()

    def teardown(self) -> None:
        taken_back.end(self.within)

    def at(self) -> Any:
        """No two things happen at the same moment, so that what was written down has an order."""
        self.now += timedelta(microseconds=1)
        return self.now

    def word(self) -> str:
        """Words that nobody has written before."""
        self.count += 1
        return f"word{self.count:04}"

    def by(self, name: str) -> By:
        by: By = getattr(self.around, name)
        return by

    def does(self, act: Callable[[], Any], goal_id: UUID | None = None, said: str = "") -> Any:
        """Do it; what is refused changes nothing. Whoever sees the goal then could read what it said."""
        before = self.state(goal_id) if goal_id else None
        done = None
        try:
            with clock.at(self.at):
                done = act()
        except REFUSED:
            assert goal_id is None or self.state(goal_id) == before
            return None
        for one in self.known:
            self.read(one)
        if goal_id is not None:
            for name in self.seeing(goal_id):
                self.shown[name].add(said)
        return done

    def seeing(self, goal_id: UUID) -> list[str]:
        goal = db.session.get_one(Goal, goal_id, populate_existing=True)
        return [name for name in READERS if goal.audience in audiences.seen_by(self.by(name).role)]

    def read(self, goal_id: UUID) -> None:
        goal = db.session.get_one(Goal, goal_id, populate_existing=True)
        steps = queries.steps([goal_id]).get(goal_id, ())
        words = {goal.words or "", goal.why or "", *(step.words or "" for step in steps)}
        for name in self.seeing(goal_id):
            self.shown[name] |= words

    def state(self, goal_id: UUID) -> tuple[Any, ...]:
        db.session.expire_all()
        goal = db.session.get_one(Goal, goal_id)
        return (goal.version, goal.state, goal.audience, len(events(goal_id)))

    @precondition(lambda self: len(self.known) < 4)
    @rule(target=goals, audience=audience, with_step=st.booleans())
    def set_goal(self, audience: str, with_step: bool) -> Any:
        steps = (NewStep(new_id(), self.word()),) if with_step else ()
        new = NewGoal(new_id(), self.word(), self.word(), audience, steps=steps, review_each_days=14)
        made = self.does(lambda: setting.set_goal(self.around.patient, new, self.around.mary))
        self.known.append(made.id)
        self.read(made.id)
        assert self.does(lambda: setting.set_goal(self.around.patient, new, self.around.mary)).id == made.id
        return made.id

    @precondition(lambda self: len(self.known) < 4)
    @rule(target=goals)
    def suggest(self) -> Any:
        made = self.does(
            lambda: setting.suggest(self.around.patient, NewGoal(new_id(), self.word()), self.around.priya)
        )
        self.known.append(made.id)
        self.read(made.id)
        return made.id

    @rule(one=goals, name=st.sampled_from(sorted(OF_GOAL)), again=st.booleans())
    def mary_decides(self, one: UUID, name: str, again: bool) -> None:
        word = self.word()
        for _ in range(1 + again):
            self.does(lambda: OF_GOAL[name](self.around.patient, one, word, self.around.mary), one, word)

    @rule(one=goals, audience=audience)
    def share(self, one: UUID, audience: str) -> None:
        self.does(lambda: changing.share(self.around.patient, one, audience, self.around.mary), one)

    @rule(one=goals, audience=st.none() | audience, is_old=st.booleans())
    def change(self, one: UUID, audience: str | None, is_old: bool) -> None:
        changes = {"words": self.word(), "confidence": self.count % 11} | ({"audience": audience} if audience else {})
        version = self.state(one)[0] - is_old
        self.does(lambda: changing.change(self.around.patient, one, version, changes, self.around.mary), one)

    @rule(one=goals)
    def add_a_step(self, one: UUID) -> None:
        new = NewStep(new_id(), self.word())
        for _ in range(2):
            self.does(lambda: stepping.add(self.around.patient, one, new, self.around.mary), one)

    @rule(one=goals, place=st.integers(0, 2), name=st.sampled_from(sorted(OF_STEP)))
    def mary_steps(self, one: UUID, place: int, name: str) -> None:
        if step := self.step(one, place):
            self.does(lambda: OF_STEP[name](self.around.patient, step, self.around.mary), one)

    @rule(one=goals, place=st.integers(0, 2))
    def say_a_step_otherwise(self, one: UUID, place: int) -> None:
        changes, version = {"words": self.word()}, self.state(one)[0]
        if step := self.step(one, place):
            self.does(lambda: stepping.change(self.around.patient, step, version, changes, self.around.mary), one)

    @rule(one=goals, place=st.integers(0, 2), whom=st.sampled_from(["tom", "priya", "ada_", None]))
    def ask(self, one: UUID, place: int, whom: str | None) -> None:
        person = self.by(whom).person_id if whom else None
        if step := self.step(one, place):
            self.does(lambda: helping.ask(self.around.patient, step, person, self.around.mary), one)

    @rule(one=goals, place=st.integers(0, 2), who=helpers, name=st.sampled_from(sorted(OF_HELPER)))
    def help(self, one: UUID, place: int, who: str, name: str) -> None:
        if step := self.step(one, place):
            self.does(lambda: OF_HELPER[name](self.around.patient, step, self.by(who)), one)

    @rule(one=goals, who=st.sampled_from(READERS), again=st.booleans())
    def say_how_it_goes(self, one: UUID, who: str, again: bool) -> None:
        word, note = self.word(), reviewing.review if who == "mary" else reviewing.note
        new = NewReview(new_id(), note=word)
        for _ in range(1 + again):
            self.does(lambda: note(self.around.patient, one, new, self.by(who)), one, word)

    @rule()
    def the_clock_lets_go(self) -> None:
        with clock.at(self.at):
            assert letting_go.of_all() == 0  # what may be no more has ended with the act that ended it

    def step(self, goal_id: UUID, place: int) -> UUID | None:
        steps = queries.steps([goal_id]).get(goal_id, ())
        return steps[place].id if place < len(steps) else None

    @invariant()
    def history_is_complete_and_true(self) -> None:
        for one in self.known:
            goal = db.session.get_one(Goal, one, populate_existing=True)
            assert told_by(events(one)) == (goal.state, goal.audience)
            assert backwards(goal, events(one)) == sent(events(one)[0])
            for step in db.session.scalars(select(GoalStep).where(GoalStep.goal_id == one)):
                assert step_told_by(step, events(one)) == (
                    step.helper_state, step.helper_id, step.done_at is not None, step.removed_at is not None,
                )  # fmt: skip

    @invariant()
    def nobody_reads_what_was_not_shared(self) -> None:
        for name in READERS:
            looking = looks(self.by(name))
            listed = showing.listed(self.around.patient, looking, STATES, 50, None).items
            assert {one.id for one in listed} == {one for one in self.known if name in self.seeing(one)}
            for one in self.known:
                if name in self.seeing(one):
                    assert words_in(showing.whole(self.around.patient, looking, one)) <= self.shown[name]
                else:
                    with pytest.raises(NotFound):
                        showing.whole(self.around.patient, looking, one)

    @invariant()
    def nobody_is_asked_who_may_not_help(self) -> None:
        for who in ("tom", "priya"):
            for one in asked_queries.asked_of(self.by(who).person_id):
                assert one.goal.state == "active"
                assert one.goal.audience == "circle" or (who, one.goal.audience) == ("priya", "team")


def events(goal_id: UUID) -> list[GoalEvent]:
    where = select(GoalEvent).where(GoalEvent.goal_id == goal_id)
    return list(db.session.scalars(where.order_by(GoalEvent.created_at, GoalEvent.id)))


def details(event: GoalEvent) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(event.details or "{}")
    return found


def told_by(steps: list[GoalEvent]) -> tuple[str, str]:
    """What the history comes to, read alone: each act must be possible after those before it."""
    state, audience = "", ""
    for one in steps:
        assert (state == "") == (one.kind in ("set", "suggested"))
        if one.kind in states.MOVES:
            assert state in states.MOVES[one.kind].out_of
            state = states.MOVES[one.kind].to
        elif one.kind in ("set", "suggested"):
            state = "active" if one.kind == "set" else "suggested"
        elif one.kind == "shared":
            assert (state != "suggested", details(one)["before"]["audience"]) == (True, audience)
        elif one.kind != "step_added" and one.kind != "helper_ended":
            assert state == "active" or one.kind in ("helper_declined",)
        audience = details(one)["audience"]
    return state, audience


def backwards(goal: Goal, steps: list[GoalEvent]) -> dict[str, Any]:
    """What it said at first, by taking every change back."""
    said = entering.plain(wording.said(goal) | {"audience": goal.audience})
    for one in reversed(steps):
        if one.kind in ("changed", "shared", "accepted", "reviewed"):
            said |= details(one).get("before", {})
    return said


def sent(first: GoalEvent) -> dict[str, Any]:
    said = {name: value for name, value in details(first)["sent"].items() if name not in ("id", "steps")}
    return said | ({"audience": "team"} if first.kind == "suggested" else {})


def step_told_by(step: GoalStep, all_events: list[GoalEvent]) -> tuple[Any, ...]:
    state, helper, done, removed = None, None, False, False
    for one in all_events:
        if one.step_id != step.id:
            continue
        assert not removed
        if one.kind.startswith("helper_"):
            state = {"helper_ended": None}.get(one.kind, one.kind.removeprefix("helper_"))
            helper = UUID(details(one)["helper"]) if state else None
        done = one.kind == "step_done" or (done and one.kind != "step_open_again")
        removed = one.kind == "step_removed"
    return state, helper, done, removed


def words_in(whole: showing.Whole) -> set[str]:
    """Every word that somebody wrote, of what a reader is given."""
    goal = whole.goal
    found = {goal.words, goal.why, *(step.words for step in goal.steps), *(one.note for one in whole.reviews)}
    for one in whole.history:
        found |= {one.why, *(value for value in one.before.values() if isinstance(value, str))}
    return {word for word in found if word and word.startswith("word")}


@pytest.mark.usefixtures("app")
def test_any_order_of_acts_by_anybody(world: World) -> None:
    checks = settings(max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(type("Here", (Aiming,), {"around": at_goals(world)}), settings=checks)
