"""Near-duplicates, against a real app's uploads and against every order of arrival."""

from __future__ import annotations

import collections
import csv
import pathlib
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readings import near_duplicates
from app.readings.near_duplicates import Copy

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PRESSURES = pathlib.Path(__file__).parents[1] / "data" / "welltory" / "blood_pressure.csv"


def copy(
    number: int, hours: float, seconds: float = 0, values: tuple[float | str | None, ...] = (150.0, 100.0), **more: str
) -> Copy:
    at = START + timedelta(hours=hours, seconds=seconds)
    return Copy(UUID(int=number), at, values, more.get("source", "sync"), more.get("device", "phone"))


CASES = [
    ("three hours on", copy(2, 3), True),
    ("one hour on", copy(2, 1), True),
    ("fourteen hours on", copy(2, 14), True),
    ("two seconds off", copy(2, 3, 2), True),
    ("two seconds short", copy(2, 3, -2), True),
    ("fourteen hours and two seconds", copy(2, 14, 2), True),
    ("three seconds off", copy(2, 3, 3), False),
    ("fifteen hours on", copy(2, 15), False),
    ("at the same time", copy(2, 0), False),
    ("half an hour on", copy(2, 0.5), False),
    ("before it", copy(2, -3), False),
    ("one component differs", copy(2, 3, values=(150.0, 99.0)), False),
    ("another device", copy(2, 3, device="tablet"), False),
    ("another source", copy(2, 3, source="device"), False),
]


@pytest.mark.parametrize("other, linked", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_a_copy_of_the_first(other: Copy, linked: bool) -> None:
    first = copy(1, 0)
    assert near_duplicates.copy_of(other, [first]) == (first.reading_id if linked else None)
    assert near_duplicates.links([other, first]).get(other.reading_id) == (first.reading_id if linked else None)


@pytest.mark.parametrize("source", ["typed", "sms", "fhir", "import"])
def test_what_a_person_wrote_twice_was_measured_twice(source: str) -> None:
    assert near_duplicates.copy_of(copy(2, 3, source=source), [copy(1, 0, source=source)]) is None


def test_a_chain_leads_back_to_the_earliest_original() -> None:
    chain = [copy(1, 0), copy(2, 10), copy(3, 20), copy(4, 24)]
    assert near_duplicates.links(chain) == {UUID(int=n): UUID(int=1) for n in (2, 3, 4)}


def test_lo_again_three_hours_later_is_a_copy_of_lo_and_never_of_a_number() -> None:
    low = copy(1, 0, values=(None, None, "<"))
    assert near_duplicates.copy_of(copy(2, 3, values=(None, None, "<")), [low]) == low.reading_id
    assert near_duplicates.copy_of(copy(2, 3, values=(None, None, ">")), [low]) is None


def test_the_uploads_of_a_real_app() -> None:
    """322 of 721 pressures are the same reading again, 301 of them three hours on (clinical.md, finding 3)."""
    people: dict[str, list[Copy]] = collections.defaultdict(list)
    with PRESSURES.open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            at = datetime.strptime(" ".join(row["measurement_datetime"].split()), "%Y-%m-%d %H:%M:%S").replace(
                tzinfo=UTC
            )
            values = (float(row["systolic"]), float(row["diastolic"]))
            people[row["user_code"]].append(Copy(UUID(int=number), at, values, "sync"))
    links = {copy: original for one in people.values() for copy, original in near_duplicates.links(one).items()}
    times = {one.reading_id: one.measured_at for readings in people.values() for one in readings}
    assert len(times) == 721
    assert len(links) == 322
    assert sum(round((times[a] - times[b]) / timedelta(hours=1)) == 3 for a, b in links.items()) == 301


_readings = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([-3, -2, -1, 0, 1, 2, 3]), st.sampled_from([120.0, 150.0])),
    unique=True,
    max_size=9,
)


@given(_readings, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(drawn: list[tuple[int, int, float]], shuffle: random.Random) -> None:
    readings = [copy(n, hours, seconds, (value, 80.0)) for n, (hours, seconds, value) in enumerate(drawn)]
    arrived = list(readings)
    shuffle.shuffle(arrived)
    linked: set[UUID] = set()
    for count, new in enumerate(arrived):
        near = [one for one in arrived[:count] if abs(one.measured_at - new.measured_at) <= near_duplicates.REACH]
        if near_duplicates.copy_of(new, near) is not None:
            linked.add(new.reading_id)
        linked |= {one.reading_id for one in near if near_duplicates.copy_of(one, [new]) is not None}
    assert linked == set(near_duplicates.links(readings)) == set(near_duplicates.links(arrived))
