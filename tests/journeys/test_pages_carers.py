"""In the browser: Tom says how he is, lets Priya see it, and takes that back; she sees strain, and who does most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.service import carers, helping, lightening
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.messages.circle import Circle, circle_of
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
UNEVEN = "Tom Okafor has taken 9 of the 10 things"


@pytest.fixture
def circle(world: World) -> Circle:
    """Tom has taken nine of ten, Ada one."""
    found = circle_of(world)
    for number in range(10):
        request = found.ask("shopping")
        with unit_of_work():
            helping.take(found.seen, request.id, found.ada_ if number == 4 else found.tom)
    with unit_of_work():
        lightening.ask_about_uneven_help()
    return found


@SIZES
def test_said_shown_and_taken_back(opens: Opens, circle: Circle, size: dict[str, int]) -> None:
    tom, priya = come_in(opens(size), circle.world.tom), come_in(opens(size), circle.world.priya)
    with clock.at(NOW - timedelta(days=1)), unit_of_work():
        carers.check_in(circle.world.tom.id, new_id(), [8, 9, 7], "page")  # before he agrees: never shown
    priya.go(f"/console/patients/{circle.patient.id}")
    priya.page.get_by_role("link", name="How carers are").click()
    priya.page.get_by_text("No carer shows you how they are.").wait_for()
    priya.page.get_by_text(UNEVEN).wait_for()
    assert priya.page.get_by_text("9 of 10").count() == 0
    priya.looks_right("How the carers of Mary Okafor are")
    tom.go("/me/how-i-am")
    lets_it_be_seen(tom)
    says_how_he_is(tom, "8", "9", "7")
    priya.page.reload()
    sees_strain(priya)
    tom.page.get_by_role("button", name="End this").click()
    tom.page.get_by_text("It has ended.").wait_for()
    tom.looks_right("How I am")
    priya.page.reload()
    priya.page.get_by_text("No carer shows you how they are.").wait_for()
    assert priya.page.get_by_text("How tired are you?").count() == 0
    priya.looks_right("How the carers of Mary Okafor are")


def says_how_he_is(tom: Window, *answers: str) -> None:
    tom.page.get_by_text("In England the council must look at what you need as a carer").wait_for()
    assert tom.page.get_by_role("link", name="0808 808 7777").get_attribute("href") == "tel:08088087777"
    questions = ("How hard has it been", "How tired are you?", "How alone do you feel")
    tom.page.get_by_label(questions[0]).select_option(answers[0])
    tom.page.get_by_role("button", name="Save").click()
    tom.page.get_by_role("link", name="Answer each question").wait_for()
    tom.complaints.clear()  # the browser notes the 422 that was meant
    tom.looks_right("How I am")
    for question, answer in zip(questions, answers, strict=True):
        tom.page.get_by_label(question).select_option(answer)
    tom.page.get_by_role("button", name="Save").click()
    tom.page.get_by_text("Thank you. It is kept for you.").wait_for()
    tom.looks_right("How I am")


def lets_it_be_seen(tom: Window) -> None:
    tom.page.get_by_role("button", name="I agree").click()
    tom.page.get_by_text("It is saved.").wait_for()
    tom.looks_right("How I am")


def sees_strain(priya: Window) -> None:
    priya.page.get_by_role("heading", name="Tom Okafor, son").wait_for()
    assert priya.page.get_by_role("heading", name="Speak with them").count() == 1
    priya.page.get_by_text("9 of 10", exact=True).wait_for()
    priya.page.get_by_text("Speak with Tom Okafor, who looks after Mary").wait_for()
    priya.page.get_by_text(UNEVEN).wait_for()
    priya.page.get_by_text("A break from caring can come of it.").wait_for()
    priya.looks_right("How the carers of Mary Okafor are")
