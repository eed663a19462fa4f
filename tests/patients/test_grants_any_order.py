"""Any sequence of giving, changing and ending, by anybody: one running grant a kind, and all that was is kept."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.unit_of_work import unit_of_work
from app.patients import queries, service
from app.patients.acting import NewActing
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember
from app.patients.queries.directory import Directory
from tests.conftest import NOW
from tests.people import World

Key = tuple[str, str, str]  # member, category, right
NAMES, ACTORS = ("tom", "adeyemi"), ("mary", "priya", "tom")
KINDS = [(category, right) for category in (Category.READINGS, Category.PLAN) for right in (Right.SEE, Right.ACT)]
SCOPES = ("circle", "readings")  # what Tom decides for Mary: nothing of the plan

gives = st.tuples(
    st.just("give"), st.sampled_from(ACTORS), st.sampled_from(NAMES), st.sampled_from(KINDS), st.integers(-1, 40)
)
ends = st.tuples(st.just("end"), st.sampled_from(ACTORS), st.sampled_from(NAMES), st.sampled_from(KINDS))
changes = st.tuples(
    st.just("change"), st.sampled_from(("mary", "priya")), st.sampled_from(NAMES), st.sets(st.sampled_from(KINDS))
)
rejoins = st.tuples(st.just("rejoin"), st.sampled_from(("mary", "priya")), st.just("adeyemi"))
waits = st.tuples(st.just("wait"), st.integers(1, 15))


@dataclass
class Model:
    """What should be, kept by hand: until when each kind runs, and how often each was given."""

    today: date
    until: dict[Key, date] = field(default_factory=dict)
    given: Counter[Key] = field(default_factory=Counter)

    def standing(self, name: str) -> set[tuple[Category, Right]]:
        kinds = {(kind, right) for (who, kind, right), end in self.until.items() if who == name and end >= self.today}
        return {(Category(kind), Right(right)) for kind, right in kinds}


class Stage:
    """Mary's circle in a transaction that is taken back at the end, beside the model of it."""

    def __init__(self, world: World, start: date) -> None:
        self.world, self.model, self.times = world, Model(start), 0
        for grant, member in rows():
            key = (self.name(member), grant.category, grant.right)
            self.model.until[key], self.model.given[key] = grant.ends_on, 1

    @property
    def patient(self) -> AdmittedPatient:
        return queries.admitted([self.world.mary_patient.id])[self.world.mary_patient.id]

    def name(self, member: CircleMember) -> str:
        return next(name for name in (*NAMES, "device") if getattr(self.world, name).id == member.person_id)

    def member(self, name: str) -> CircleMember:
        where = (CircleMember.person_id == getattr(self.world, name).id, CircleMember.ended_at.is_(None))
        return db.session.scalars(select(CircleMember).where(*where)).one()

    def by(self, name: str) -> UUID:
        one: UUID = getattr(self.world, name).id
        return one

    def give(self, actor: str, name: str, kind: tuple[Category, Right], length: int) -> None:
        end = self.model.today + timedelta(days=length)
        service.give_grant(self.patient, self.member(name).id, *kind, end, self.by(actor))
        assert end >= self.model.today
        assert actor != "tom" or (name != "tom" and kind[0] in SCOPES), "nobody who acts gives themselves, or more"
        self.model.until[(name, *kind)] = end
        self.model.given[(name, *kind)] += 1

    def end(self, actor: str, name: str, kind: tuple[Category, Right]) -> None:
        member = self.member(name)
        one = next(
            (grant for grant, at in rows() if at.id == member.id and key_of(grant) == kind and not grant.ended_at), None
        )
        if one is not None:
            service.end_grant(self.patient, member.id, one.id, self.by(actor))
            del self.model.until[(name, *kind)]

    def change(self, actor: str, name: str, keep: set[tuple[Category, Right]]) -> None:
        member, self.times = self.member(name), self.times + 1
        running = {key_of(one): one.id for one, at in rows() if at.id == member.id and self.is_running(one)}
        kept = {kind: running[kind] for kind in keep if kind in running}
        service.change_member(
            self.patient, member.id, member.version, relationship=f"friend {self.times}", role=Role(member.role),
            keep=set(kept.values()), by=self.by(actor),
        )  # fmt: skip
        for kind in running.keys() - kept.keys():
            del self.model.until[(name, *kind)]

    def rejoin(self, actor: str, name: str) -> None:
        person = getattr(self.world, name)
        service.end_membership(self.patient, self.member(name).id, self.by(actor))
        service.add_member(self.patient, person, Role.VISITOR, "nurse", self.by(actor))
        self.model.until = {key: end for key, end in self.model.until.items() if key[0] != name}

    def is_running(self, grant: CircleGrant) -> bool:
        return grant.ended_at is None and grant.ends_on >= self.model.today

    def check(self) -> None:
        """The statement of the guard, the table and the model agree."""
        for name in NAMES:
            found = Directory().standing_of_person(self.by(name), self.world.mary_patient.id)
            assert found is not None
            assert found[2].grants == self.model.standing(name), name
        everything = rows()
        assert Counter((self.name(at), *key_of(one)) for one, at in everything) == self.model.given
        open_ones = Counter((at.id, *key_of(one)) for one, at in everything if one.ended_at is None)
        assert all(count == 1 for count in open_ones.values())
        for one, _ in everything:
            assert (one.ended_at is None) == (one.ended_why is None) == (one.ended_by is None)
            assert one.ended_at is None or one.ended_at >= one.created_at


def key_of(grant: CircleGrant) -> tuple[Category, Right]:
    return Category(grant.category), Right(grant.right)


def rows() -> list[tuple[CircleGrant, CircleMember]]:
    both = select(CircleGrant, CircleMember).join(CircleMember, CircleMember.id == CircleGrant.member_id)
    return [(grant, member) for grant, member in db.session.execute(both)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(gives, ends, changes, rejoins, waits), max_size=14))
def test_any_order_keeps_one_running_grant_a_kind_and_all_that_was(
    world: World, steps: list[tuple[object, ...]]
) -> None:
    try:
        _play(world, steps)
    finally:
        db.session.rollback()


def _play(world: World, steps: list[tuple[object, ...]]) -> None:
    stage, now = Stage(world, NOW.date()), NOW
    tom = NewActing(stage.member("tom").id, "best_interest", SCOPES, NOW.date() + timedelta(days=300), "x" * 20)
    service.record_acting(stage.patient, tom, world.priya.id)
    for step in steps:
        if step[0] == "wait":
            now += timedelta(days=step[1])  # type: ignore[arg-type]
            stage.model.today = now.date()
            continue
        with clock.at(now):
            # What is refused leaves the model as it is; the check says whether anything changed all the same.
            with suppress(Invalid, Forbidden, NotFound, Conflict):
                getattr(stage, str(step[0]))(*step[1:])
            stage.check()


def test_the_model_itself_is_not_empty(world: World) -> None:
    with unit_of_work():
        assert Stage(world, NOW.date()).model.standing("adeyemi") == {
            (Category.READINGS, Right.SEE),
            (Category.READINGS, Right.ACT),
        }
