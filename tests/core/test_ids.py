"""Ids: UUIDv7 that sort in the order they were made."""

from __future__ import annotations

from datetime import timedelta
from uuid import RFC_4122

from app.core import clock
from app.core.ids import new_id, new_ids
from tests.conftest import NOW


def test_ids_of_one_millisecond_are_in_order_and_of_the_right_form() -> None:
    with clock.at(NOW):
        ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    assert {one.int >> 80 for one in ids} == {int(NOW.timestamp() * 1000)}


def test_later_ids_sort_later_and_a_clock_set_back_is_followed() -> None:
    with clock.at(NOW):
        first = new_id()
    with clock.at(NOW + timedelta(milliseconds=1)):
        second = new_id()
    with clock.at(NOW - timedelta(days=1)):
        earlier = new_id()
    assert earlier < first < second


def test_many_ids_sort_in_their_order_and_between_those_before_and_after() -> None:
    with clock.at(NOW):
        before, many, after = new_id(), new_ids(5000), new_id()
    assert [before, *many, after] == sorted({before, *many, after})
    assert {(one.version, one.variant) for one in many} == {(7, RFC_4122)}


def test_no_ids_are_none() -> None:
    assert new_ids(0) == []
