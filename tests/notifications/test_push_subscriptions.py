"""Who is told on which browser: kept once, of one person, until they or its push service take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core import vapid
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import Person, PushSubscription
from app.identity.service import closing, push_subscriptions
from tests.people import World, signed_in
from tests.stand_ins.push_service import Browser
from tests.web import browsing

PATH = "/api/me/push-subscriptions"


@dataclass(frozen=True, slots=True)
class OwnApp:
    """Somebody's app, calling."""

    client: FlaskClient
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, json: dict[str, Any]) -> Any:
        return self.client.post(path, json=json, headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)


def app_of(client: FlaskClient, person: Person) -> OwnApp:
    return OwnApp(client, signed_in(client, person))


def subscription(where: str = "https://fcm.googleapis.com/fcm/send/one", **more: Any) -> dict[str, Any]:
    return Browser(where).subscription() | more


def test_a_browser_is_kept_listed_and_taken_back(client: FlaskClient, world: World) -> None:
    mary = app_of(client, world.mary)
    made = mary.post(PATH, json=subscription(device="Mary's phone"))
    assert made.status_code == 201, made.json
    listed = mary.get(PATH).json
    assert [one["device"] for one in listed["items"]] == ["Mary's phone"]
    assert len(vapid.bytes_of(listed["application_server_key"])) == 65
    assert mary.delete(f"{PATH}/{made.json['id']}").status_code == 204
    assert mary.get(PATH).json["items"] == []
    assert mary.delete(f"{PATH}/{made.json['id']}").status_code == 404


def test_a_browser_sent_twice_is_one(client: FlaskClient, world: World) -> None:
    mary = app_of(client, world.mary)
    first, second = (mary.post(PATH, json=subscription()).json["id"] for _ in range(2))
    assert first == second
    assert len(mary.get(PATH).json["items"]) == 1


def test_a_browser_tells_one_person_only(client: FlaskClient, world: World) -> None:
    app_of(client, world.mary).post(PATH, json=subscription())
    tom = app_of(client, world.tom)
    assert tom.post(PATH, json=subscription()).status_code == 201
    assert len(tom.get(PATH).json["items"]) == 1
    assert app_of(client, world.mary).get(PATH).json["items"] == []


def test_nobody_takes_back_what_is_anothers(client: FlaskClient, world: World) -> None:
    one = app_of(client, world.mary).post(PATH, json=subscription()).json["id"]
    assert app_of(client, world.tom).delete(f"{PATH}/{one}").status_code == 404
    assert len(app_of(client, world.mary).get(PATH).json["items"]) == 1


WRONG = [
    ("no push service", {"endpoint": "https://evil.example/x"}, "/endpoint"),
    ("an address inside", {"endpoint": "https://169.254.169.254/x"}, "/endpoint"),
    ("no key", {"keys": {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}}, "/keys/p256dh"),
    (
        "a key off the curve",
        {"keys": {"p256dh": vapid.text_of(b"\x04" + b"\1" * 64), "auth": "A" * 22}},
        "/keys/p256dh",
    ),
    ("no base64", {"keys": {"p256dh": "?", "auth": "A" * 22}}, "/keys/p256dh"),
    ("a short secret", {"keys": subscription()["keys"] | {"auth": "AAAA"}}, "/keys/auth"),
    ("no secret", {"keys": {"p256dh": "AAAA"}}, "/keys/auth"),
    ("something more", {"admin": True}, "/admin"),
]


@pytest.mark.parametrize("change, pointer", [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_no_browser_gives_is_refused(
    client: FlaskClient, world: World, change: dict[str, Any], pointer: str
) -> None:
    mary = app_of(client, world.mary)
    answer = mary.post(PATH, json=subscription() | change)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json["errors"]]
    assert mary.get(PATH).json["items"] == []


def test_the_oldest_of_many_makes_room(app: Flask, world: World) -> None:
    for number in range(push_subscriptions.MOST + 2):
        given = subscription(f"https://fcm.googleapis.com/{number}")
        with unit_of_work():
            push_subscriptions.subscribe(world.mary.id, given["endpoint"], **given["keys"], label=f"{number}")
    labels = [one.label for one in queries.push_subscriptions(world.mary.id)]
    assert labels == [str(number) for number in range(push_subscriptions.MOST + 1, 1, -1)]


def test_a_browser_that_was_gone_and_subscribes_again_is_told_again(app: Flask, world: World) -> None:
    given = subscription()
    with unit_of_work():
        one = push_subscriptions.subscribe(world.mary.id, given["endpoint"], **given["keys"], label="phone")
        push_subscriptions.note(one.id, is_gone=True)
        assert queries.push_subscriptions(world.mary.id) == []
        push_subscriptions.subscribe(world.mary.id, given["endpoint"], **given["keys"], label="phone")
        assert len(queries.push_subscriptions(world.mary.id)) == 1
        push_subscriptions.note(uuid4(), is_gone=True)


def test_its_address_and_secret_are_sealed(app: Flask, world: World) -> None:
    given = subscription()
    with unit_of_work():
        push_subscriptions.subscribe(world.mary.id, given["endpoint"], **given["keys"], label="phone")
        stored = db.session.execute(text("select s::text from push_subscription s")).scalar_one()
    for clear in (given["endpoint"], given["keys"]["auth"], "phone"):
        assert clear.encode().hex() not in stored
        assert clear not in stored


def test_closing_an_account_lets_go_of_its_browsers(app: Flask, world: World) -> None:
    given = subscription()
    with unit_of_work():
        push_subscriptions.subscribe(world.mary.id, given["endpoint"], **given["keys"], label="phone")
        closing.close(world.mary.id, wants_restriction=False)
        assert db.session.scalar(select(func.count()).select_from(PushSubscription)) == 0


def test_on_the_page(client: FlaskClient, world: World) -> None:
    browser = browsing.Browser(client)
    browser.have_session(world.mary)
    assert "data-push=" in browser.get("/me/contacts").get_data(as_text=True)
    with_app = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile"}
    sent = browser.post("/me/push", {"subscription": written(subscription())}, **with_app)
    assert (sent.status_code, sent.location) == (303, "/me/contacts?said=told-here")
    page = browsing.words(browser.get("/me/contacts?said=told-here"))
    assert "This browser tells you from now on." in page
    assert "Chrome on an Android device" in page
    (one,) = queries.push_subscriptions(world.mary.id)
    assert browser.post(f"/me/push/{one.id}/remove").status_code == 303
    assert queries.push_subscriptions(world.mary.id) == []


@pytest.mark.parametrize("given", ["", "{", "[]", '{"endpoint": 1}', "null"])
def test_what_is_no_subscription_is_refused_in_words(client: FlaskClient, world: World, given: str) -> None:
    browser = browsing.Browser(client)
    browser.have_session(world.mary)
    browser.get("/me/contacts")
    answer = browser.post("/me/push", {"subscription": given})
    assert answer.status_code == 422
    assert "did not say how it can be told" in browsing.words(answer)


def test_the_script_that_shows_pushes_is_at_the_root_and_always_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    answer.close()


def written(given: dict[str, Any]) -> str:
    """As the page's script writes it."""
    return orjson.dumps(given).decode()
