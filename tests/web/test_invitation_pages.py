"""The pages of invitations: asking somebody in, answering, confirming who came."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from tests.identity.test_invitations import last_code, last_digits, service, texts_sent
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
NIECE = {"relationship": "niece", "role": "member", "contact": "07700 900555"}


@pytest.fixture
def list_path(home: str) -> str:
    return f"{home}/invitations"


@pytest.fixture
def joiner(app: Flask) -> Browser:
    """Somebody whom Kith does not know."""
    return Browser(app.test_client())


def ask(browser: Browser, path: str, **more: str) -> str:
    browser.get(f"{path}/new")
    answer = browser.post(f"{path}/new", NIECE | more)
    assert answer.status_code == 303, words(answer)
    return words(browser.get(answer.headers["Location"]))


def open_it(joiner: Browser, code: str) -> str:
    joiner.get("/join")
    answer = joiner.post("/join", {"code": code})
    assert answer.status_code == 303, words(answer)
    return words(joiner.get("/join/invitation"))


def show_it_is_theirs(joiner: Browser) -> str:
    assert joiner.post("/join/proof").status_code == 303
    assert "We have sent six digits to +44 ... 555" in words(joiner.get("/join/proof"))
    assert joiner.post("/join/proof/typed", {"code": last_digits()}).status_code == 303
    return words(joiner.get("/join/invitation"))


def act(browser: Browser, path: str, which: str) -> str:
    """Press the first button of this kind on the list."""
    page = browser.get(path).get_data(as_text=True)
    found = re.search(rf'action="([^"]+/{which})"', page)
    assert found, page
    answer = browser.post(found[1])
    assert answer.status_code == 303, words(answer)
    return words(browser.get(answer.headers["Location"]))


def test_from_asking_to_the_circle(mary: Browser, joiner: Browser, list_path: str, home: str) -> None:
    assert "The invitation is on its way. Invitations" in ask(mary, list_path)
    seen = open_it(joiner, last_code())
    assert "Mary invites you into their circle, as: niece." in seen
    assert "Okafor" not in seen
    assert "Who are you?" in show_it_is_theirs(joiner)
    done = joiner.post("/join/accept", {"given_name": "Zoë", "family_name": "Bell"})
    assert "Now Mary confirms that it is you" in words(done)
    assert "Zoë Bell has answered your invitation (Mary’s circle)." in words(mary.get(f"{home}/"))
    assert f'href="{list_path}">Look and confirm' in mary.get(f"{home}/").text
    waiting = words(mary.get(list_path))
    assert "Is this your niece? Zoë Bell has accepted the invitation that you sent to +447700900555." in waiting
    assert "They are in the circle now." in act(mary, list_path, "confirm")
    assert "Nobody is awaited." in words(mary.get(list_path))
    assert "has answered" not in words(mary.get(f"{home}/"))
    assert any("Mary has confirmed that it is you" in said for said in texts_sent())


def test_a_coordinator_who_asked_reads_on_the_worklist_that_somebody_has_come(
    priya: Browser, mary: Browser, joiner: Browser, list_path: str, world: World
) -> None:
    before = priya.get("/console/worklist").headers["ETag"]
    ask(priya, list_path)
    open_it(joiner, last_code())
    show_it_is_theirs(joiner)
    joiner.post("/join/accept", {"given_name": "Zoë", "family_name": "Bell"})
    now = priya.get("/console/worklist", **{"If-None-Match": before})
    assert "Zoë Bell has answered your invitation (Mary’s circle)." in words(now)
    on_hers = priya.get(f"/console/patients/{world.mary_patient.id}")
    assert "Invitations (1 to confirm)" in words(on_hers)
    assert f'href="{list_path}"' in on_hers.text
    assert "has answered" not in words(mary.get(list_path.removesuffix("invitations")))


def test_somebody_else_is_given_nothing(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path)
    open_it(joiner, last_code())
    show_it_is_theirs(joiner)
    joiner.post("/join/accept", {"given_name": "Somebody", "family_name": "Else"})
    assert "They are given nothing." in act(mary, list_path, "decline")


def test_it_can_be_sent_again_and_taken_back(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path)
    first = last_code()
    assert "A new code is on its way." in act(mary, list_path, "resend")
    second = last_code()
    joiner.get("/join")
    assert joiner.post("/join", {"code": first}).status_code == 422
    assert "The invitation is taken back." in act(mary, list_path, "revoke")
    assert joiner.post("/join", {"code": second}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"relationship": ""}, "Say what they are to you"),
        ({"contact": "call her"}, "Type a mobile number"),
        ({"contact": ""}, "Type a mobile number"),
        ({"contact": "zoe@home"}, "Type an e-mail address"),
        ({"role": "admin"}, "Choose one of both."),
    ],
)
def test_what_cannot_be_sent_is_said_beside_its_box(
    mary: Browser, list_path: str, typed: dict[str, str], said: str
) -> None:
    mary.get(f"{list_path}/new")
    answer = mary.post(f"{list_path}/new", NIECE | typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert texts_sent() == []


def test_an_e_mail_works_as_well(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path, contact="Zoe@Family.example")
    [sent] = texts_sent()
    assert sent.startswith("Mary invites you to Kith\n\n")
    seen = open_it(joiner, last_code())
    assert "the e-mail address z...@family.example is yours" in seen


def test_whoever_is_known_is_not_asked_for_a_name(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path, contact="07700 900205")
    open_it(joiner, last_code())
    joiner.post("/join/proof")
    joiner.post("/join/proof/typed", {"code": last_digits()})
    seen = words(joiner.get("/join/invitation"))
    assert "You have an account already." in seen
    assert "Who are you?" not in seen
    assert "Now Mary confirms" in words(joiner.post("/join/accept"))


def test_a_name_is_needed_and_a_short_password_is_refused(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path)
    open_it(joiner, last_code())
    show_it_is_theirs(joiner)
    nameless = joiner.post("/join/accept", {"given_name": "Zoë"})
    assert nameless.status_code == 422
    assert 'href="#family_name"' in nameless.get_data(as_text=True)
    short = joiner.post("/join/accept", {"given_name": "Zoë", "family_name": "Bell", "password": "short"})
    assert (short.status_code, 'value="Zoë"' in short.get_data(as_text=True)) == (422, True)
    assert "short" not in re.findall(r'value="([^"]*)"', short.get_data(as_text=True))


def test_wrong_digits_are_said_so_and_another_browser_cannot_go_on(
    app: Flask, mary: Browser, joiner: Browser, list_path: str
) -> None:
    ask(mary, list_path)
    open_it(joiner, last_code())
    joiner.post("/join/proof")
    assert joiner.post("/join/proof/typed", {"code": "no digits"}).status_code == 422
    other = Browser(app.test_client())
    other.get("/join")
    assert other.get("/join/invitation").status_code == 422
    assert other.post("/join/proof/typed", {"code": last_digits()}).status_code == 422


def test_no_page_and_no_address_holds_the_code(mary: Browser, joiner: Browser, list_path: str) -> None:
    ask(mary, list_path)
    code = last_code()
    joiner.get("/join")
    opened = joiner.post("/join", {"code": code})
    seen = [mary.get(list_path), joiner.get("/join/invitation"), opened]
    assert not any(code in one.get_data(as_text=True) + str(one.headers) for one in seen)
    wrong = joiner.post("/join", {"code": "0000000000"})
    assert "0000000000" not in wrong.get_data(as_text=True)


def test_tom_invites_nobody_and_priya_does_for_mary(
    browser_of: BrowserOf, world: World, joiner: Browser, list_path: str
) -> None:
    assert browser_of(world.tom).get(list_path).status_code == 403
    assert browser_of(world.other_coordinator).get(list_path).status_code == 404
    priya = browser_of(world.priya)
    assert "Invitations into Mary Okafor’s circle" in ask(priya, list_path)
    seen = open_it(joiner, last_code())
    assert "Priya invites you into Mary’s circle, as: niece." in seen


def test_what_one_sent_another_cannot_confirm(
    mary: Browser, browser_of: BrowserOf, world: World, joiner: Browser, list_path: str
) -> None:
    ask(browser_of(world.priya), list_path)
    open_it(joiner, last_code())
    show_it_is_theirs(joiner)
    joiner.post("/join/accept", {"given_name": "Zoë", "family_name": "Bell"})
    assert "Priya has to confirm that it is them." in words(mary.get(list_path))


def test_somebody_already_in_the_circle_is_said_so_and_nothing_changes(
    mary: Browser, joiner: Browser, world: World, list_path: str
) -> None:
    ask(mary, list_path, contact="07700 900203")
    open_it(joiner, last_code())
    joiner.post("/join/proof")
    joiner.post("/join/proof/typed", {"code": last_digits()})
    joiner.post("/join/accept")
    before = len(texts_sent())
    page = mary.get(list_path).get_data(as_text=True)
    found = re.search(r'action="([^"]+/confirm)"', page)
    assert found
    answer = mary.post(found[1])
    assert answer.status_code == 409
    assert "This person is in the circle already." in words(answer)
    service()
    with unit_of_work():
        assert len(texts_sent()) == before
    assert "Tom Okafor has accepted" in words(mary.get(list_path))
