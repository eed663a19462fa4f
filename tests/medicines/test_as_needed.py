"""As needed: over everyone, over every medicine with the ingredient, over elapsed time, in any order."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.medicines import as_needed
from app.medicines.as_needed import DAY, MINUTE, Allowed, Contents, Given, Limit, Reached, Refused
from app.medicines.patterns import AsNeeded

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
PARACETAMOL = Contents(UUID(int=1), Decimal(2), {"paracetamol": Decimal(500)})
CO_CODAMOL = Contents(UUID(int=2), Decimal(2), {"paracetamol": Decimal(500), "codeine": Decimal(30)})
SENNA = Contents(UUID(int=3))
LIMITS = as_needed.limits_of(PARACETAMOL, "paracetamol", AsNeeded(4 * HOUR, Decimal(8)))


def dose(
    number: int,
    at: datetime,
    contents: Contents = PARACETAMOL,
    amount: int | None = 2,
    by: str = "Mary",
    **more: object,
) -> Given:
    known = None if amount is None else Decimal(amount)
    return Given(UUID(int=number), at, contents, known, by, **more)  # type: ignore[arg-type]


def ask(
    *doses: Given, at: datetime = NOW, amount: int | None = None, contents: Contents = PARACETAMOL
) -> Allowed | Refused:
    return as_needed.verdict(LIMITS, doses, at, contents, None if amount is None else Decimal(amount))


def refused(*doses: Given, **more: object) -> Refused:
    answer = ask(*doses, **more)  # type: ignore[arg-type]
    assert isinstance(answer, Refused)
    return answer


def test_nothing_given_is_in_nobodys_way() -> None:
    assert ask() == Allowed()


@pytest.mark.parametrize(
    "minutes, allowed", [(239, False), (240, True), (0, False), (-30, False), (-240, True)], ids=str
)
def test_the_gap_is_kept_on_both_sides_and_to_the_minute(minutes: int, allowed: bool) -> None:
    assert isinstance(ask(dose(1, NOW - minutes * MINUTE)), Allowed) is allowed


def test_a_refusal_says_when_which_limit_and_whose_dose() -> None:
    answer = refused(dose(1, NOW - 5 * HOUR), dose(2, NOW - HOUR, by="Tom"))
    assert answer.next_possible_at == NOW + 3 * HOUR
    assert (answer.reached, answer.limit.name, [one.by for one in answer.doses]) == (
        Reached.GAP,
        "paracetamol",
        ["Tom"],
    )


def test_the_most_rolls_and_does_not_begin_anew_at_midnight() -> None:
    evening = datetime(2026, 11, 17, 12, tzinfo=UTC)
    doses = [dose(n, evening + n * 4 * HOUR) for n in range(4)]  # 12:00, 16:00, 20:00, 00:00
    answer = refused(*doses, at=evening + 16 * HOUR)
    assert (answer.reached, answer.next_possible_at) == (Reached.MOST, evening + DAY)
    assert [one.dose_id.int for one in answer.doses] == [3, 2, 1, 0]


def test_a_smaller_dose_may_fit_where_the_usual_does_not() -> None:
    doses = [dose(n, NOW - n * 5 * HOUR) for n in (1, 2, 3)] + [dose(4, NOW - 20 * HOUR, amount=1)]
    assert isinstance(ask(*doses), Refused)
    assert isinstance(ask(*doses, amount=1), Allowed)


def test_more_at_once_than_the_limit_is_never_possible() -> None:
    assert refused(amount=9).next_possible_at is None


def test_of_two_limits_the_one_that_lasts_longest_is_told() -> None:
    gap = Limit(PARACETAMOL.medicine_id, "gap", minimum_gap=4 * HOUR)
    most = Limit(PARACETAMOL.medicine_id, "most", most_in_24_hours=Decimal(8))
    for set_for in ([gap, most], [most, gap]):
        answer = as_needed.verdict(set_for, [dose(1, NOW - HOUR)], NOW, PARACETAMOL, Decimal(9))
        assert isinstance(answer, Refused)
        assert (answer.limit, answer.next_possible_at) == (most, None)


def test_another_medicine_with_the_ingredient_counts() -> None:
    answer = refused(dose(1, NOW - 3 * HOUR, CO_CODAMOL, by="Tom"))
    assert (answer.next_possible_at, answer.limit.ingredient) == (NOW + HOUR, "paracetamol")
    assert isinstance(ask(dose(1, NOW - 3 * HOUR), contents=CO_CODAMOL), Refused)


def test_another_medicine_without_it_does_not() -> None:
    assert ask(dose(1, NOW, SENNA)) == Allowed()
    assert ask(dose(1, NOW), contents=SENNA) == Allowed()


def test_ingredients_are_counted_by_what_a_unit_holds() -> None:
    strong = Contents(UUID(int=4), Decimal(1), {"paracetamol": Decimal(1000)})
    doses = [dose(n, NOW - n * 5 * HOUR, strong, amount=1) for n in (1, 2, 3, 4)]
    assert refused(*doses).reached is Reached.MOST
    assert isinstance(ask(*doses[:3]), Allowed)


def test_where_the_strength_is_not_known_a_unit_counts_as_one_and_is_said() -> None:
    vague = Contents(UUID(int=5), Decimal(2), {"paracetamol": None})
    doses = [dose(n, NOW - n * 5 * HOUR, vague) for n in (1, 2, 3, 4)]
    assert refused(*doses).assumed == tuple(reversed(refused(*doses).doses))
    assert isinstance(ask(*doses[:3]), Allowed)
    own = as_needed.limits_of(vague, "a mixture", AsNeeded(None, Decimal(3)))
    others = [dose(1, NOW - HOUR), dose(2, NOW - 2 * HOUR, vague, amount=1)]
    answer = as_needed.verdict(own, others, NOW, vague, Decimal(1))
    assert isinstance(answer, Refused)
    assert answer.assumed == (others[0],)


def test_an_unknown_amount_counts_as_the_usual_and_is_said() -> None:
    doses = [dose(n, NOW - n * 5 * HOUR, amount=None) for n in (1, 2, 3)]
    answer = ask(*doses)
    assert isinstance(answer, Allowed)
    assert [one.dose_id.int for one in answer.assumed] == [3, 2, 1]
    assert refused(*doses, dose(4, NOW - 20 * HOUR)).assumed == answer.assumed
    assert ask(dose(9, NOW, SENNA, amount=None)) == Allowed()


def test_a_corrected_or_withdrawn_dose_no_longer_counts() -> None:
    first, second = dose(1, NOW - HOUR), dose(2, NOW - 6 * HOUR, corrects=UUID(int=1))
    assert isinstance(ask(first), Refused)
    assert isinstance(ask(first, second), Allowed)
    assert isinstance(ask(second, first, first), Allowed)
    assert isinstance(ask(first, dose(3, NOW, corrects=UUID(int=1), taken_back=True)), Allowed)


def test_one_dose_told_twice_is_one() -> None:
    once = dose(1, NOW - 5 * HOUR, amount=6)
    assert isinstance(ask(once, once), Allowed)


def test_a_dose_written_down_for_later_is_not_stepped_on() -> None:
    later = dose(1, NOW + 2 * HOUR)
    assert refused(later).next_possible_at == NOW + 6 * HOUR
    assert refused(dose(2, NOW + 20 * HOUR, amount=7)).next_possible_at == NOW + 44 * HOUR
    assert isinstance(ask(dose(3, NOW + DAY, amount=7)), Allowed)


def test_a_dose_that_has_happened_is_asked_about_at_its_own_time() -> None:
    assert refused(dose(1, NOW), at=NOW - HOUR).next_possible_at == NOW + 4 * HOUR


@pytest.mark.parametrize("day", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)], ids=str)
def test_a_change_of_the_clocks_changes_nothing(day: datetime) -> None:
    given_at = (day - HOUR).astimezone(LONDON)
    assert isinstance(ask(dose(1, given_at), at=(day + 3 * HOUR - MINUTE).astimezone(LONDON)), Refused)
    assert isinstance(ask(dose(1, given_at), at=(day + 3 * HOUR).astimezone(LONDON)), Allowed)
    full = dose(1, given_at, amount=8)
    assert refused(full, at=(day + 20 * HOUR).astimezone(LONDON)).next_possible_at == day + 23 * HOUR


def test_a_time_with_seconds_is_rounded_up() -> None:
    answer = refused(dose(1, NOW - HOUR + timedelta(seconds=1)))
    assert answer.next_possible_at == NOW + 3 * HOUR + MINUTE


def test_what_has_no_limit_is_allowed() -> None:
    none = as_needed.limits_of(PARACETAMOL, "paracetamol", AsNeeded())
    assert as_needed.verdict(none, [dose(1, NOW)], NOW, PARACETAMOL) == Allowed()


MEDICINES = st.sampled_from([PARACETAMOL, CO_CODAMOL, SENNA])
SECONDS = st.integers(-30 * 3600, 8 * 3600)
DOSES = st.lists(st.tuples(SECONDS, st.sampled_from([None, 1, 2, 3]), MEDICINES), max_size=9).map(
    lambda rows: [dose(n, NOW + timedelta(seconds=s), what, amount) for n, (s, amount, what) in enumerate(rows, 1)]
)
PATTERNS = st.builds(
    AsNeeded,
    st.none() | st.integers(1, 720).map(lambda minutes: minutes * MINUTE),
    st.none() | st.integers(1, 12).map(Decimal),
)


def limits(first: AsNeeded, second: AsNeeded) -> list[Limit]:
    return [*as_needed.limits_of(PARACETAMOL, "a", first), *as_needed.limits_of(CO_CODAMOL, "b", second)]


@settings(max_examples=150, deadline=None)
@given(DOSES, PATTERNS, PATTERNS, MEDICINES, st.sampled_from([None, 1, 2]))
def test_the_next_possible_time_is_possible_and_a_minute_before_is_not(
    doses: list[Given], first: AsNeeded, second: AsNeeded, contents: Contents, amount: int | None
) -> None:
    set_for, wanted = limits(first, second), None if amount is None else Decimal(amount)
    answer = as_needed.verdict(set_for, doses, NOW, contents, wanted)
    if isinstance(answer, Allowed):
        return
    if answer.next_possible_at is None:
        alone = as_needed.verdict(set_for, [], NOW, contents, wanted)
        assert isinstance(alone, Refused)
        return
    assert isinstance(as_needed.verdict(set_for, doses, answer.next_possible_at, contents, wanted), Allowed)
    before = max(NOW, answer.next_possible_at - MINUTE)
    assert isinstance(as_needed.verdict(set_for, doses, before, contents, wanted), Refused)


@settings(max_examples=100, deadline=None)
@given(DOSES, PATTERNS, PATTERNS, MEDICINES, st.randoms(use_true_random=False))
def test_the_order_of_doses_never_matters(
    doses: list[Given], first: AsNeeded, second: AsNeeded, contents: Contents, chance: random.Random
) -> None:
    shuffled = chance.sample(doses, len(doses))
    set_for = limits(first, second)
    assert as_needed.verdict(set_for, doses, NOW, contents) == as_needed.verdict(set_for, shuffled, NOW, contents)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(SECONDS, st.sampled_from([1, 2, 3]), MEDICINES), max_size=40), PATTERNS, PATTERNS)
def test_nothing_allowed_ever_breaks_a_limit(
    wishes: list[tuple[int, int, Contents]], first: AsNeeded, second: AsNeeded
) -> None:
    set_for = limits(first, second)
    doses: list[Given] = []
    for number, (seconds, amount, contents) in enumerate(wishes, 1):
        at = NOW + timedelta(seconds=seconds)
        if isinstance(as_needed.verdict(set_for, doses, at, contents, Decimal(amount)), Allowed):
            doses.append(dose(number, at, contents, amount))
    for limit in set_for:
        counted = sorted((one.at, held) for one in doses if (held := _held(one, limit)))
        if limit.minimum_gap is not None:
            assert all(later - at >= limit.minimum_gap for (at, _), (later, _) in itertools.pairwise(counted))
        if limit.most_in_24_hours is not None:
            sums = [sum(held for later, held in counted if at <= later < at + DAY) for at, _ in counted]
            assert max(sums, default=0) <= limit.most_in_24_hours


def _held(one: Given, limit: Limit) -> Decimal:
    """By the definition: units of the limit's own medicine, others by its ingredient's milligrams."""
    amount = one.amount or Decimal(0)
    if limit.medicine_id == one.contents.medicine_id:
        return amount
    of_one = one.contents.ingredients.get(limit.ingredient) if limit.ingredient else None
    return amount * of_one / limit.unit_holds if of_one and limit.unit_holds else Decimal(0)
