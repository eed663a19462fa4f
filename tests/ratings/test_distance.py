"""Distance travelled, against a computation of its own; what fell; where two voices are apart."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ratings import distance
from app.ratings.distance import Moved, Point

AREAS = ("body", "mood", "home", "care")
scores = st.dictionaries(st.sampled_from(AREAS), st.integers(1, 5), min_size=0)
histories = st.lists(st.builds(Point, st.sampled_from((0, 1)), st.just(5), scores), max_size=12)


def test_per_area_from_the_first_that_says_it_to_the_last() -> None:
    history = [Point(0, 10, {"body": 3, "mood": 6}), Point(0, 10, {"body": 4}), Point(0, 10, {"mood": 5, "home": 2})]
    found = distance.travelled(history)
    assert found.areas == (Moved("body", 3, 4, 0, 1), Moved("mood", 6, 5, 0, 2))
    assert (found.raised, found.kept, found.fell, found.overall) == (1, 0, 1, Fraction(0))


def test_nobody_has_travelled_with_one_rating_or_none() -> None:
    assert distance.travelled([]).overall is None
    assert distance.travelled([Point(0, 10, {"body": 3})]).areas == ()


def test_points_of_another_scale_are_not_set_against_these() -> None:
    history = [Point(1, 5, {"body": 5}), Point(0, 10, {"body": 5}), Point(0, 10, {"body": 8})]
    assert distance.travelled(history).areas == (Moved("body", 5, 8, 1, 2),)


@settings(max_examples=2000, deadline=None)
@given(histories)
def test_it_equals_a_computation_of_its_own(history: list[Point]) -> None:
    found = distance.travelled(history)
    changes = {}
    for area in AREAS:
        said = [one.scores[area] for one in history if one.lowest == history[-1].lowest and area in one.scores]
        if len(said) > 1:
            changes[area] = said[-1] - said[0]
    assert {one.area: one.change for one in found.areas} == changes
    assert found.raised == len([one for one in changes.values() if one > 0])
    assert found.fell == len([one for one in changes.values() if one < 0])
    assert found.raised + found.kept + found.fell == len(changes)
    assert found.overall == (Fraction(sum(changes.values())) / len(changes) if changes else None)


@pytest.mark.parametrize(
    ("before", "now", "by", "fell"),
    [
        ({"body": 7}, {"body": 4}, 3, {"body": (7, 4)}),
        ({"body": 7}, {"body": 5}, 3, {}),
        ({"body": 4}, {"body": 7}, 3, {}),
        ({"body": 7}, {"mood": 1}, 3, {}),
        ({"body": 7, "mood": 9}, {"body": 0, "mood": 5}, 4, {"body": (7, 0), "mood": (9, 5)}),
    ],
)
def test_what_fell(before: dict[str, int], now: dict[str, int], by: int, fell: dict[str, tuple[int, int]]) -> None:
    assert distance.fallen(before, now, by) == fell


def test_two_voices_are_apart_either_way() -> None:
    mine, theirs = {"body": 8, "mood": 2, "home": 5}, {"body": 5, "mood": 5, "home": 4, "care": 1}
    assert distance.apart(mine, theirs, 3) == {"body": (8, 5), "mood": (2, 5)}
