"""In the browser: Mary sets a goal and asks Tom, Tom helps, she says how it goes; Priya suggests another."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from app.core.ids import new_id
from app.goals.entering import NewStep
from tests.goals.at_goals import STEP, WORDS, AtGoals, at_goals
from tests.goals.test_values import weighs
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World

SEEN = "How would you like to see how far it has come?"
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
    when_mary_says_a_step_otherwise(mary)
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
    mary.page.get_by_label("The steps alone").check()
    mary.looks_right(SEEN)
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Step 1").fill(STEP)
    mary.looks_right("What are the first steps?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("You, the care team, and those in the circle who may see goals").check()
    mary.looks_right("Who may see it?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Every two weeks").check()
    mary.looks_right("When would you like to look at it?")
    mary.page.get_by_role("button", name="Set this goal").click()
    mary.page.get_by_text("Your goal is set.").wait_for()
    mary.looks_right(WORDS)


def when_mary_says_a_step_otherwise(mary: Window) -> None:
    mary.page.get_by_role("link", name=STEP).click()
    mary.page.get_by_label("The step").fill("Walk to the corner")
    mary.page.get_by_label("By which day, if there is one").fill("2026-12-02")
    mary.looks_right("Change a step")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("The step is changed.").wait_for()
    mary.page.get_by_text("by 2 December").wait_for()
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
    mary.page.get_by_role("link", name="Say how it goes").click()
    mary.page.get_by_label("How sure are you").select_option("8")
    mary.page.get_by_label("A few words, if you like").fill("It goes well")
    mary.looks_right("How does it go?")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_text("Sure: 8 of 10").first.wait_for()
    mary.looks_right(WORDS)
    mary.page.get_by_role("link", name="Change what it says").click()
    mary.looks_right("Change a goal")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("It is changed.").wait_for()


@SIZES
def test_a_number_and_five_levels(opens: Opens, around: AtGoals, size: dict[str, int]) -> None:
    weighs(around, 80, -1)
    mary = come_in(opens(size), around.world.mary)
    mary.go(f"/my/{around.patient.id}/goals/add")
    mary.page.get_by_label("What would you like to do").fill("Be lighter")
    for _ in range(2):
        mary.page.get_by_role("button", name="Go on").click()
    when_mary_chooses_her_weight(mary)
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Only you").check()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("button", name="Set this goal").click()
    mary.page.get_by_text("It began at 80 kg and is now 80 kg. 72 kg is hoped for.").wait_for()
    mary.looks_right("Be lighter")
    when_mary_says_what_more_and_less_would_be(mary)
    when_mary_ends_it_for_now(mary)
    mary.looks_right("Be lighter")


def when_mary_chooses_her_weight(mary: Window) -> None:
    mary.page.get_by_label("A number that I send").check()
    mary.looks_right(SEEN)
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Weight").check()
    mary.looks_right("Which one?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Hoped for").fill("72")
    mary.looks_right("From which number to which?")
    mary.page.get_by_role("button", name="Go on").click()


def when_mary_says_what_more_and_less_would_be(mary: Window) -> None:
    mary.page.get_by_role("link", name="More and less than hoped").click()
    for name in (
        "Much more than hoped",
        "More than hoped",
        "What is hoped for",
        "Less than hoped",
        "Much less than hoped",
    ):
        mary.page.get_by_label(name, exact=True).fill(f"I would say: {name}")
    mary.looks_right("What would be more, and what less, than hoped?")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("It is changed.").wait_for()
    mary.looks_right("Be lighter")
    mary.page.get_by_role("link", name="Say how it goes").click()
    mary.page.get_by_label("More than hoped: I would say: More than hoped", exact=True).check()
    mary.looks_right("How does it go?")
    mary.page.get_by_role("button", name="Send").click()
    mary.page.get_by_text("More than hoped: I would say").wait_for()


def when_mary_ends_it_for_now(mary: Window) -> None:
    mary.page.get_by_text("Put it aside for now").first.click()
    mary.page.get_by_label("Why, if you like").fill("My knee")
    mary.looks_right("Be lighter")
    mary.page.get_by_role("button", name="Put it aside for now").click()
    mary.page.get_by_role("button", name="Work on it again").click()
    mary.page.get_by_text("You are working on it again.").wait_for()


@SIZES
def test_priya_suggests_and_mary_takes_it(opens: Opens, around: AtGoals, size: dict[str, int]) -> None:
    around.goal("team", words="Sing in the choir")
    weighs(around, 80, -1)
    priya, mary = (come_in(opens(size), one) for one in (around.world.priya, around.world.mary))
    priya.go(f"/console/patients/{around.patient.id}")
    priya.page.get_by_role("link", name="Suggest a goal").click()
    when_priya_suggests_it_by_weight(priya)
    priya.page.get_by_role("link", name="Walk each day").wait_for()
    priya.looks_right("Mary Okafor")
    mary.go(f"/my/{around.patient.id}/goals")
    mary.looks_right("My goals")
    mary.page.get_by_role("link", name="Walk each day").click()
    mary.looks_right("Walk each day")
    mary.page.get_by_role("link", name="Change it and take it").click()
    mary.page.get_by_label("The goal, in your own words").fill("Walk on Sundays")
    mary.looks_right("Change it and take it")
    mary.page.get_by_role("button", name="Take it like this").click()
    mary.page.get_by_role("button", name="It is reached").wait_for()
    mary.looks_right("Walk on Sundays")


def when_priya_suggests_it_by_weight(priya: Window) -> None:
    priya.page.get_by_label("The goal, in plain words").fill("Walk each day")
    priya.looks_right("Suggest a goal to Mary Okafor")
    priya.page.get_by_role("button", name="Go on").click()
    priya.page.get_by_label("A number that Mary sends").check()
    priya.looks_right("How could Mary see how far it has come?")
    priya.page.get_by_role("button", name="Go on").click()
    priya.page.get_by_label("Weight").check()
    priya.looks_right("Which one?")
    priya.page.get_by_role("button", name="Go on").click()
    priya.page.get_by_label("Hoped for").fill("76")
    priya.looks_right("From which number to which?")
    priya.page.get_by_role("button", name="Go on").click()
    priya.looks_right("Why may it matter to Mary?")
    priya.page.get_by_role("button", name="Suggest it").click()


@pytest.mark.parametrize("forced", ["none", "active"])
def test_how_far_it_has_come_is_drawn_in_the_colours_of_the_house(opens: Opens, around: AtGoals, forced: str) -> None:
    weighs(around, 80, -1)
    around.goal(tied_to="measure", tie="weight", aim_value=70)
    weighs(around, 75, 1)
    mary = come_in(opens(windows.PHONE), around.world.mary)
    mary.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
    mary.go(f"/my/{around.patient.id}/goals")
    mary.page.get_by_text("50% of the way").wait_for()
    bar = Image.open(io.BytesIO(mary.page.get_by_role("progressbar").screenshot())).convert("RGB")
    come, ahead = (bar.getpixel((bar.width * part // 4, bar.height // 2)) for part in (1, 3))
    assert contrast(come, ahead) >= 3
    if forced == "none":
        assert come == (0x12, 0x59, 0x5B)
    assert contrast(bar.getpixel((bar.width * 3 // 4, 0)), (255, 255, 255)) >= 3  # its end is seen on the card


def contrast(one: Any, other: Any) -> float:
    """By WCAG 2, of two colours."""

    def light(colour: Any) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
        return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])

    lower, higher = sorted((light(one), light(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_goals_are_printed_whole_and_clean(opens: Opens, around: AtGoals) -> None:
    steps = [f"{STEP}, {number}" for number in range(4)]
    for number in range(12):
        around.goal(words=f"Goal {number}: {WORDS}", steps=tuple(NewStep(new_id(), one) for one in steps))
    mary = come_in(opens(windows.DESK), around.world.mary)
    mary.go(f"/my/{around.patient.id}/goals")
    mary.page.emulate_media(media="print")
    mary.page.get_by_text("Mary Okafor, printed on 18 November 2026").wait_for()
    assert mary.page.get_by_text(f"☐ {STEP}").count() == 12 * len(steps)
    for gone in (
        "nav",
        "button",
        ".nhsuk-back-link",
        ".kith-button",
        ".kith-person",
        ".kith-footer a[href='/me/sign-in']",
    ):
        assert [one.is_visible() for one in mary.page.locator(gone).all()].count(True) == 0
    mary.page.set_viewport_size({"width": 680, "height": 1000})  # A4 between its margins
    assert mary.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    then_each_sheet_says_whose_it_is(mary)


def then_each_sheet_says_whose_it_is(mary: Window) -> None:
    pdf = mary.page.pdf(prefer_css_page_size=True)
    sheets = [" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages]
    assert len(sheets) >= 3
    for sheet in sheets:
        assert sheet.startswith("Mary Okafor, printed on 18 November 2026")
        assert sheet.count("printed on") == 1
