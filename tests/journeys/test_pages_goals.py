"""In the browser: Mary sets a goal and asks Tom, Tom helps, she says how it goes; Priya suggests another."""

from __future__ import annotations

import pytest

from tests.goals.at_goals import STEP, WORDS, AtGoals, at_goals
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@pytest.fixture
def around(world: World) -> AtGoals:
    return at_goals(world)


@SIZES
def test_a_goal_with_a_helper(opens: Opens, around: AtGoals, size: dict[str, int]) -> None:
    mary, tom = (come_in(opens(size), one) for one in (around.world.mary, around.world.tom))
    place = f"/my/{around.patient.id}/goals"
    when_mary_sets_a_goal(mary, place)
    path = mary.page.url.partition("?")[0].removeprefix(mary.site.url)
    when_mary_asks_tom(mary)
    when_tom_helps(tom, place, path)
    when_mary_says_how_it_goes(mary, path)
    mary.page.get_by_role("button", name="It is reached").click()
    mary.page.get_by_text("Well done. It is noted as reached.").wait_for()
    mary.looks_right(WORDS)
    mary.go(place)
    mary.looks_right("My goals")


def when_mary_sets_a_goal(mary: Window, place: str) -> None:
    mary.go(place)
    mary.looks_right("My goals")
    mary.page.get_by_role("link", name="Set a goal").click()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the 422 that was meant
    mary.looks_right("What would you like to do, or to be able to do?")
    mary.page.get_by_label("What would you like to do").fill(WORDS)
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Why does it matter?").fill("She is my granddaughter")
    mary.looks_right("Why does it matter?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Step 1").fill(STEP)
    mary.looks_right("What are the first steps?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("You, the care team, and those in the circle who may see goals").check()
    mary.page.get_by_label("Every two weeks").check()
    mary.looks_right("Who may see it?")
    mary.page.get_by_role("button", name="Set this goal").click()
    mary.page.get_by_text("Your goal is set.").wait_for()
    mary.looks_right(WORDS)


def when_mary_asks_tom(mary: Window) -> None:
    mary.page.get_by_text("Ask somebody to help").click()
    mary.page.get_by_label("Who?").select_option(label="Tom Okafor")
    mary.looks_right(WORDS)
    mary.page.get_by_role("button", name="Ask", exact=True).click()
    mary.page.get_by_text("Tom Okafor is asked to help.").wait_for()
    mary.looks_right(WORDS)


def when_tom_helps(tom: Window, place: str, path: str) -> None:
    tom.go(place)
    tom.looks_right("Mary’s goals")
    tom.go(path)
    button = tom.page.get_by_role("button", name="I will help")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    tom.page.get_by_text("You help.").wait_for()
    tom.looks_right(WORDS)
    tom.page.get_by_label("How does it go?").fill("We walked to the corner")
    tom.page.get_by_role("button", name="Send").click()
    tom.page.get_by_text("We walked to the corner").wait_for()
    tom.page.get_by_role("button", name="It is done").click()
    tom.page.get_by_text("It is noted that the step is done.").wait_for()
    tom.looks_right(WORDS)


def when_mary_says_how_it_goes(mary: Window, path: str) -> None:
    mary.go(path)
    mary.page.get_by_label("How sure are you").select_option("8")
    mary.page.get_by_label("A few words, if you like").fill("It goes well")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_text("Sure: 8 of 10").first.wait_for()
    mary.looks_right(WORDS)
    mary.page.get_by_role("link", name="Change it").click()
    mary.looks_right("Change a goal")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("It is changed.").wait_for()


@SIZES
def test_priya_suggests_and_mary_takes_it(opens: Opens, around: AtGoals, size: dict[str, int]) -> None:
    around.goal("team", words="Sing in the choir")
    priya, mary = (come_in(opens(size), one) for one in (around.world.priya, around.world.mary))
    priya.go(f"/console/patients/{around.patient.id}")
    priya.page.get_by_role("link", name="Suggest a goal").click()
    priya.page.get_by_label("The goal, in plain words").fill("Walk each day")
    priya.looks_right("Suggest a goal to Mary Okafor")
    priya.page.get_by_role("button", name="Suggest it").click()
    priya.page.get_by_role("link", name="Walk each day").wait_for()
    priya.looks_right("Mary Okafor")
    mary.go(f"/my/{around.patient.id}/goals")
    mary.looks_right("My goals")
    mary.page.get_by_role("link", name="Walk each day").click()
    mary.page.get_by_role("button", name="Take this goal").click()
    mary.page.get_by_role("button", name="It is reached").wait_for()
    mary.looks_right("Walk each day")
