"""Web push, against a push service that opens what it is sent as the browser would."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app.core import clock, vapid
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import PushSubscription
from app.identity.service import push_subscriptions
from app.notifications import channels, kinds
from app.notifications.channels import Attempt, Handover, configured
from app.notifications.models import Delivery, OutOfReach
from app.notifications.outcomes import Outcome
from app.notifications.service import sending
from tests.conftest import NOW
from tests.notifications.conftest import outcomes_of, row, send_at
from tests.people import World
from tests.stand_ins.push_service import Browser, PushServiceStandIn

BODY = (
    "2 doses of Mary due at 08:00. Open Kith to say what became of it: {url}/today/7 Not for emergencies: 999 or 111."
)


@pytest.fixture
def service(app: Flask) -> Iterator[PushServiceStandIn]:
    """A push service, and the app pushing to it and to nobody else."""
    before, ways = app.config["KITH"], app.extensions["channels"]
    with PushServiceStandIn() as stand_in:
        push = vapid.Push("web", vapid.new_key(), (stand_in.origin,))
        app.config["KITH"] = dataclasses.replace(before, push=push)
        app.extensions["channels"] = ways | {channels.PUSH: configured.by_name(app.config["KITH"])[channels.PUSH]}
        yield stand_in
    app.config["KITH"], app.extensions["channels"] = before, ways


def told_on(browser: Browser, person_id: UUID, label: str = "Chrome on Android") -> UUID:
    given = browser.subscription()
    with unit_of_work():
        return push_subscriptions.subscribe(person_id, given["endpoint"], **given["keys"], label=label).id


def push(world: World, app: Flask, kind: kinds.Kind = kinds.REMINDER) -> UUID:
    """A delivery by push for Mary, as reminders write it."""
    one = Delivery(
        organisation_id=world.organisation.id, patient_id=world.mary_patient.id, recipient_id=world.mary.id,
        about="reminder", about_id=world.mary_patient.id, kind=kind.name, priority=kind.priority_of_push,
        due_at=clock.now(), channel=channels.PUSH, useful_until=clock.now() + timedelta(minutes=20),
    )  # fmt: skip
    one.body = BODY.format(url=app.config["KITH"].public_url)
    with unit_of_work():
        db.session.add(one)
        db.session.flush()
        return one.id


def kept(subscription_id: UUID) -> PushSubscription:
    with unit_of_work():
        return db.session.get_one(PushSubscription, subscription_id, populate_existing=True)


def test_a_browser_is_told_in_words_that_name_nobody(app: Flask, world: World, service: PushServiceStandIn) -> None:
    browser = service.browser()
    subscription, delivery = told_on(browser, world.mary.id), push(world, app)
    assert sending.send_all_due() == 1
    (pushed,) = browser.pushed
    assert pushed.content == {
        "title": "Kith",
        "body": "It is time for something on your list. Not for emergencies: 999 or 111.",
        "path": "/today/7",
        "tag": delivery.hex,
    }
    assert row(delivery).state == "accepted"
    assert kept(subscription).last_success_at == NOW


def test_the_push_service_can_read_nothing_and_knows_who_pushes(
    app: Flask, world: World, service: PushServiceStandIn
) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    delivery = push(world, app)
    sending.send_all_due()
    (pushed,) = browser.pushed
    settings = app.config["KITH"]
    assert pushed.claims == {
        "aud": service.origin,
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": settings.public_url,
        "k": settings.push.public_key,
    }
    assert b"list" not in pushed.raw
    assert b"today" not in pushed.raw
    said = {name: pushed.headers[name] for name in ("Ttl", "Urgency", "Content-Encoding", "Topic")}
    assert said == {"Ttl": "1200", "Urgency": "high", "Content-Encoding": "aes128gcm", "Topic": delivery.hex}


def test_the_topic_is_one_that_push_services_take(app: Flask, world: World) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", push(world, app).hex)


@pytest.mark.parametrize(
    "answer, outcome",
    [
        (201, "accepted"),
        (202, "accepted"),
        (404, "refused_recipient"),
        (410, "refused_recipient"),
        (429, "not_processed"),
        (500, "not_processed"),
        (503, "not_processed"),
        (400, "content_or_sender"),
        (401, "content_or_sender"),
        (403, "content_or_sender"),
        (413, "content_or_sender"),
        (302, "content_or_sender"),
    ],
)
def test_what_an_answer_means(app: Flask, world: World, service: PushServiceStandIn, answer: int, outcome: str) -> None:
    service.script((answer, {"Location": "http://127.0.0.1:9/elsewhere"} if answer == 302 else {}))
    subscription, delivery = told_on(service.browser(), world.mary.id), push(world, app)
    send_at(NOW)
    assert outcomes_of(delivery) == [outcome]
    assert (kept(subscription).gone_at is not None) == (answer in (404, 410))


def test_a_push_that_was_not_processed_is_tried_again_when_the_service_says(
    app: Flask, world: World, service: PushServiceStandIn
) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    service.script((429, {"Retry-After": "90"}))
    delivery = push(world, app)
    send_at(NOW)
    assert row(delivery).due_at >= NOW + timedelta(seconds=90)
    send_at(NOW + timedelta(minutes=3))
    assert outcomes_of(delivery) == ["not_processed", "accepted"]
    assert len(browser.pushed) == 1


def test_a_push_that_was_left_by_whoever_had_it_is_sent_again_under_its_topic(
    app: Flask, world: World, service: PushServiceStandIn
) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    delivery = push(world, app)
    assert len(sending.claim_pushes(9)) == 1
    send_at(NOW + timedelta(minutes=1))
    assert row(delivery).state == "accepted"
    assert [one.headers["Topic"] for one in browser.pushed] == [delivery.hex]


def test_every_browser_is_told_and_one_that_is_gone_never_again(
    app: Flask, world: World, service: PushServiceStandIn
) -> None:
    first, second = service.browser(), service.browser()
    told_on(first, world.mary.id)
    gone = told_on(second, world.mary.id)
    service.script(410)  # the newest is asked first
    delivery = push(world, app)
    sending.send_all_due()
    assert (row(delivery).state, len(first.pushed), len(second.pushed)) == ("accepted", 1, 0)
    assert kept(gone).gone_at == NOW
    push(world, app)
    sending.send_all_due()
    assert (len(first.pushed), len(second.pushed)) == (2, 0)


def test_who_has_no_browser_left_cannot_be_told_by_push(app: Flask, world: World, service: PushServiceStandIn) -> None:
    delivery = push(world, app)
    sending.send_all_due()
    assert (row(delivery).state, row(delivery).last_outcome) == ("failed", "refused_recipient")


def test_a_service_that_does_not_answer_is_tried_again(app: Flask, world: World, service: PushServiceStandIn) -> None:
    told_on(service.browser(), world.mary.id)
    delivery = push(world, app)
    service.__exit__(None, None, None)
    sending.send_all_due()
    assert outcomes_of(delivery) == ["not_processed"]
    assert row(delivery).state == "pending"


def test_nothing_is_pushed_past_its_time(app: Flask, world: World, service: PushServiceStandIn) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    delivery = push(world, app)
    send_at(NOW + timedelta(minutes=21))
    assert (row(delivery).state, browser.pushed) == ("stale", [])


def test_who_was_locked_out_is_told_nothing(app: Flask, world: World, service: PushServiceStandIn) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    delivery = push(world, app)
    with unit_of_work():
        queries.person(world.mary.id).is_active = False
    sending.send_all_due()
    assert (row(delivery).last_outcome, browser.pushed) == ("no_longer_told", [])


def test_a_phone_that_takes_no_texts_takes_pushes(app: Flask, world: World, service: PushServiceStandIn) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    with unit_of_work():
        db.session.add(OutOfReach(phone_index=queries.person(world.mary.id).phone_index or b"", why="opted_out"))
    push(world, app)
    sending.send_all_due()
    assert len(browser.pushed) == 1


def test_an_address_that_is_no_push_service_is_never_asked(
    app: Flask, world: World, service: PushServiceStandIn
) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    app.config["KITH"] = dataclasses.replace(app.config["KITH"], push=dataclasses.replace(
        app.config["KITH"].push, services=("push.example",)
    ))  # fmt: skip
    channel = configured.by_name(app.config["KITH"])[channels.PUSH]
    given = Handover(UUID(int=1), str(world.mary.id), BODY, timedelta(minutes=1))
    assert channel.send(given) == Attempt(Outcome.CONTENT_OR_SENDER)
    assert browser.pushed == []


LINKS = [
    ("a link of ours", "See {url}/a/1 Not for emergencies", "/a/1"),
    ("another's link", "See https://elsewhere.example/a/1", "/"),
    ("no link", "Nothing to see", "/"),
]


@pytest.mark.parametrize("body, path", [one[1:] for one in LINKS], ids=[one[0] for one in LINKS])
def test_it_leads_to_our_own_pages_only(
    app: Flask, world: World, service: PushServiceStandIn, body: str, path: str
) -> None:
    browser = service.browser()
    told_on(browser, world.mary.id)
    text = body.format(url=app.config["KITH"].public_url)
    channels.of_this_app(channels.PUSH).send(Handover(UUID(int=1), str(world.mary.id), text, timedelta(minutes=1)))
    assert browser.pushed[0].content["path"] == path


@pytest.mark.parametrize(
    "endpoint, known",
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://fcm.googleapis.com:443/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evil.example/?fcm.googleapis.com", False),
        ("https://fcm.googleapis.com@127.0.0.1/x", False),
        ("https://127.0.0.1/x", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/x", False),
        ("https://[::1/x", False),
        ("https://push.services.mozilla.com.evil/x", False),
        ("https://evilpush.services.mozilla.com/x", False),
        ("https://127.0.0.1\\@fcm.googleapis.com/x", False),
        ("ftp://fcm.googleapis.com/x", False),
        ("", False),
    ],
)
def test_only_push_services_are_spoken_to(endpoint: str, known: bool) -> None:
    assert vapid.Push("web", vapid.new_key(), tuple(vapid.SERVICES.split())).knows(endpoint) is known
