"""News of a circle reaches people as they chose: at once, together, in peace, and only while it is still theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery, DigestItem
from app.notifications.service import choosing, digests, news
from app.notifications.service.news import News
from app.notifications.telling import HELP, How
from app.patients import queries as patients
from app.patients import service
from app.patients.queries.telling import those_told
from tests.people import World, signed_in
from tests.queries_counted import counted

NIGHT = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def told_of_messages(world: World) -> None:
    """Tom may read what is said in Mary's circle, and be told of it."""
    patient = patients.admitted_one(world.mary_patient.id)
    with unit_of_work():
        for right in (Right.SEE, Right.BE_TOLD):
            service.give_grant(patient, member_id(world), Category.MESSAGES, right, date(2027, 3, 1), world.mary.id)


def member_id(world: World) -> UUID:
    """Tom's place in Mary's circle."""
    return next(one.member.id for one in patients.circles_of(world.tom.id))


def tell(world: World, *, about: str = "thread", is_urgent: bool = False) -> UUID:
    """Something happened around Mary, and Tom is told."""
    patient = patients.admitted_one(world.mary_patient.id)
    one = News(Category.MESSAGES, about, new_id(), "member_left", {"member": "Anna"}, is_urgent=is_urgent)
    with unit_of_work():
        news.tell(patient, one, [world.tom.id])
    return one.about_id


def sent(world: World) -> list[str]:
    """What is on its way to Tom, in order."""
    to_tom = select(Delivery).where(Delivery.recipient_id == world.tom.id).order_by(Delivery.created_at, Delivery.id)
    return [one.body or "" for one in db.session.scalars(to_tom)]


def test_by_day_it_is_told_at_once(world: World) -> None:
    tell(world)
    assert [body.startswith("Kith: Tom, Anna has left") for body in sent(world)] == [True]


def test_at_night_it_waits_and_is_told_as_it_was(world: World) -> None:
    with clock.at(NIGHT):
        tell(world)
        digests.send_due()
        assert sent(world) == []
    with clock.at(MORNING):
        assert digests.send_due() == 1
        assert digests.send_due() == 0
    assert [body.startswith("Kith: Tom, Anna has left") for body in sent(world)] == [True]


def test_what_is_urgent_passes_the_night(world: World) -> None:
    with clock.at(NIGHT):
        tell(world, is_urgent=True)
    assert len(sent(world)) == 1


def test_several_things_are_told_together_by_their_number(world: World) -> None:
    for about in ("post", "post", "post"):
        tell(world, about=about)
    with clock.at(NIGHT):
        tell(world, about="help")
    assert sent(world) == []
    with clock.at(MORNING):
        digests.send_due()
    (body,) = sent(world)
    assert "Mary O.: 3 posts, 1 request for help." in body
    assert "Anna" not in body


def test_who_wants_nothing_is_told_nothing(world: World) -> None:
    with unit_of_work():
        choosing.choose(world.tom.id, {"categories": {"messages": How.NONE}})
    tell(world)
    assert (sent(world), db.session.scalars(select(DigestItem)).all()) == ([], [])


def test_who_wants_no_posts_is_told_of_help_and_the_other_way_round(world: World) -> None:
    with unit_of_work():
        choosing.choose(world.tom.id, {"categories": {Category.MESSAGES: How.NONE}})
    tell(world)
    assert sent(world) == []
    tell(world, about=HELP)
    assert len(sent(world)) == 1
    with unit_of_work():
        choosing.choose(world.tom.id, {"categories": {Category.MESSAGES: None, HELP: How.NONE}})
    tell(world, about=HELP)
    assert len(sent(world)) == 1
    tell(world)
    assert len(sent(world)) == 2


def test_peace_that_was_asked_for_since_is_kept(world: World) -> None:
    with clock.at(NIGHT):
        tell(world)
    with clock.at(MORNING - timedelta(minutes=1)), unit_of_work():
        choosing.mute(world.tom.id, MORNING + timedelta(hours=5))
    with clock.at(MORNING):
        assert digests.send_due() == 0
    with clock.at(MORNING + timedelta(hours=5)):
        assert digests.send_due() == 1
    assert len(sent(world)) == 1


def test_what_happens_again_is_told_again(world: World) -> None:
    patient, about_id = patients.admitted_one(world.mary_patient.id), new_id()
    one = News(Category.MESSAGES, "thread", about_id, "member_left", {"member": "Anna"})
    for night in (NIGHT, NIGHT + timedelta(days=1)):
        with clock.at(night), unit_of_work():
            news.tell(patient, one, [world.tom.id])
            news.tell(patient, one, [world.tom.id])
        with clock.at(night + timedelta(hours=8)):
            digests.send_due()
    assert len(sent(world)) == 2


def test_a_shared_phone_is_told_no_more_later_either(world: World) -> None:
    with clock.at(NIGHT):
        tell(world, about="post")
        tell(world)
    with unit_of_work():
        choosing.choose(world.tom.id, {"detail": "least"})
    with clock.at(MORNING):
        digests.send_due()
    assert ["something new" in body for body in sent(world)] == [True]


def test_a_colleague_elsewhere_with_no_grant_is_not_told(world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)
    with clock.at(NIGHT), unit_of_work():
        news.tell(
            patient, News(Category.MESSAGES, "post", new_id(), "member_left", {"member": "A"}), [world.adeyemi.id]
        )
    with clock.at(MORNING + timedelta(days=1)):
        assert digests.send_due() == 0


def test_somebody_who_may_see_it_no_more_is_not_told(world: World) -> None:
    with clock.at(NIGHT):
        tell(world, about="post")
    with unit_of_work():
        service.leave(world.tom.id, member_id(world))
    with clock.at(MORNING + timedelta(days=1)):
        assert digests.send_due() == 0
    assert sent(world) == []


def test_a_phone_may_be_told_only_that_there_is_something(world: World) -> None:
    with unit_of_work():
        choosing.choose(world.tom.id, {"detail": "least"})
    tell(world)
    assert [body.startswith("Kith: Tom, there is something new for you.") for body in sent(world)] == [True]


def test_however_many_are_told_it_is_three_statements(world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)
    one = News(Category.MESSAGES, "thread", new_id(), "member_left", {"member": "Anna"})
    everybody = [world.tom.id, world.mary.id, world.priya.id]
    with unit_of_work(), counted() as statements:
        news.tell(patient, one, everybody)
    assert len(statements) <= 3


def test_those_told_are_members_with_the_grant(world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)
    assert those_told(patient, Category.MESSAGES) == [world.tom.id]
    assert those_told(patient, Category.MESSAGES, and_patient=True) == [world.mary.id, world.tom.id]
    assert those_told(patient, Category.VISITS) == []


class TestApi:
    """GET and PATCH /api/me/telling."""

    def test_what_holds_until_somebody_chooses(self, client: FlaskClient, world: World) -> None:
        told = client.get("/api/me/telling", headers=signed_in(client, world.tom)).get_json()
        assert told == {
            "categories": {}, "quiet_from": "21:00:00", "quiet_until": "07:00:00", "muted_until": None,
            "detail": "usual",
        }  # fmt: skip

    def test_a_choice_and_back_to_usual(self, client: FlaskClient, world: World) -> None:
        headers = signed_in(client, world.tom) | {"If-Match": '"1"'}
        change = {"categories": {"messages": "morning"}, "quiet_from": None, "quiet_until": None, "detail": "words"}
        answer = client.patch("/api/me/telling", json=change, headers=headers)
        assert answer.get_json()["categories"] == {"messages": "morning"}
        again = headers | {"If-Match": answer.headers["ETag"]}
        assert (
            client.patch("/api/me/telling", json={"categories": {"messages": None}}, headers=again).status_code == 200
        )
        assert client.patch("/api/me/telling", json=change, headers=headers).status_code == 412

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"quiet_from": "21:00"}, "/quiet_until"),
            ({"quiet_from": "21:00", "quiet_until": None}, "/quiet_until"),
            ({"muted_until": "2026-11-18T09:00:00Z"}, "/muted_until"),
            ({"categories": {"messages": "hourly"}}, "/categories/messages"),
            ({"categories": {"weather": "none"}}, "/categories/weather"),
            ({"detail": "everything"}, "/detail"),
        ],
    )
    def test_what_cannot_be_chosen(
        self, client: FlaskClient, world: World, change: dict[str, object], pointer: str
    ) -> None:
        headers = signed_in(client, world.tom) | {"If-Match": '"1"'}
        answer = client.patch("/api/me/telling", json=change, headers=headers)
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
