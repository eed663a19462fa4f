"""Staff sign in with their employer's account, over HTTP: the first time by a verified e-mail, then by the account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.core import embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.identity.models import LinkedLogin, Person
from app.identity.service import federated
from tests.conftest import NOW
from tests.identity import elsewhere
from tests.identity.elsewhere import asked_of, cookies, sessions, there_and_back
from tests.people import World
from tests.stand_ins.oidc_provider import Provider
from tests.web.browsing import Browser, words

LEAVE = "/sign-in/with/work"
PRIYA = {"sub": "staff|priya", "email": "Priya.Shah@kith.example", "email_verified": True}


@pytest.fixture
def employer() -> Provider:
    return Provider(algorithm="RS256", user=dict(PRIYA))


@pytest.fixture
def deployed(app: Flask, server: embedded.Server, database: str, employer: Provider) -> Iterator[Flask]:
    with elsewhere.app_with(server, database, "work", "SSO", employer) as made:
        yield made


@pytest.fixture
def browser(deployed: Flask, world: World) -> Browser:
    return Browser(deployed.test_client())


def links() -> list[LinkedLogin]:
    with unit_of_work():
        db.session.expire_all()
        return list(db.session.scalars(select(LinkedLogin)))


def people() -> int:
    with unit_of_work():
        return len(db.session.scalars(select(Person.id)).all())


def test_somebody_of_the_staff_is_found_by_verified_email_and_still_shows_a_second_factor(
    browser: Browser, employer: Provider, world: World
) -> None:
    answer = there_and_back(browser, f"{LEAVE}?next=/console/worklist")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/worklist")
    assert browser.get("/console/worklist").headers["Location"].startswith("/sign-in/second-factor")
    (session,) = sessions()
    assert (session.person_id, session.method, session.second_factor_at) == (world.priya.id, "sso", None)
    assert [(one.provider, one.person_id) for one in links()] == [("sso", world.priya.id)]
    assert "vtr" not in asked_of(browser.get(LEAVE).headers["Location"])


def test_later_the_account_counts_and_the_email_no_more(browser: Browser, employer: Provider, world: World) -> None:
    there_and_back(browser, LEAVE)
    employer.user |= {"email": world.lind.email, "email_verified": False}
    assert there_and_back(browser, LEAVE).status_code == 303
    assert sessions()[-1].person_id == world.priya.id


UNKNOWN = {
    "nobody's e-mail": {"email": "new.starter@kith.example"},
    "an e-mail that nobody verified": {"email_verified": False},
    "an e-mail said to be verified by a word": {"email_verified": "yes"},
    "no e-mail": {"email": None},
    "a phone instead": {"email": "+447700900101"},
    "an e-mail that is a list": {"email": ["priya.shah@kith.example"]},
    "a patient": {"email": "mary.okafor@kith.example"},
    "a carer": {"email": "tom.okafor@kith.example"},
    "a device": {"email": "monitor.1@devices.kith.example"},
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN)
def test_nobody_else_comes_in_and_nobody_is_made(
    browser: Browser, employer: Provider, world: World, change: dict[str, object]
) -> None:
    before = people()
    employer.user |= change
    answer = there_and_back(browser, LEAVE)
    assert answer.status_code == 400
    assert "No account here belongs to this work account" in words(answer)
    assert (people(), links(), sessions()) == (before, [], [])


def test_entra_says_in_its_own_claim_that_an_email_is_verified(browser: Browser, employer: Provider) -> None:
    employer.user["email_verified"] = None
    employer.extra = {"xms_edov": True}
    assert there_and_back(browser, LEAVE).status_code == 303


def test_who_has_left_stays_out_at_once(browser: Browser, employer: Provider, world: World) -> None:
    there_and_back(browser, LEAVE)
    with unit_of_work():
        db.session.execute(
            text("update membership set ended_at = :now where person_id = :id"), {"now": NOW, "id": world.lind.id}
        )
    employer.user |= {"sub": "staff|lind", "email": world.lind.email}
    assert there_and_back(browser, LEAVE).status_code == 400
    with unit_of_work():
        identity.person(world.priya.id).locked_at = NOW
    employer.user |= PRIYA
    assert "closed or locked" in words(there_and_back(browser, LEAVE))


def test_a_second_account_with_the_same_email_takes_nobody_over(browser: Browser, employer: Provider) -> None:
    there_and_back(browser, LEAVE)
    employer.user["sub"] = "staff|somebody who was given the address"
    assert there_and_back(browser, LEAVE).status_code == 400
    assert len(links()) == 1


SHOWN = {
    "listed method": ({"amr": ["pwd", "mfa"]}, "mfa urn:nhs:aal3", True),
    "listed context": ({"acr": "urn:nhs:aal3"}, "mfa urn:nhs:aal3", True),
    "another method": ({"amr": ["pwd"]}, "mfa", False),
    "part of a word": ({"acr": "mfa-not-done"}, "mfa", False),
    "no setting": ({"amr": ["mfa"]}, "", False),
    "an empty word": ({"amr": [""], "acr": ""}, "", False),
    "known, but not signed": ({}, "mfa", False),
}


@pytest.mark.parametrize(("claims", "listed", "counts"), SHOWN.values(), ids=SHOWN)
def test_a_second_factor_shown_there_counts_where_a_setting_says_how_it_is_told(
    app: Flask,
    server: embedded.Server,
    database: str,
    employer: Provider,
    world: World,
    claims: dict[str, object],
    listed: str,
    counts: bool,
) -> None:
    employer.extra = claims
    employer.user["amr"] = ["mfa"]
    with elsewhere.app_with(server, database, "work", "SSO", employer, SECOND_FACTOR=listed) as deployed:
        browser = Browser(deployed.test_client())
        assert there_and_back(browser, LEAVE).status_code == 303
        assert (sessions()[-1].second_factor_at is not None) is counts
        assert (browser.get("/console/worklist").status_code == 200) is counts


# what the provider does -> how many minutes ago the second factor was shown (None: it does not count)
WHEN = {
    "": 0,
    "a moment ago": 2,
    "a session that ran there": None,
    "not said when": None,
    "in the future": None,
    "at no time": None,
    "a truth": None,
}


@pytest.mark.parametrize(("fault", "minutes"), WHEN.items())
def test_a_second_factor_counts_from_when_it_was_shown_there(
    app: Flask,
    server: embedded.Server,
    database: str,
    employer: Provider,
    world: World,
    fault: str,
    minutes: int | None,
) -> None:
    """A session that ran there for hours answers without asking anybody anything."""
    employer.extra, employer.faults = {"amr": ["mfa"]}, {fault}
    with elsewhere.app_with(server, database, "work", "SSO", employer, SECOND_FACTOR="mfa") as deployed:
        assert there_and_back(Browser(deployed.test_client()), LEAVE).status_code == 303
    assert employer.asked[-1]["max_age"] == "0"
    shown_at = sessions()[-1].second_factor_at
    assert shown_at == (None if minutes is None else NOW - timedelta(minutes=minutes))


def test_who_comes_back_is_not_counted_and_who_does_not_is(browser: Browser, world: World) -> None:
    """A ward behind one address."""
    assert [there_and_back(browser, LEAVE).status_code for _ in range(3)] == [303] * 3
    statuses = [browser.get(LEAVE).status_code for _ in range(federated.LEFT + 1)]
    assert statuses == [303] * federated.LEFT + [429]


def test_a_provider_that_takes_a_secret_instead_of_a_signature(
    app: Flask, server: embedded.Server, database: str, employer: Provider, world: World
) -> None:
    employer.secret = "for tests only and long enough"
    with elsewhere.app_with(server, database, "work", "SSO", employer) as deployed:
        browser = Browser(deployed.test_client())
        assert "kith" in cookies(there_and_back(browser, LEAVE))
        assert employer.refusals == []


@pytest.mark.parametrize(
    "fault", ["wrong nonce", "other key", "alg none", "other audience", "other subject", "expired"]
)
def test_what_does_not_fit_lets_nobody_in(browser: Browser, employer: Provider, fault: str) -> None:
    employer.faults = {fault}
    assert there_and_back(browser, LEAVE).status_code == 400
    assert (links(), sessions()) == ([], [])


def test_one_providers_way_back_is_no_other_ones(browser: Browser, employer: Provider) -> None:
    back = elsewhere.away(browser, LEAVE)
    assert browser.get(back.replace("work", "nhs-login", 1)).status_code == 404
    assert browser.get(back).status_code == 303
