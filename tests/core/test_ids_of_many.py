"""Ids made many at once are as those made one by one."""

from __future__ import annotations

from app.core import clock, ids
from tests.conftest import NOW


def test_many_ids_sort_in_their_order_and_between_those_before_and_after() -> None:
    with clock.at(NOW):
        before, many, after = ids.new_id(), ids.new_ids(5000), ids.new_id()
    assert [before, *many, after] == sorted({before, *many, after})
    assert {(one.version, one.variant) for one in many} == {(7, "specified in RFC 4122")}


def test_no_ids_are_none() -> None:
    assert ids.new_ids(0) == []
