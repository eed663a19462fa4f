"""The feed over the API: posts, comments, who wrote them and as what, who has seen them, pages of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.messages.models.feed import Post, PostSeen
from app.messages.queries import feed as queries
from app.messages.service import feed_seeing, posting
from app.messages.viewing import EVERYTHING, Viewer
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.by import By
from tests.conftest import NOW
from tests.messages.feeds import Reader, at_the_feed, give
from tests.patients.circles import circle_of
from tests.people import World
from tests.queries_counted import counted


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.mary)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Reader:
    give(world, world.tom, Right.SEE, Right.ACT)
    return at_the_feed(client, world, world.tom)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.priya)


def test_what_is_written_says_who_and_what_they_are(mary: Reader, tom: Reader, priya: Reader, world: World) -> None:
    give(world, world.adeyemi, Right.SEE, Right.ACT)
    nurse = at_the_feed(mary.client, world, world.adeyemi)
    for reader, words in ((mary, "Good day"), (tom, "Lunch was good"), (priya, "Well done"), (nurse, "See you Friday")):
        reader.write(words)
    found = [(one["text"], one["author"]["name"], one["author"]["said"]) for one in mary.get()["items"]]
    assert found == [
        ("See you Friday", "Bola Adeyemi", "district nurse"),
        ("Well done", "Priya Shah", "care coordinator"),
        ("Lunch was good", "Tom Okafor", "son"),
        ("Good day", "Mary Okafor", "patient"),
    ]


def test_whoever_acts_for_mary_says_so(client: FlaskClient, world: World, mary: Reader) -> None:
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        tom = next(one.member.id for one in patients.circle(patient) if one.person.id == world.tom.id)
        from_today = patient_service.NewActing(
            tom, "lasting_power_of_attorney", ("messages",), NOW.date() + timedelta(days=9), "Registered, seen today."
        )
        patient_service.record_acting(patient, from_today, world.priya.id)
    at_the_feed(client, world, world.tom).write("She sleeps well")
    (one,) = mary.get()["items"]
    assert one["author"]["said"] == "son, acting for Mary"
    assert db.session.scalars(select(Post.acting_for_id)).one() is not None


def test_comments_stand_below_their_post_oldest_first(mary: Reader, tom: Reader) -> None:
    post = mary.write("How was it?")
    for words in ("Good", "Very good", "Thank you"):
        tom.comment(post, words)
    (shown,) = mary.get()["items"]
    assert (shown["comments"], [one["text"] for one in shown["last_comments"]]) == (3, ["Very good", "Thank you"])
    first = mary.get(f"/{post['id']}/comments?limit=2")
    assert [one["text"] for one in first["items"]] == ["Thank you", "Very good"]
    rest = mary.get(f"/{post['id']}/comments?limit=2&cursor={first['next']}")
    assert ([one["text"] for one in rest["items"]], rest["next"]) == (["Good"], None)


def test_below_a_comment_nothing_is_said(mary: Reader, tom: Reader) -> None:
    comment = tom.comment(mary.write("How was it?"), "Good")
    assert tom.send(f"/{comment['id']}/comments", text="And more").status_code == 404


def test_pages_go_on_where_they_ended_while_others_write(mary: Reader, tom: Reader) -> None:
    for number in range(5):
        tom.write(f"Day {number}")
    first = mary.get("?limit=2")
    tom.write("Meanwhile")
    second = mary.get(f"?limit=2&cursor={first['next']}")
    third = mary.get(f"?limit=2&cursor={second['next']}")
    pages = [[one["text"] for one in page["items"]] for page in (first, second, third)]
    assert (pages, third["next"]) == ([["Day 4", "Day 3"], ["Day 2", "Day 1"], ["Day 0"]], None)


def test_sent_again_it_is_the_same_post(tom: Reader, mary: Reader) -> None:
    one = str(new_id())
    first, again = tom.write("Lunch was good", id=one), tom.write("Lunch was good", id=one)
    assert first["id"] == again["id"]
    assert tom.change(first, "Lunch was very good").status_code == 200
    assert tom.write("Lunch was good", id=one)["text"] == "Lunch was very good"
    assert len(mary.texts()) == 1


def test_the_same_id_with_something_else_is_refused(tom: Reader, mary: Reader) -> None:
    one = str(new_id())
    post = tom.write("Lunch was good", id=one)
    assert tom.send(text="Supper was good", id=one).status_code == 409
    assert mary.send(text="Lunch was good", id=one).status_code == 409
    assert tom.send(f"/{post['id']}/comments", text="Lunch was good", id=one).status_code == 409
    assert mary.texts() == ["Lunch was good"]


def test_whoever_was_shown_it_has_seen_it(mary: Reader, tom: Reader, priya: Reader) -> None:
    post = mary.write("Good day")
    assert mary.get(f"/{post['id']}")["seen_by"] == 0
    tom.get()
    tom.get()
    assert mary.get(f"/{post['id']}")["seen_by"] == 1
    with clock.at(NOW + timedelta(minutes=1)):
        priya.get()
    seen = [(one["name"], one["said"]) for one in mary.get(f"/{post['id']}/seen-by")["items"]]
    assert seen == [("Tom Okafor", "son"), ("Priya Shah", "care coordinator")]
    assert tom.get(f"/{post['id']}")["seen_by"] is None


def test_what_is_not_on_the_page_was_not_seen(mary: Reader, tom: Reader) -> None:
    posts = [mary.write(f"Day {number}") for number in range(3)]
    tom.get("?limit=2")
    assert [mary.get(f"/{one['id']}")["seen_by"] for one in posts] == [0, 1, 1]
    tom.comment(posts[2], "Yes")
    assert tom.unread() == 1
    assert mary.unread() == 1


def test_unread_counts_what_others_wrote_in_the_last_days(mary: Reader, tom: Reader) -> None:
    post = mary.write("Good day")
    mary.comment(post, "And sunny")
    tom.write("Here too")
    assert (mary.unread(), tom.unread()) == (1, 2)
    assert mary.take_away(post).status_code == 204
    assert tom.unread() == 1
    tom.get()
    assert tom.unread() == 0
    mary.write("Old news")
    with clock.at(NOW + timedelta(days=queries.UNREAD_DAYS, minutes=1)):
        assert queries.unread(*_tom_there(mary)) == 0


def _tom_there(reader: Reader) -> tuple[patients.AdmittedPatient, Viewer]:
    post = db.session.scalars(select(Post).limit(1)).one()
    patient = patients.admitted([post.patient_id])[post.patient_id]
    return patient, Viewer(By(new_id(), Role.MEMBER), EVERYTHING)


def test_unread_says_no_more_than_many(mary: Reader, tom: Reader, world: World) -> None:
    patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    with unit_of_work():
        for _ in range(queries.MOST_UNREAD + 5):
            posting.happened(patient, Category.MESSAGES, "visit", new_id(), "A visit was made.")
    assert tom.unread() == queries.MOST_UNREAD


def test_a_preview_writes_nobody_down_as_having_seen_it(mary: Reader, tom: Reader, world: World) -> None:
    mary.write("Good day")
    place = next(one for one in patients.circles_of(world.tom.id)).member.id
    assert [one["text"] for one in mary.get(f"?see_as={place}")["items"]] == ["Good day"]
    assert db.session.scalar(select(func.count()).select_from(PostSeen)) == 0


def test_with_toms_eyes_who_acts_sees_no_kind_beyond_their_own(
    client: FlaskClient, world: World, mary: Reader, tom: Reader
) -> None:
    """Tom sees visits; Zoe acts for Mary, but not in what is about visits."""
    give(world, world.tom, Right.SEE, category=Category.VISITS)
    mary.write("Good day")
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        posting.happened(patient, Category.VISITS, "visit", new_id(), "Bola was here")
        zoe = people.person("Zoe", "Okafor", "07700900231")
        patient_service.add_member(patient, zoe, Role.MEMBER, "daughter", world.mary.id)
    assert circle_of(client, world, world.mary).act("Zoe", "consent", "circle", "messages").status_code == 201
    place = next(one for one in patients.circles_of(world.tom.id)).member.id
    acting = at_the_feed(client, world, zoe)
    assert acting.texts() == acting.texts(f"?see_as={place}") == ["Good day"]
    assert mary.texts(f"?see_as={place}") == ["Bola was here", "Good day"]


def test_who_may_only_read_writes_nothing(mary: Reader, client: FlaskClient, world: World) -> None:
    give(world, world.tom, Right.SEE)
    tom, post = at_the_feed(client, world, world.tom), mary.write("Good day")
    assert tom.texts() == ["Good day"]
    assert tom.send(text="Hello").status_code == 403
    assert tom.send(f"/{post['id']}/comments", text="Hello").status_code == 403
    assert tom.feel(post, "hug").status_code == 403
    assert at_the_feed(client, world, world.adeyemi).ask().status_code == 403
    assert at_the_feed(client, world, world.stranger).ask().status_code == 404


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001, "a\x00b"])
def test_nothing_too_much_or_not_storable_is_refused(tom: Reader, words: str) -> None:
    answer = tom.send(text=words)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/text")


def test_whoever_writes_without_end_is_slowed_down(tom: Reader) -> None:
    statuses = [tom.send(text=f"Post {number}").status_code for number in range(posting.MOST_AN_HOUR + 1)]
    assert (statuses.count(201), statuses[-1]) == (posting.MOST_AN_HOUR, 429)


def test_a_page_costs_the_same_however_much_is_on_it(mary: Reader, tom: Reader, world: World) -> None:
    def asked() -> int:
        with counted() as statements:
            mary.get("?limit=50")
        return len(statements)

    mary.write("First")
    few = asked()
    for number in range(12):
        post = tom.write(f"Day {number}")
        mary.comment(post, "Thank you")
        mary.feel(post, "thanks")
    assert asked() == few
    with counted() as statements:
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        feed_seeing.page(patient, Viewer(By(world.mary.id, Role.PATIENT), EVERYTHING), None, 10)
    assert len(statements) == 2  # the patient, and the page


def test_the_first_page_is_read_by_its_index(mary: Reader, tom: Reader, world: World) -> None:
    _many(world, 3000)
    with counted() as statements:
        mary.get()
    (page,) = [one for one in statements if "from post p where" in one]
    values = {"patient_id": world.mary_patient.id, "categories": [str(one) for one in Category], "me": world.mary.id}
    more = {"notes": True, "for_family": True, "now": NOW, "limit": 10, "last_comments": 2}
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        plan = "\n".join(row[0] for row in driver.execute(f"explain (analyze) {page}", values | more))
        connection.rollback()
    assert "Index Scan Backward using ix_post_feed" in plan, plan
    assert "Seq Scan on post " not in plan, plan


def _many(world: World, count: int) -> None:
    """Posts written by the database itself; nobody opens them."""
    with unit_of_work():
        db.session.execute(
            text("""
                insert into post (id, created_at, organisation_id, patient_id, author_id, author_role, category,
                    client_id, channel, version)
                select gen_random_uuid(), :now - make_interval(mins => n), :organisation_id, :patient_id, :author_id,
                    'member', 'messages', gen_random_uuid(), 'page', 1 from generate_series(1, :count) n
            """),
            {
                "now": NOW,
                "organisation_id": world.organisation.id,
                "patient_id": world.mary_patient.id,
                "author_id": world.tom.id,
                "count": count,
            },
        )
    db.session.execute(text("analyze post"))
    db.session.commit()
