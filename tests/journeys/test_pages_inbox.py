"""In the browser: Mary writes to her team, Priya takes it and passes it on, Anna answers, Mary reads; with axe."""

from __future__ import annotations

import pytest

from app.access.permissions import Right
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.messages.talk import grant
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@SIZES
def test_a_message_from_mary_to_the_answer(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary, priya, anna = (come_in(opens(size), one) for one in (world.mary, world.priya, world.lind))
    mary.go(f"/my/{world.mary_patient.id}/messages")
    mary.looks_right("Messages with Riverside Long-Term Conditions")
    when_mary_writes(mary)
    when_priya_takes_it_and_passes_it_on(priya)
    when_anna_answers(anna)
    then_mary_reads_it_and_closes(mary)


def when_mary_writes(mary: Window) -> None:
    mary.page.get_by_role("link", name="Write to the team").click()
    mary.page.get_by_label("What is it about?").fill("New inhaler")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_role("link", name="Write your message first").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("Write to the team")
    assert mary.page.get_by_text(
        "Priya Shah and the Riverside Long-Term Conditions team read what you send"
    ).is_visible()
    mary.page.get_by_label("Your message").fill("Which one do I take first?")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_text("It is sent.").wait_for()
    mary.looks_right("New inhaler")


def when_priya_takes_it_and_passes_it_on(priya: Window) -> None:
    priya.go("/console/worklist")
    priya.page.get_by_role("link", name="1 message waits for an answer").click()
    priya.page.get_by_role("heading", name="Waiting for anybody").wait_for()
    priya.looks_right("Inbox")
    priya.page.get_by_role("link", name="New inhaler").click()
    priya.page.get_by_role("button", name="Take this").click()
    priya.page.get_by_text("You have this now.").wait_for()
    priya.looks_right("Mary Okafor: New inhaler")
    priya.page.get_by_label("To", exact=True).select_option(label="Anna Lind")
    priya.page.get_by_label("Note for them").fill("A question of doses: yours, please.")
    priya.page.get_by_role("button", name="Pass it on").click()
    priya.page.get_by_text("It is passed on, and your colleague is told.").wait_for()
    priya.looks_right("Mary Okafor: New inhaler")


def when_anna_answers(anna: Window) -> None:
    anna.go("/console/inbox")
    anna.page.get_by_role("heading", name="With you").wait_for()
    anna.page.get_by_role("link", name="New inhaler").click()
    anna.page.get_by_text("A question of doses: yours, please.").wait_for()
    anna.page.get_by_label("Your answer").fill("The blue one, when you need it.")
    anna.page.get_by_role("button", name="Send").click()
    anna.page.get_by_role("heading", name="Nobody waits for an answer").wait_for()
    anna.looks_right("Mary Okafor: New inhaler")
    anna.page.get_by_role("link", name="Everything written with Mary").click()
    anna.page.get_by_role("link", name="Write to Mary").wait_for()
    anna.looks_right("Messages of Mary Okafor")
    anna.page.get_by_role("link", name="Write to Mary").click()
    anna.page.get_by_label("What is it about?").wait_for()
    anna.looks_right("Write to Mary Okafor")


def then_mary_reads_it_and_closes(mary: Window) -> None:
    mary.page.reload()
    mary.page.get_by_text("The blue one, when you need it.").wait_for()
    assert mary.page.get_by_text("Read by Priya Shah").is_visible()
    mary.page.get_by_role("button", name="Close this for now").click()
    mary.page.get_by_text("Writing here opens it again.").first.wait_for()
    mary.looks_right("New inhaler")


@SIZES
def test_a_topic_of_the_circle_that_closes_and_opens_again(opens: Opens, world: World, size: dict[str, int]) -> None:
    grant(world, world.tom, Right.SEE, Right.ACT)
    mary, tom = come_in(opens(size), world.mary), come_in(opens(size), world.tom)
    mary.go(f"/my/{world.mary_patient.id}/threads/new")
    mary.looks_right("Write to the circle")
    mary.page.get_by_label("What is it about?").fill("Sunday lunch")
    mary.page.get_by_label("Your message").fill("Who comes?")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_text("It is sent.").wait_for()
    tom.go(f"/my/{world.mary_patient.id}/threads")
    tom.page.get_by_text("1 new").wait_for()
    tom.looks_right("What the circle talks about")
    tom.page.get_by_role("link", name="Sunday lunch").click()
    tom.page.get_by_role("button", name="Close this for now").click()
    tom.page.get_by_role("button", name="Send and open it again").wait_for()
    tom.looks_right("Sunday lunch")
    tom.page.get_by_label("Your message").fill("I do, and bring the cake.")
    tom.page.get_by_role("button", name="Send and open it again").click()
    tom.page.get_by_text("It is sent.").wait_for()
    tom.page.get_by_text("Who did what").click()
    tom.page.get_by_text("Tom Okafor opened this again by writing").wait_for()
    tom.looks_right("Sunday lunch")
