"""A rating that is being written: kept area by area, each person's own, finished once; over texts area by area."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import service
from app.ratings.entering import NewRating, Said
from app.ratings.instrument import Instrument
from app.ratings.models import Rating, RatingDraft
from app.ratings.queries import drafts as queries
from app.ratings.queries import instruments
from app.ratings.service import area_by_area, courses, drafts, rating
from app.ratings.service.area_by_area import Asking, Finished
from tests.conftest import NOW
from tests.people import World
from tests.ratings.rater import SCORES, Raters, caller, changed, registered

ROUNDS = 12


def keep(raters: Raters, **scores: int | None) -> UUID:
    with unit_of_work():
        said = {area: Said(score) for area, score in scores.items()}
        return drafts.keep(raters.patient, "wheel", "patient", said, raters.mary).row.client_id  # type: ignore[no-any-return]


def ratings() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Rating)) or 0


def test_it_grows_area_by_area_and_becomes_one_rating(client: FlaskClient, world: World) -> None:
    mary = caller(client, world, world.mary)
    first = mary.send("/rating-drafts", "PUT", code="wheel", voice="patient", said={"mood": {"score": 4}})
    assert (first.status_code, first.get_json()["next_area"]) == (200, "daily_living")
    said = {"daily_living": {"score": None}, "mood": {"score": 5, "note": "Brighter."}}
    second = mary.send("/rating-drafts", "PUT", code="wheel", voice="patient", said=said).get_json()
    assert (second["id"], second["next_area"]) == (first.get_json()["id"], "body")
    assert {one["area"]: (one["score"], one["note"]) for one in second["said"]} == {
        "mood": (5, "Brighter."),
        "daily_living": (None, None),
    }
    assert mary.get("/rating-drafts")["items"] == [second]
    finished, again = (mary.send(f"/rating-drafts/{second['id']}/finish") for _ in range(2))
    assert (finished.status_code, again.status_code) == (201, 201)
    assert again.get_json() == finished.get_json()
    made = finished.get_json()
    assert made["sent_as"] == second["id"]
    assert {one["area"]: one["score"] for one in made["areas"] if one["score"] is not None} == {"mood": 5}
    assert mary.get("/rating-drafts")["items"] == []


def test_everybody_has_their_own_and_each_voice_one(client: FlaskClient, world: World, raters: Raters) -> None:
    raters.share(Right.ACT)
    mary, tom, priya = (caller(client, world, one) for one in (world.mary, world.tom, world.priya))
    said = {"mood": {"score": 4}}
    sent = [(mary, "patient"), (tom, "patient"), (priya, "team"), (priya, "together")]
    ids = [
        who.send("/rating-drafts", "PUT", code="wheel", voice=voice, said=said).get_json()["id"] for who, voice in sent
    ]
    assert len(set(ids)) == 4
    assert [len(who.get("/rating-drafts")["items"]) for who in (mary, tom, priya)] == [1, 1, 2]
    for path, method in ((f"/rating-drafts/{ids[0]}/finish", "POST"), (f"/rating-drafts/{ids[0]}", "DELETE")):
        assert tom.send(path, method).status_code == 404
    assert mary.send(f"/rating-drafts/{ids[0]}", "DELETE").status_code == 204
    assert mary.send(f"/rating-drafts/{ids[0]}/finish").status_code == 404


def test_what_another_made_is_not_finished_with_its_id(client: FlaskClient, world: World) -> None:
    one = caller(client, world, world.mary).rate()["sent_as"]
    assert caller(client, world, world.priya).send(f"/rating-drafts/{one}/finish").status_code == 404


WRONG = {
    "off the scale": ({"mood": Said(11)}, "from 0 to 10"),
    "an area that is not there": ({"wind": Said(3)}, "no such area"),
    "left out, but not there": ({"wind": Said()}, "no such area"),
    "too many words": ({"mood": Said(3, "x" * 501)}, "up to 500"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_and_changes_nothing(raters: Raters, name: str) -> None:
    kept = keep(raters, mood=4)
    said, words = WRONG[name]
    with pytest.raises(Invalid, match=words), unit_of_work():
        drafts.keep(raters.patient, "wheel", "patient", {"home": Said(2), **said}, raters.mary)
    (draft,) = queries.mine(raters.patient, raters.mary.person_id)
    assert (draft.row.client_id, draft.said) == (kept, {"mood": Said(4)})


def test_one_of_which_nothing_was_said_is_not_finished(raters: Raters) -> None:
    kept = keep(raters, mood=None)
    with pytest.raises(Invalid, match="at least"), unit_of_work():
        drafts.finish(raters.patient, kept, raters.mary)
    assert keep(raters, mood=3) == kept


@pytest.mark.usefixtures("own_instruments")
def test_it_is_finished_in_the_version_it_was_begun_in(app: Flask, raters: Raters) -> None:
    kept, wheel = keep(raters, mood=4), instruments.newest("wheel")
    registered(app, changed(wheel, 3, areas=wheel.content["areas"][3:6]))
    assert keep(raters, care=7) == kept  # the new version has no such area
    with unit_of_work():
        made = drafts.finish(raters.patient, kept, raters.mary)
    assert instruments.kept({made.instrument_id})[made.instrument_id].version == 2
    assert keep(raters, people=7) != kept
    with pytest.raises(Invalid):
        keep(raters, care=7)


def test_a_licence_that_ends_stops_none_that_was_begun(raters: Raters, harbour: Instrument) -> None:
    raters.license(NOW.date() + timedelta(days=1))
    with unit_of_work():
        draft = drafts.keep(raters.patient, "harbour", "team", {"wind": Said(2)}, raters.priya)
    with clock.at(NOW + timedelta(days=3)):
        with pytest.raises(Conflict), unit_of_work():
            drafts.take_up(raters.patient, "harbour", "together", raters.priya)
        with unit_of_work():
            drafts.keep(raters.patient, "harbour", "team", {"tide": Said(5)}, raters.priya)
            made = drafts.finish(raters.patient, draft.row.client_id, raters.priya)
    assert harbour.by_area(made.scores) == {"wind": 2, "tide": 5}


def test_nothing_is_written_once_care_has_ended(raters: Raters) -> None:
    kept = keep(raters, mood=4)
    with unit_of_work():
        service.end_care(raters.patient, "moved")
    with pytest.raises(Conflict), unit_of_work():
        drafts.finish(raters.patient, kept, raters.mary)
    with pytest.raises(Conflict):
        keep(raters, mood=5)


def test_nothing_is_written_by_who_came_in_before_care_ended(raters: Raters) -> None:
    """Admitted while there was care, and then waited for whoever was ending it."""
    kept, admitted = keep(raters, mood=4), raters.patient
    with unit_of_work():
        service.end_care(raters.patient, "moved")
    assert admitted.ended_at is None
    for late in (
        lambda: drafts.finish(admitted, kept, raters.mary),
        lambda: drafts.keep(admitted, "wheel", "patient", {"mood": Said(5)}, raters.mary),
        lambda: rating.give(admitted, NewRating(new_id(), "wheel", "patient", SCORES), raters.mary),
        lambda: courses.start(admitted, "wheel", None, raters.priya),
    ):
        with pytest.raises(Conflict), unit_of_work():
            late()
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 0


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Each act in a thread of its own, all beginning together; what each gave."""
    start, given = threading.Barrier(len(acts)), []  # type: ignore[var-annotated]

    def do(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    given.append(act())
            except (Conflict, NotFound) as refused:
                given.append(refused)
            db.session.remove()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_two_who_finish_at_the_same_moment_make_one_rating(app: Flask, raters: Raters) -> None:
    for number in range(ROUNDS):
        kept, patient = keep(raters, mood=number % 10), raters.patient
        made = at_once(app, *[lambda one=kept, p=patient: drafts.finish(p, one, raters.mary).id] * 3)  # type: ignore[misc]
        assert len(set(made)) == 1
        assert isinstance(made[0], UUID)
        assert ratings() == number + 1
    assert db.session.scalar(select(func.count()).select_from(RatingDraft)) == 0


def test_two_who_begin_at_the_same_moment_write_one_draft(app: Flask, raters: Raters) -> None:
    patient = raters.patient

    def one(area: str) -> Callable[[], object]:
        said = {area: Said(5)}
        return lambda: drafts.keep(patient, "wheel", "patient", said, raters.mary).row.client_id

    assert len(set(at_once(app, one("mood"), one("home"), one("care")))) == 1
    db.session.rollback()
    (draft,) = queries.mine(patient, raters.mary.person_id)
    assert draft.said.keys() == {"mood", "home", "care"}


# Over texts.


def answer(raters: Raters, asked: Asking, score: int | None) -> Asking | Finished:
    with unit_of_work():
        return area_by_area.answer(raters.patient, "wheel", asked.area.code, score, raters.mary)


def ask(raters: Raters) -> Asking | Finished:
    with unit_of_work():
        return area_by_area.ask_next(raters.patient, "wheel", raters.mary)


def test_area_after_area_is_asked_and_the_last_answer_makes_the_rating(raters: Raters) -> None:
    now, asked = ask(raters), []
    while isinstance(now, Asking):
        asked.append((now.area.code, now.number, now.of))
        (waits,) = queries.asked_of(raters.mary.person_id)
        assert waits.row.asked == now.area.code
        now = answer(raters, now, None if now.area.code == "means" else now.number)
    assert asked == [(area.code, n, 8) for n, area in enumerate(instruments.newest("wheel").areas, 1)]
    assert now.rating is not None
    assert now.rating.scores == [1, 2, 3, 4, 5, None, 7, 8]
    assert queries.asked_of(raters.mary.person_id) == []


def test_asked_twice_it_is_the_same_area_and_answered_twice_it_counts_once(raters: Raters) -> None:
    first, again = ask(raters), ask(raters)
    assert isinstance(first, Asking)
    assert again == first
    second = answer(raters, first, 7)
    assert isinstance(second, Asking)
    assert answer(raters, first, 2) == second
    (draft,) = queries.mine(raters.patient, raters.mary.person_id)
    assert draft.scores == {first.area.code: 7}


def test_a_number_off_the_scale_is_refused_in_words_and_the_area_is_still_asked_for(raters: Raters) -> None:
    first = ask(raters)
    assert isinstance(first, Asking)
    with pytest.raises(Invalid, match="Choose a whole number from 0 to 10, or leave this area out"):
        answer(raters, first, 11)
    db.session.rollback()
    assert ask(raters) == first


def test_what_was_said_on_a_page_is_not_asked_for_again(raters: Raters) -> None:
    keep(raters, daily_living=3, body=2)
    now = ask(raters)
    assert isinstance(now, Asking)
    assert (now.area.code, now.number) == ("mood", 3)


def test_all_left_out_is_no_rating(raters: Raters) -> None:
    now = ask(raters)
    while isinstance(now, Asking):
        now = answer(raters, now, None)
    assert now == Finished(None)
    assert (ratings(), queries.mine(raters.patient, raters.mary.person_id)) == (0, [])


def test_stopped_or_long_ago_no_number_is_an_answer_and_what_was_said_stays(raters: Raters) -> None:
    first = ask(raters)
    assert isinstance(first, Asking)
    answer(raters, first, 4)
    with clock.at(NOW + queries.WAITS):
        assert queries.asked_of(raters.mary.person_id) == []
        assert isinstance(ask(raters), Asking)
        assert len(queries.asked_of(raters.mary.person_id)) == 1
        with unit_of_work():
            area_by_area.stop(raters.patient, "wheel", raters.mary)
        assert queries.asked_of(raters.mary.person_id) == []
        with pytest.raises(Conflict, match="No area was asked for"):
            answer(raters, first, 4)
    (draft,) = queries.mine(raters.patient, raters.mary.person_id)
    assert draft.scores == {first.area.code: 4}


def test_the_team_is_not_asked_by_text_for_what_is_the_patients(raters: Raters) -> None:
    with pytest.raises(Forbidden):
        area_by_area.ask_next(raters.patient, "wheel", raters.priya)
