"""The mark of a known browser: whose it is, how long it holds, and that nobody can make one (security.md S15)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from app.identity import known_browsers
from tests.conftest import NOW

KEY, OTHER = "a key of thirty-two characters and more", "another key of thirty-two characters"
TOM, MARY = UUID(int=1), UUID(int=2)


def tampered(mark: str, part: int, with_: str) -> str:
    parts = mark.split("-")
    return "-".join([*parts[:part], with_, *parts[part + 1 :]])


def test_a_mark_holds_for_its_person_and_a_year_alone() -> None:
    mark = known_browsers.with_mark("", KEY, TOM, NOW)
    name = known_browsers.name_for(mark, [KEY], TOM, NOW + timedelta(days=364))
    assert name is not None
    assert known_browsers.name_for(mark, [OTHER, KEY], TOM, NOW) == name  # the key was rotated
    assert known_browsers.name_for(mark, [KEY], MARY, NOW) is None
    assert known_browsers.name_for(mark, [OTHER], TOM, NOW) is None
    assert known_browsers.name_for(mark, [KEY], TOM, NOW + timedelta(days=365)) is None
    assert str(TOM) not in mark


def test_each_sign_in_gives_another_mark_and_four_people_share_a_browser() -> None:
    held, names = "", set()
    for _ in range(3):
        held = known_browsers.with_mark(held, KEY, TOM, NOW)
        names.add(known_browsers.name_for(held, [KEY], TOM, NOW))
    assert len(names) == 3
    assert held.count(".") == 0
    for number in range(2, 7):
        held = known_browsers.with_mark(held, KEY, UUID(int=number), NOW)
    known = [n for n in range(1, 7) if known_browsers.name_for(held, [KEY], UUID(int=n), NOW)]
    assert known == [3, 4, 5, 6]


MADE_UP = ("", ".", "-", "--", "...---", "é-ß-ü", "a-b-c", "x" * 5000, "a-1-" + "0" * 64)


@pytest.mark.parametrize("held", MADE_UP, ids=range(len(MADE_UP)))
def test_what_is_made_up_is_no_mark(held: str) -> None:
    assert known_browsers.name_for(held, [KEY], TOM, NOW) is None
    assert known_browsers.name_for(known_browsers.with_mark(held, KEY, TOM, NOW), [KEY], TOM, NOW)


@pytest.mark.parametrize("part", range(3))
def test_no_part_of_a_mark_can_be_changed(part: int) -> None:
    mark = known_browsers.with_mark("", KEY, TOM, NOW)
    later = str(int((NOW + timedelta(days=300)).timestamp()))
    assert known_browsers.name_for(tampered(mark, part, later), [KEY], TOM, NOW) is None
