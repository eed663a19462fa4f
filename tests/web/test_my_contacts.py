"""My phone and e-mail: changed by a code that was sent there, soon after signing in; the old one is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock, rows
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from tests.conftest import NOW
from tests.identity import one_use
from tests.people import World
from tests.web.browsing import Browser, words

HERE = "/me/contacts"


def bodies() -> list[str]:
    """What was posted by now, once the tasks have been done."""
    rows.reach(rows.SERVICE)
    one_use.do_tasks()
    return [one.body for one in one_use.posted()]


def digits() -> str:
    return next(found[0] for body in reversed(bodies()) if (found := re.search(r"\b\d{6}\b", body)))


def phone_of(world: World) -> str | None:
    with unit_of_work():
        person = queries.person(world.mary.id)
        return person.phone


def test_a_new_phone_is_used_once_its_code_came_back_and_the_old_one_is_told(mary: Browser, world: World) -> None:
    assert f'href="{HERE}"' in mary.get("/me/sign-in").text
    before = words(mary.get(HERE))
    assert "07700 900201 Not confirmed yet" in before
    sent = mary.post(HERE, {"contact": "07700 900555"})
    assert sent.headers["Location"] == f"{HERE}/code"
    assert phone_of(world) == "+447700900201"
    mary.get(f"{HERE}/code")
    wrong = mary.post(f"{HERE}/code", {"code": "nothing"})
    assert wrong.status_code == 422
    assert "This code does not fit" in words(wrong)
    done = mary.post(f"{HERE}/code", {"code": digits()})
    assert done.headers["Location"] == f"{HERE}?said=changed"
    after = words(mary.get(f"{HERE}?said=changed"))
    assert "It is confirmed, and used from now on." in after
    assert "07700 900555 Confirmed today at 10:00" in after
    assert any("another phone is used for your account" in body for body in bodies())


def test_ones_own_phone_is_confirmed_by_a_press(mary: Browser, world: World) -> None:
    assert mary.hidden(HERE)["contact"] in ("+447700900201", "mary.okafor@kith.example")
    assert mary.post(HERE, {"contact": "+447700900201"}).status_code == 303
    assert mary.post(f"{HERE}/code", {"code": digits()}).status_code == 303
    assert "07700 900201 Confirmed today at 10:00" in words(mary.get(HERE))
    assert not any("another phone is used" in body for body in bodies())


@pytest.mark.parametrize("typed", ["", "call me", "mary@home"])
def test_what_is_neither_is_said_beside_the_field_and_sends_nothing(mary: Browser, typed: str) -> None:
    mary.get(HERE)
    answer = mary.post(HERE, {"contact": typed})
    assert answer.status_code == 422
    assert "Type a mobile number, such as 07700 900123" in words(answer)
    assert bodies() == []


def test_somebody_elses_phone_is_refused_and_nobody_named(mary: Browser, world: World) -> None:
    mary.get(HERE)
    mary.post(HERE, {"contact": str(world.khan.phone)})
    refused = mary.post(f"{HERE}/code", {"code": digits()})
    assert refused.status_code == 409
    assert "Khan" not in words(refused)
    assert phone_of(world) == "+447700900201"


def test_long_after_signing_in_another_sign_in_is_needed(mary: Browser) -> None:
    with clock.at(NOW + timedelta(minutes=16)):
        mary.get(HERE)
        answer = mary.post(HERE, {"contact": "07700 900555"})
        assert answer.headers["Location"] == f"/sign-in?said=again&next={HERE}"
        assert bodies() == []
