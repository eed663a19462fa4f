"""Any order of drafts, ratings, corrections and versions of the instrument: nothing said is lost or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.patients.by import By
from app.ratings import distance
from app.ratings.distance import Point
from app.ratings.entering import NewCorrection, NewRating, Said
from app.ratings.instrument import Instrument
from app.ratings.models import VOICES, Rating, RatingDraft, RatingDue
from app.ratings.queries import drafts as draft_queries
from app.ratings.queries import instruments, rated, shown
from app.ratings.service import drafts, rating
from tests.conftest import NOW
from tests.people import World
from tests.ratings.rater import Raters, changed, registered

AREAS = ("daily_living", "body", "mood", "people", "home")  # of the eight; what a version asks for is some of these
raters_ = st.sampled_from(("mary", "priya", "tom"))
voices = st.sampled_from(VOICES)
scores_ = st.dictionaries(st.sampled_from(AREAS), st.one_of(st.none(), st.integers(-1, 11)), max_size=4)
notes_ = st.dictionaries(st.sampled_from(AREAS), st.sampled_from(("Better.", "Worse.")), max_size=2)


@dataclass(frozen=True, slots=True)
class Kept:
    """A rating as it was when it was made: what must never change."""

    version: int
    voice: str
    scores: dict[str, int]
    notes: dict[str, str]
    by: UUID
    rated_at: datetime
    corrects_id: UUID | None
    reason: str | None
    occasion: str | None


class Rated(RuleBasedStateMachine):
    """Acts of Mary, Priya and Tom, in a transaction that is taken back after each run."""

    raters: ClassVar[Raters]
    app: ClassVar[Flask]
    wheel: ClassVar[Instrument]
    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        registered(self.app, self.wheel)
        self.now, self.version, self.begun = NOW, self.wheel.version, dict[UUID, int]()
        self.kept: dict[UUID, Kept] = {}

    def teardown(self) -> None:
        db.session.rollback()
        registered(self.app, self.wheel)

    def by(self, name: str) -> By:
        by: By = getattr(self.raters, name)
        return by

    def done(self, act: Callable[[], Rating]) -> UUID | None:
        """The rating that an act makes, noted as it is; what is refused changes nothing."""
        before = self.rows()
        try:
            with db.session.begin_nested(), clock.at(self.now):
                row = act()
        except (Conflict, Forbidden, Invalid, NotFound):
            assert self.rows() == before
            return None
        found = self.as_kept(row)
        assert self.kept.setdefault(row.id, found) == found
        return row.id

    def rows(self) -> dict[UUID, Kept]:
        found = select(Rating).execution_options(populate_existing=True)
        return {row.id: self.as_kept(row) for row in db.session.scalars(found)}

    def as_kept(self, row: Rating) -> Kept:
        one = instruments.kept({row.instrument_id})[row.instrument_id]
        notes = orjson.loads(row.notes or "{}")
        said = one.by_area(row.scores)
        facts = (row.rated_by, row.rated_at, row.corrects_id, row.reason, row.occasion)
        return Kept(one.version, row.voice, said, notes, *facts)

    @rule(hours=st.integers(1, 24 * 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(areas=st.permutations(AREAS), count=st.integers(3, 5))
    def a_new_version(self, areas: list[str], count: int) -> None:
        self.version += 1
        asked = [area for code in areas[:count] for area in self.wheel.content["areas"] if area["code"] == code]
        registered(self.app, changed(self.wheel, self.version, areas=asked))

    @rule(
        target=made,
        who=raters_,
        voice=voices,
        scores=scores_,
        notes=notes_,
        again=st.booleans(),
        back=st.integers(0, 3),
    )
    def give(self, who: str, voice: str, scores: Any, notes: Any, again: bool, back: int) -> Any:
        new = NewRating(new_id(), "wheel", voice, scores, notes, rated_at=self.now - timedelta(days=back))
        found = self.done(lambda: rating.give(self.raters.patient, new, self.by(who)))
        if found is not None:
            assert self.kept[found].version == self.version
            assert self.kept[found].scores == {area: score for area, score in scores.items() if score is not None}
            if again:
                assert self.done(lambda: rating.give(self.raters.patient, new, self.by(who))) == found
        return found

    @rule(target=made, old=made, who=raters_, scores=scores_, notes=notes_, again=st.booleans())
    def correct(self, old: Any, who: str, scores: Any, notes: Any, again: bool) -> Any:
        if old is None:
            return None
        new, by = NewCorrection(new_id(), scores, "Wrong number.", notes), self.by(who)
        found = self.done(lambda: rating.correct(self.raters.patient, old, new, by))
        if found is not None:
            was, now = self.kept[old], self.kept[found]
            assert (now.version, now.voice, now.rated_at) == (was.version, was.voice, was.rated_at)
            assert now.corrects_id == old
            if again:
                assert self.done(lambda: rating.correct(self.raters.patient, old, new, by)) == found
        return found

    @rule(who=raters_, voice=voices, scores=scores_)
    def write(self, who: str, voice: str, scores: dict[str, int | None]) -> None:
        said = {area: Said(score) for area, score in scores.items()}
        with suppress(Conflict, Forbidden, Invalid), db.session.begin_nested(), clock.at(self.now):
            draft = drafts.keep(self.raters.patient, "wheel", voice, said, self.by(who))
            assert draft.instrument.version == self.begun.setdefault(draft.row.client_id, self.version)

    @rule(target=made, who=raters_, again=st.booleans())
    def finish(self, who: str, again: bool) -> Any:
        by = self.by(who)
        mine = draft_queries.mine(self.raters.patient, by.person_id)
        if not mine:
            return None
        said = {area: score for area, score in mine[0].scores.items() if score is not None}
        draft_id = mine[0].row.client_id
        found = self.done(lambda: drafts.finish(self.raters.patient, draft_id, by))
        assert (found is None) == (not said)
        if found is not None:
            assert (self.kept[found].version, self.kept[found].scores) == (self.begun[draft_id], said)
            if again:
                assert self.done(lambda: drafts.finish(self.raters.patient, draft_id, by)) == found
        return found

    @invariant()
    def nothing_is_lost_and_nothing_changed(self) -> None:
        assert self.rows() == self.kept

    @invariant()
    def one_stands_of_each_chain(self) -> None:
        standing = {row.id for row in db.session.scalars(select(Rating)) if row.replaced_at is None}
        corrected = Counter(one.corrects_id for one in self.kept.values() if one.corrects_id)
        assert set(corrected.values()) <= {1}
        assert standing == self.kept.keys() - corrected.keys()
        listed = rated.listed(self.raters.patient, Role.PATIENT, limit=10_000)
        assert {row.id for row in listed} == standing
        assert [(row.rated_at, row.id) for row in listed] == sorted(((r.rated_at, r.id) for r in listed), reverse=True)

    @invariant()
    def each_day_is_answered_by_what_stands(self) -> None:
        dues = list(db.session.scalars(select(RatingDue).execution_options(populate_existing=True)))
        done = [one for one in dues if one.state == "done"]
        for one in done:
            row = db.session.get_one(Rating, one.rating_id)
            assert (row.replaced_at, row.occasion) == (None, one.occasion)
            assert row.voice != "team"
        assert len({one.rating_id for one in done}) == len(done)

    @invariant()
    def distance_is_that_of_what_stands(self) -> None:
        for voice in VOICES:
            found = shown.travelled(self.raters.patient, Role.PATIENT, "wheel", voice)
            ends = {one.corrects_id for one in self.kept.values()}
            mine = [one for key, one in self.kept.items() if one.voice == voice and key not in ends]
            assert len(found.ratings) == len(mine)
            points = [Point(0, 10, self.kept[row.id].scores) for row in found.ratings]
            assert found.distance == distance.travelled(points)

    @invariant()
    def drafts_are_each_persons_own(self) -> None:
        rows = [(row.person_id, row.code, row.voice) for row in db.session.scalars(select(RatingDraft))]
        assert len(rows) == len(set(rows))


@pytest.mark.usefixtures("own_instruments")
def test_any_order_of_acts_by_anybody(app: Flask, world: World) -> None:
    checks = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    mine = {"raters": Raters(world), "app": app, "wheel": instruments.newest("wheel")}
    run_state_machine_as_test(type("Here", (Rated,), mine), settings=checks)
