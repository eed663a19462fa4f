"""The round chart: every dot on its spoke, no line over what nobody said."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.ratings import loader, round_chart

WHEEL = loader.load_all()["wheel"]
CODES = [one.code for one in WHEEL.areas]
ratings = st.dictionaries(st.sampled_from(CODES), st.integers(WHEEL.lowest, WHEEL.highest))


@given(ratings)
def test_each_score_has_one_dot_on_its_spoke_as_far_out_as_it_is_high(scores: dict[str, int]) -> None:
    chart = round_chart.drawn(WHEEL, [scores])
    [line] = chart.lines
    assert {dot.area: dot.score for dot in line.dots} == scores
    spokes = {one.area: one for one in chart.spokes}
    rings = dict(chart.rings)
    for dot in line.dots:
        spoke = spokes[dot.area]
        assert abs(dot.x * spoke.y - dot.y * spoke.x) < 40  # on the line from the middle, but for rounding
        if dot.score in rings:
            assert math.isclose(math.hypot(dot.x, dot.y), rings[dot.score], abs_tol=0.2)


@given(ratings)
def test_neighbours_that_were_said_are_joined_and_no_others(scores: dict[str, int]) -> None:
    [line] = round_chart.drawn(WHEEL, [scores]).lines
    at = {(dot.x, dot.y): dot.area for dot in line.dots}
    runs = [[at[float(x), float(y)] for x, y in (p.split(",") for p in run.split())] for run in line.runs]
    joined = {(a, b) for run in runs for a, b in pairwise(run)}
    if line.is_closed:
        joined.add((runs[0][-1], runs[0][0]))
    around = list(zip(CODES, CODES[1:] + CODES[:1], strict=True))
    assert joined == {pair for pair in around if pair[0] in scores and pair[1] in scores}


def test_the_first_area_is_at_the_top_and_the_next_to_the_right() -> None:
    first, second, *_ = round_chart.drawn(WHEEL, []).spokes
    assert (first.x, first.y, first.number) == (0.0, -round_chart.RADIUS, 1)
    assert second.x > 0
    assert [score for score, _ in round_chart.drawn(WHEEL, []).rings] == [0, 2, 4, 6, 8, 10]


def test_only_a_licensed_instrument_may_be_drawn_as_a_star() -> None:
    scores = dict.fromkeys(CODES, 8)
    assert round_chart.drawn(WHEEL, [scores]).lines[0].runs[0].count(",") == len(CODES)
    star = replace(WHEEL, shape="star", is_licensed=True)  # the loader refuses one that is not licensed
    assert round_chart.drawn(star, [scores]).lines[0].runs[0].count(",") == 2 * len(CODES)
