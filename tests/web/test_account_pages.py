"""The account of a patient, for their team: lost second factors taken away, a closed account opened again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import Person, SecondFactorReset
from app.records.service import closing
from tests.conftest import NOW
from tests.people import World
from tests.web.browsing import Browser, words
from tests.web.test_my_sign_in import own_app

BrowserOf = Callable[[Person], Browser]
HOW = "Seen at home today with her passport."


@pytest.fixture
def account(world: World) -> str:
    return f"/console/patients/{world.mary_patient.id}/account"


def test_a_coordinator_takes_a_lost_second_factor_away(
    priya: Browser, mary: Browser, world: World, account: str
) -> None:
    own_app(mary, world.mary)
    assert f'href="{account}"' in priya.get(account.removesuffix("/account")).text
    assert "They are signed out everywhere, and told." in words(priya.get(account))
    short = priya.post(f"{account}/second-factor", {"reason": "It was her."})
    assert short.status_code == 422
    assert "in 20 characters or more" in words(short)
    assert mary.get("/me/sign-in").status_code == 200
    done = priya.post(f"{account}/second-factor", {"reason": HOW})
    assert done.status_code == 303, words(done)
    assert "It is done." in words(priya.get(done.headers["Location"]))
    assert mary.get("/me/sign-in").status_code == 303
    with unit_of_work():
        assert not queries.factors(world.mary.id).has_app
        [kept] = db.session.scalars(select(SecondFactorReset)).all()
        assert (kept.reason, kept.reset_by) == (HOW, world.priya.id)


def test_a_closed_account_is_opened_again_within_thirty_days(
    priya: Browser, browser_of: BrowserOf, world: World, account: str
) -> None:
    with unit_of_work():
        closing.close(world.mary.id)
    page = words(priya.get(account))
    assert "Mary closed this account on 18 November 2026." in page
    assert "Until 18 December 2026 it can be opened again" in page
    assert "They lost what they sign in with" not in page
    done = priya.post(f"{account}/reopening")
    assert "The account is open again." in words(priya.get(done.headers["Location"]))
    assert browser_of(world.mary).get("/me/sign-in").status_code == 200
    again = priya.post(f"{account}/reopening")
    assert again.status_code == 409
    assert "This account is not closed" in words(again)


def test_after_thirty_days_it_is_too_late(browser_of: BrowserOf, world: World, account: str) -> None:
    with unit_of_work():
        closing.close(world.mary.id)
    with clock.at(NOW + timedelta(days=31)):
        priya = browser_of(world.priya)
        assert "That is too long ago to open it again." in words(priya.get(account))
        assert priya.post(f"{account}/reopening").status_code == 409


def test_who_may_not_change_the_patient_is_offered_nothing(browser_of: BrowserOf, world: World, account: str) -> None:
    lind = browser_of(world.lind)
    assert account not in lind.get(account.removesuffix("/account")).text
    assert lind.get(account).status_code == 403
