"""Any order of acts by anybody, with rights that end and time that passes: one helper at a time, and a true history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from app.core.ids import new_id
from app.core.limits import RateWindow
from app.core.unit_of_work import unit_of_work
from app.messages.help_entering import NewHelp
from app.messages.models.help import HelpAsked, HelpEvent, HelpRequest
from app.messages.queries import fair
from app.messages.queries import help as queries
from app.messages.service import asking, helping, reopening
from app.patients import service
from app.patients.by import By
from tests import taken_back
from tests.conftest import NOW
from tests.messages.circle import Circle, circle_of, give
from tests.people import World

HELPERS, ASKERS = ("tom", "nurse", "ada_"), ("mary", "priya", "tom", "ada_")
helpers, askers = st.sampled_from(HELPERS), st.sampled_from(ASKERS)
TAKEN = ("claimed", "arrived")
Act = Callable[..., HelpRequest]
ACTS: dict[str, Act] = {
    "take": helping.take,
    "pass": helping.pass_by,
    "arrive": helping.arrive,
    "done": helping.done,
    "give back": helping.give_back,
}
SETTLES: dict[str, Act] = {"was done": helping.was_done, "call off": asking.call_off}


class Helping(RuleBasedStateMachine):
    """The acts of Mary's circle, in a transaction that is taken back after each run."""

    circle: ClassVar[Circle]
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.now, self.known, self.may = NOW, set[Any](), dict.fromkeys(HELPERS, True)
        with unit_of_work():
            db.session.execute(delete(RateWindow))  # tries are counted even where all else is taken back
        self.within = taken_back.begin()

    def teardown(self) -> None:
        taken_back.end(self.within)

    def by(self, name: str) -> By:
        by: By = getattr(self.circle, name)
        return by

    def at(self) -> datetime:
        """No two things happen at the same moment, so that what was written down has an order."""
        self.now += timedelta(microseconds=1)
        return self.now

    @initialize(target=requests)
    def mary_asks_all(self) -> Any:
        with clock.at(self.at):
            made = asking.ask(self.circle.patient, NewHelp(new_id(), "meal"), self.circle.mary)
        self.known.add(made.id)
        return made.id

    @precondition(lambda self: len(self.known) < 3)
    @rule(
        target=requests,
        who=askers,
        some=st.sets(st.sampled_from(HELPERS)),
        hours=st.integers(0, 9),
    )
    def ask(self, who: str, some: set[str], hours: int) -> Any:
        new = NewHelp(
            new_id(),
            "look_in",
            wanted_at=self.now + timedelta(hours=hours) if hours else None,
            people=tuple(self.by(one).person_id for one in sorted(some)) or None,
        )
        with clock.at(self.at), suppress(Conflict, Invalid, TooMany):
            made = asking.ask(self.circle.patient, new, self.by(who))
            assert asking.ask(self.circle.patient, new, self.by(who)).id == made.id  # sent again
            self.known.add(made.id)
            return made.id
        return None

    @rule(one=requests, who=helpers, name=st.sampled_from(sorted(ACTS)), again=st.booleans())
    def act(self, one: Any, who: str, name: str, again: bool) -> None:
        if not self.may[who]:
            return  # the guard turns them away
        for _ in range(1 + again):
            self._do(ACTS[name], self.circle.seen, one, self.by(who))

    @rule(one=requests, name=st.sampled_from(sorted(ACTS)))
    def who_has_it_goes_on(self, one: Any, name: str) -> None:
        helper = one and self._state(one)[1]
        who = next((who for who in HELPERS if self.by(who).person_id == helper), None)
        if who is not None and self.may[who]:
            self._do(ACTS[name], self.circle.seen, one, self.by(who))

    @rule(one=requests, who=askers, name=st.sampled_from(sorted(SETTLES)), again=st.booleans())
    def settle(self, one: Any, who: str, name: str, again: bool) -> None:
        seen = self.circle.patient if who in ("mary", "priya") else self.circle.seen
        for _ in range(1 + again):
            self._do(SETTLES[name], seen, one, self.by(who))

    def _do(self, act: Act, patient: Any, one: Any, by: By) -> None:
        if one is None:
            return
        before = self._state(one)
        try:
            with clock.at(self.at):
                act(patient, one, by)
        except (Conflict, Forbidden, NotFound):
            assert self._state(one) == before  # what is refused changes nothing

    def _state(self, one: Any) -> tuple[Any, ...]:
        row = db.session.get_one(HelpRequest, one, populate_existing=True)
        return (row.state, row.helper_id, row.claimed_at, row.reopen_at, row.version, len(events(one)))

    @rule(hours=st.integers(1, 7))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def clock_ticks(self) -> None:
        with clock.at(self.at):
            reopening.reopen_late()
            reopening.reopen_lost()
            for row in rows(self.known):
                late = row.reopen_at is not None and row.reopen_at <= self.now
                assert not late
                assert row.helper_id is None or row.state == "done" or self._helper(row)

    @precondition(lambda self: all(self.may.values()))
    @rule()
    def tom_leaves(self) -> None:
        with clock.at(self.at):
            service.end_membership(
                self.circle.patient, self.circle.member_id(self.circle.world.tom), self.circle.world.mary.id, tell=True
            )
        self.may["tom"] = False
        assert not [row for row in rows(self.known) if row.state in TAKEN and row.helper_id == self.circle.world.tom.id]

    @precondition(lambda self: not self.may["tom"])
    @rule()
    def tom_comes_back(self) -> None:
        with clock.at(self.at):
            service.add_member(
                self.circle.patient, self.circle.world.tom, self.circle.tom.role, "son", self.circle.world.mary.id
            )
            give(self.circle.patient, self.circle.world.tom, Right.SEE, self.circle.world)
        self.may["tom"] = True

    def _helper(self, row: HelpRequest) -> bool:
        return row.helper_id in {one.person_id for one in queries.helpers(self.circle.patient)}

    @invariant()
    def history_is_true(self) -> None:
        for row in rows(self.known):
            assert told_by(events(row.id)) == (row.state, row.helper_id)
            assert (row.reopen_at is not None) == (row.state in TAKEN)
            assert (row.claimed_at is not None) == (row.state in (*TAKEN, "done"))
            assert (row.done_at is not None) == (row.state == "done")

    @invariant()
    def whoever_has_it_was_asked_or_asked(self) -> None:
        asked = {(one.request_id, one.person_id) for one in db.session.scalars(select(HelpAsked))}
        for row in rows(self.known):
            assert row.helper_id is None or (row.id, row.helper_id) in asked

    @rule()
    def shares_add_up(self) -> None:
        with clock.at(self.at):
            shares = fair.share(self.circle.patient, self.circle.world.mary.id)
        taken = {one.request_id for row in rows(self.known) for one in events(row.id) if one.kind == "claimed"}
        assert {one.of for one in shares} <= {len(taken)}
        assert sum(one.did for one in shares) == len([row for row in rows(self.known) if row.state == "done"])
        assert all(one.did <= one.took <= one.of for one in shares)


def rows(known: set[Any]) -> list[HelpRequest]:
    asked = select(HelpRequest).where(HelpRequest.id.in_(known)).execution_options(populate_existing=True)
    return list(db.session.scalars(asked))


def events(request_id: Any) -> list[HelpEvent]:
    where = select(HelpEvent).where(HelpEvent.request_id == request_id)
    return list(db.session.scalars(where.order_by(HelpEvent.created_at, HelpEvent.id)))


def told_by(steps: list[HelpEvent]) -> tuple[str, Any]:
    """What the history comes to, read alone: each step must be possible after those before it."""
    state, helper = "", None
    for step in steps:
        assert (state == "") == (step.kind == "asked")
        if step.kind == "claimed":
            assert state == "open"
            state, helper = "claimed", step.by
        elif step.kind == "arrived":
            assert (state, helper) == ("claimed", step.by)
            state = "arrived"
        elif step.kind == "done":
            assert state in TAKEN
            state = "done"
        elif step.kind in ("given_back", "not_done", "reopened"):
            assert state in TAKEN
            assert step.by == (helper if step.kind == "given_back" else None)
            state, helper = "open", None
        elif step.kind == "called_off":
            assert state in ("open", *TAKEN)
            state, helper = "called_off", None
        elif step.kind == "passed":
            assert step.by != helper
            assert state in ("open", *TAKEN)
        else:
            state = "open"
    return state, helper


@pytest.mark.usefixtures("app")
def test_any_order_of_acts_by_anybody(world: World) -> None:
    checks = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(type("Here", (Helping,), {"circle": circle_of(world)}), settings=checks)
