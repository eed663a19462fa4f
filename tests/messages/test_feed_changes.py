"""Posts that are changed, taken away, felt about and reported; the box that closes; who is told."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages import feed_box
from app.messages.models.feed import PostReport, PostVersion
from app.messages.service import posting
from app.notifications.models import DigestItem
from app.notifications.service import choosing
from app.patients import queries as patients
from app.patients import service as patient_service
from app.todos.models import Todo
from tests.messages.feeds import Reader, at_the_feed, give
from tests.people import World
from tests.records.test_export import ask, opened


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.mary)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Reader:
    give(world, world.tom, Right.SEE, Right.ACT, Right.BE_TOLD)
    return at_the_feed(client, world, world.tom)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.priya)


def test_changed_it_says_so_and_keeps_what_it_said(mary: Reader, tom: Reader, priya: Reader) -> None:
    post = tom.write("Lunch at noon")
    assert tom.change(post, "Lunch at one").status_code == 200
    (shown,) = mary.get()["items"]
    assert (shown["text"], shown["changed_at"] is not None, shown["version"]) == ("Lunch at one", True, 2)
    for reader in (tom, priya):
        assert [one["text"] for one in reader.get(f"/{post['id']}/before")["items"]] == ["Lunch at noon"]
    assert mary.ask(f"/{post['id']}/before").status_code == 403


def test_changed_to_the_same_it_was_not_changed(tom: Reader) -> None:
    post = tom.write("Lunch at noon")
    assert tom.change(post, "Lunch at noon").get_json()["changed_at"] is None
    assert tom.get(f"/{post['id']}/before")["items"] == []


def test_of_two_changes_at_once_the_second_is_refused(tom: Reader) -> None:
    post = tom.write("Lunch at noon")
    assert tom.change(post, "Lunch at one").status_code == 200
    assert tom.change(post, "Lunch at two", version=1).status_code == 412
    assert tom.texts() == ["Lunch at one"]


def test_only_whoever_wrote_it_changes_it_or_takes_it_away(mary: Reader, tom: Reader, priya: Reader) -> None:
    post = tom.write("Lunch at noon")
    for reader in (mary, priya):
        assert reader.change(post, "No lunch").status_code == 403
        assert reader.take_away(post).status_code == 403
    assert mary.texts() == ["Lunch at noon"]
    assert db.session.scalars(select(PostVersion)).all() == []


def test_taken_away_it_leaves_who_did_it(mary: Reader, tom: Reader, priya: Reader) -> None:
    post = tom.write("Lunch at noon")
    mary.comment(post, "Good")
    assert tom.take_away(post).status_code == 204
    assert tom.take_away(post).status_code == 204
    (shown,) = mary.get()["items"]
    assert (shown["text"], shown["author"]["name"], shown["taken_away_at"] is not None) == (None, "Tom Okafor", True)
    assert [one["text"] for one in shown["last_comments"]] == ["Good"]
    assert [one["text"] for one in priya.get(f"/{post['id']}/before")["items"]] == ["Lunch at noon"]
    assert mary.ask(f"/{post['id']}/before").status_code == 403
    assert tom.change(post, "Back again", version=2).status_code == 409
    assert mary.send(f"/{post['id']}/comments", text="Why?").status_code == 409
    assert mary.feel(post, "hug").status_code == 409


def test_one_sign_each_changed_and_taken_back(mary: Reader, tom: Reader, priya: Reader) -> None:
    post = mary.write("Good day")
    assert tom.feel(post, "heart").status_code == 204
    assert tom.get(f"/{post['id']}")["my_reaction"] == "heart"
    tom.feel(post, "hug")
    priya.feel(post, "hug")
    (shown,) = mary.get()["items"]
    assert (shown["reactions"], shown["my_reaction"]) == ([{"kind": "hug", "count": 2}], None)
    felt = [(one["who"]["name"], one["kind"]) for one in mary.get(f"/{post['id']}/reactions")["items"]]
    assert sorted(felt) == [("Priya Shah", "hug"), ("Tom Okafor", "hug")]
    assert tom.feel(post, None).status_code == 204
    assert tom.feel(post, None).status_code == 204
    assert mary.get()["items"][0]["reactions"] == [{"kind": "hug", "count": 1}]
    assert tom.feel(post, "thumbs_down").status_code == 422
    tom.feel(post, "thanks")
    assert mary.get()["items"][0]["reactions"] == [{"kind": "thanks", "count": 1}, {"kind": "hug", "count": 1}]


def test_a_report_reaches_the_coordinator_and_not_the_author(
    mary: Reader, tom: Reader, priya: Reader, world: World
) -> None:
    post = mary.write("Tom never comes")
    assert tom.report(post, "This is not true and hurts").status_code == 204
    assert tom.report(post, "Once more").status_code == 204
    (todo,) = db.session.scalars(select(Todo))
    assert (todo.owner_id, todo.kind) == (world.priya.id, "post_reported")
    assert todo.reason == (
        "A post by Mary Okafor (patient) in the circle’s news was reported as not right. Open it there to read why."
    )
    (report,) = priya.get(f"/{post['id']}/reports")["items"]
    assert (report["who"]["name"], report["reason"]) == ("Tom Okafor", "This is not true and hurts")
    assert mary.ask(f"/{post['id']}/reports").status_code == 403
    assert tom.ask(f"/{post['id']}/reports").status_code == 403
    assert mary.report(post, "My own").status_code == 409
    assert len(db.session.scalars(select(PostReport)).all()) == 1


def test_a_coordinator_who_is_reported_does_not_learn_by_whom(mary: Reader, priya: Reader, client: FlaskClient,
                                                              world: World) -> None:  # fmt: skip
    post = priya.write("You should try harder")
    assert mary.report(post, "She is unkind").status_code == 204
    assert priya.ask(f"/{post['id']}/reports").status_code == 403
    lead = at_the_feed(client, world, world.lead)
    assert [one["reason"] for one in lead.get(f"/{post['id']}/reports")["items"]] == ["She is unkind"]


def told() -> list[tuple[str, str]]:
    """Who is told what, from what is gathered for their next message."""
    rows = db.session.scalars(select(DigestItem).where(DigestItem.told_at.is_(None)).order_by(DigestItem.created_at))
    people = {one.id: one.given_name for one in db.session.scalars(select(Person))}
    return sorted((people[row.person_id], row.template) for row in rows)


def test_a_post_is_told_to_those_who_may_be_told_and_not_to_its_author(
    mary: Reader, tom: Reader, priya: Reader, world: World
) -> None:
    give(world, world.adeyemi, Right.SEE)
    post = tom.write("Lunch was good")
    assert told() == [("Mary", "feed_post")]
    priya.write("Well done")
    assert told() == [("Mary", "feed_post"), ("Mary", "feed_post"), ("Tom", "feed_post")]
    bodies = [row.body for row in db.session.scalars(select(DigestItem))]
    assert all("Lunch" not in str(one) and "Well done" not in str(one) for one in bodies)
    tom.take_away(post)
    assert told() == [("Mary", "feed_post"), ("Tom", "feed_post")]


def test_a_comment_is_told_to_those_who_talk_there(mary: Reader, tom: Reader, priya: Reader, world: World) -> None:
    give(world, world.adeyemi, Right.SEE, Right.ACT, Right.BE_TOLD)
    nurse = at_the_feed(mary.client, world, world.adeyemi)
    post = priya.write("How was the weekend?")
    before = told()
    nurse.comment(post, "I was not there")
    assert told() == before  # Priya is of the team: she reads it in the console
    tom.comment(post, "Very good")
    assert sorted(set(told()) - set(before)) == [("Bola", "feed_comment")]


def test_below_a_post_about_a_visit_only_who_may_be_told_of_visits_is_told(
    mary: Reader, tom: Reader, world: World
) -> None:
    give(world, world.tom, Right.SEE, category=Category.VISITS)
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        post = {"id": str(posting.happened(patient, Category.VISITS, "visit", new_id(), "Bola was here"))}
    tom.comment(post, "How was it?")
    mary.comment(post, "She fell asleep")
    assert [one for one in told() if one[0] == "Tom"] == []
    give(world, world.tom, Right.BE_TOLD, category=Category.VISITS)
    mary.comment(post, "And woke up")
    assert [one for one in told() if one[0] == "Tom"] == [("Tom", "feed_comment")]
    assert set(db.session.scalars(select(DigestItem.category))) == {"visits"}


def test_whoever_was_not_told_yet_is_told_what_a_post_says_now(mary: Reader, tom: Reader, world: World) -> None:
    with unit_of_work():
        choosing.choose(world.mary.id, {"detail": "words"})
    post = tom.write("Lunch was bad")
    waits = select(DigestItem).where(DigestItem.told_at.is_(None))
    assert ["Lunch was bad" in str(one.body) for one in db.session.scalars(waits)] == [True]
    changed = tom.change(post, "Lunch was good").get_json()
    assert [str(one.body).partition("Lunch was ")[2][:4] for one in db.session.scalars(waits)] == ["good"]
    with unit_of_work():
        db.session.execute(update(DigestItem).values(told_at=clock.now()))
    tom.change(changed, "Lunch was late")
    assert told() == []  # she was told once


def test_what_was_gathered_for_a_reader_is_not_in_their_copy(mary: Reader, tom: Reader, world: World) -> None:
    with unit_of_work():
        choosing.choose(world.tom.id, {"detail": "words"})
    mary.take_away(mary.write("Lunch was bad"))
    own = opened(tom.client.get(ask(tom.client, tom.headers), headers=tom.headers))
    assert [one["template"] for one in own["digest_item"]] == ["feed_post"]
    assert "Lunch was bad" not in own["all"]


def test_when_care_has_ended_the_box_is_closed_and_all_stays(mary: Reader, tom: Reader, world: World) -> None:
    post = mary.write("Good day")
    assert mary.get("/box") == {
        "closed": None,
        "readers": "Tom and the Riverside Long-Term Conditions team can read this.",
    }
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        patient_service.end_care(patient, "moved")
    closed = feed_box.ENDED.format(team="Riverside Long-Term Conditions")
    assert mary.get("/box") == {"closed": closed, "readers": None}
    assert mary.texts() == ["Good day"]
    for answer in (
        mary.send(text="More"),
        tom.send(f"/{post['id']}/comments", text="More"),
        mary.change(post, "Bad day"),
        tom.feel(post, "hug"),
    ):
        assert (answer.status_code, answer.get_json()["detail"]) == (409, closed)
    assert mary.take_away(post).status_code == 204


def test_where_nobody_else_can_read_it_the_box_is_closed(mary: Reader, world: World) -> None:
    staff = (world.priya.id, world.lind.id, world.lead.id)
    with unit_of_work():
        db.session.execute(update(Person).where(Person.id.in_(staff)).values(locked_at=clock.now()))
    closed = mary.get("/box")["closed"]
    assert closed == feed_box.NOBODY.format(team="Riverside Long-Term Conditions")
    assert mary.send(text="Hello?").get_json()["detail"] == closed


@pytest.mark.parametrize(
    ("names", "team", "said"),
    [
        (["Mary"], False, "Mary can read this."),
        (["Mary", "Tom"], True, "Mary, Tom and the Rise team can read this."),
        (["A", "B", "C", "D", "E"], True, "A, B, C, 2 more and the Rise team can read this."),
        ([], True, "The Rise team can read this."),
    ],
)
def test_who_reads_along_is_said(names: list[str], team: bool, said: str) -> None:
    assert feed_box.box(names, "Rise", team_reads=team, has_ended=False).readers == said


def test_who_may_write_and_not_read_is_shown_only_what_they_wrote(
    mary: Reader, client: FlaskClient, world: World
) -> None:
    give(world, world.tom, Right.ACT)
    tom, post = at_the_feed(client, world, world.tom), mary.write("Good day")
    assert tom.write("Hello from the train")["text"] == "Hello from the train"
    assert tom.comment(post, "And to you")["text"] == "And to you"
    assert (tom.ask().status_code, tom.ask(f"/{post['id']}").status_code) == (403, 403)
    assert tom.change(post, "Bad day").status_code == 403
    assert tom.feel(post, "hug").get_data() == b""


def test_a_copy_of_the_record_does_not_say_who_reported(mary: Reader, tom: Reader) -> None:
    tom.report(mary.write("Tom never comes"), "This is not true and hurts")
    copy = opened(mary.client.get(ask(mary.client, mary.headers), headers=mary.headers))
    assert "Tom never comes" in copy["all"]
    assert "post_report" not in copy
    assert "not true and hurts" not in copy["all"]
    own = opened(tom.client.get(ask(tom.client, tom.headers), headers=tom.headers))
    assert [one["reason"] for one in own["post_report"]] == ["This is not true and hurts"]
