"""How carers are themselves: theirs, shown only as they agree, asked by text where they want."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages import carer_questions
from app.messages import jobs as message_jobs
from app.messages.models.carers import CarerCheckIn, CarerConsent
from app.messages.queries import carers as queries
from app.messages.service import carers
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.patients import queries as patients
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.texting.texted import TOM, texted
from tests.web.browsing import Browser, words

HEAVY, LIGHT = [8, 8, 7], [2, 3, 1]
MONTH = timedelta(days=30, minutes=1)


@pytest.fixture
def place(world: World) -> UUID:
    """Tom's place in the circle of Mary."""
    return next(one.member.id for one in patients.circles_of(world.tom.id))


def says(world: World, answers: list[int]) -> None:
    with unit_of_work():
        carers.check_in(world.tom.id, new_id(), answers, "page")


def agrees(world: World, place: UUID, agreed: str = "shown") -> None:
    with unit_of_work():
        carers.agree(world.tom.id, place, agreed)


def todos() -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == carers.STRAIN)))


def shown(world: World) -> list[list[int]]:
    return [one.answers for one in queries.shown(patients.admitted_one(world.mary_patient.id))]


class TestConsent:
    """Nothing is shown that was not agreed to."""

    def test_without_it_nobody_sees_anything_and_nobody_is_asked(self, world: World) -> None:
        says(world, HEAVY)
        assert (shown(world), todos()) == ([], [])
        assert [queries.numbers(one) for one in queries.own(world.tom.id)] == [HEAVY]

    def test_with_it_what_is_said_from_then_on_is_shown_and_strain_is_a_to_do(self, world: World, place: UUID) -> None:
        says(world, HEAVY)
        with clock.at(NOW + timedelta(minutes=1)):
            agrees(world, place)
            says(world, LIGHT)
            assert (shown(world), todos()) == ([LIGHT], [])
            says(world, HEAVY)
            says(world, HEAVY)
        (todo,) = todos()
        assert "Tom Okafor" in (todo.reason or "")
        assert not any(number in (todo.reason or "") for number in "0123456789")  # the record is Mary's, this is Tom's
        (consent,) = db.session.scalars(select(CarerConsent))
        assert consent.wording == carer_questions.CONSENT_VERSION

    def test_ended_nothing_is_shown_any_more(self, world: World, place: UUID) -> None:
        agrees(world, place)
        says(world, LIGHT)
        with unit_of_work():
            carers.end(world.tom.id, place, "shown")
        says(world, HEAVY)
        assert (shown(world), todos()) == ([], [])

    def test_for_a_circle_of_others_there_is_nothing_to_agree(self, world: World, place: UUID) -> None:
        with pytest.raises(NotFound):
            carers.agree(world.mary.id, place, "shown")

    def test_sent_twice_is_once_and_other_answers_are_refused(self, world: World) -> None:
        one = new_id()
        for _ in range(2):
            with unit_of_work():
                carers.check_in(world.tom.id, one, LIGHT, "page")
        with pytest.raises(Conflict):
            carers.check_in(world.tom.id, one, HEAVY, "page")
        assert len(db.session.scalars(select(CarerCheckIn)).all()) == 1


class TestByText:
    """Once a month, by day, and the answer is a text."""

    def ask(self, after: timedelta = MONTH) -> list[Delivery]:
        with clock.at(NOW + after):
            for _ in range(2):
                with unit_of_work():
                    carers.ask_by_text()
            sending.send_all_due()
        return list(db.session.scalars(select(Delivery).where(Delivery.about == carers.ABOUT)))

    def test_asked_once_and_answered(self, world: World, place: UUID) -> None:
        agrees(world, place, "asked")
        assert self.ask(timedelta(days=29)) == []
        (asked,) = self.ask()
        assert "how are you yourself" in (asked.body or "")
        with clock.at(NOW + MONTH + timedelta(minutes=5)):
            (thanks,) = texted("4, 6 2", TOM)
        assert "kept for you" in thanks
        assert [queries.numbers(one) for one in queries.own(world.tom.id)] == [[4, 6, 2]]
        assert len(self.ask(2 * MONTH)) == 2

    def test_numbers_that_nobody_asked_for_are_no_answer(self, world: World) -> None:
        texted("4 6 2", TOM)
        assert queries.own(world.tom.id) == []

    def test_not_at_night(self, world: World, place: UUID) -> None:
        agrees(world, place, "asked")
        assert self.ask(MONTH + timedelta(hours=13)) == []

    def test_ended_nobody_asks(self, world: World, place: UUID) -> None:
        agrees(world, place, "asked")
        with unit_of_work():
            carers.end(world.tom.id, place, "asked")
        assert self.ask() == []

    def test_the_clock_does_it(self) -> None:
        assert "ask carers how they are" in {job.name for job in message_jobs.JOBS}


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        ("4 6 2", [4, 6, 2]),
        ("4,6,2.", [4, 6, 2]),
        ("a little, a lot, not at all", [3, 8, 0]),
        ("10 / 10 / 0", [10, 10, 0]),
        ("4 6", None),
        ("4 6 2 1", None),
        ("4 6 11", None),
        ("142/88 70", None),
        ("hard tired alone", None),
        ("", None),
    ],
)
def test_what_a_text_says(body: str, answers: list[int] | None) -> None:
    assert carer_questions.typed(body) == answers


def test_the_limits_of_strain_and_the_sources_of_support() -> None:
    assert [carer_questions.is_strain(one) for one in ([7, 7, 7], [7, 7, 6], [9, 0, 0])] == [True, False, True]
    assert all(one["source"] for one in carer_questions.SUPPORT)


CHECKED_ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("today", "is_shown"),
    [
        (NOW.date(), True),
        (CHECKED_ON + timedelta(days=365), True),
        (CHECKED_ON + timedelta(days=366), False),
    ],
)
def test_a_number_that_nobody_has_checked_for_a_year_is_not_shown(today: date, is_shown: bool) -> None:
    known = [one for one in carer_questions.SUPPORT if one.get("phone")]
    assert [one["checked_on"] for one in known] == [CHECKED_ON]
    shown = {one.title: one.phone for one in carer_questions.support(today)}
    assert shown == {one["title"]: one.get("phone") if is_shown else None for one in carer_questions.SUPPORT}


def test_two_years_later_the_pages_name_the_support_without_its_number(client: FlaskClient, world: World) -> None:
    with clock.at(NOW + timedelta(days=730)):
        for person, path in (
            (world.tom, "/me/how-i-am"),
            (world.priya, f"/console/patients/{world.mary_patient.id}/carers"),
        ):
            browser = Browser(client.application.test_client())
            browser.have_session(person)
            page = words(browser.get(path))
            assert "Carers UK helpline" in page
            assert "7777" not in page


def test_on_pages(client: FlaskClient, world: World, place: UUID) -> None:
    tom = Browser(client)
    tom.have_session(world.tom)
    form = tom.hidden("/me/how-i-am")
    assert tom.post("/me/how-i-am", {"id": form["id"], "hard": "9"}).status_code == 422
    assert tom.post("/me/how-i-am/agree", {"member": str(place), "agreed": "shown"}).status_code == 303
    sent = tom.post("/me/how-i-am", {"id": form["id"], "hard": "9", "tired": "5", "alone": "4"})
    assert "kept for you" in words(tom.get(sent.headers["Location"]))
    priya = Browser(client.application.test_client())
    priya.have_session(world.priya)
    page = words(priya.get(f"/console/patients/{world.mary_patient.id}/carers"))
    assert "Tom Okafor, son" in page
    assert "9 of 10" in page
    assert "0808 808 7777" in page
    mary = Browser(client.application.test_client())
    mary.have_session(world.mary)
    assert mary.get(f"/console/patients/{world.mary_patient.id}/carers").status_code == 403
