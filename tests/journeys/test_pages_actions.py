"""In the browser: Priya agrees on an action with Mary, Mary ties a goal to it and does it, and the goal shows it."""

from __future__ import annotations

import pytest

from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.pathway.at_actions import WORDS, AtActions, at_actions
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
GOAL = "Breathe well enough for the stairs"


@pytest.fixture
def around(world: World) -> AtActions:
    return at_actions(world)


@SIZES
def test_an_action_is_agreed_tied_to_and_done(opens: Opens, around: AtActions, size: dict[str, int]) -> None:
    priya, mary = (come_in(opens(size), one) for one in (around.world.priya, around.world.mary))
    when_priya_adds_it(priya, f"/console/patients/{around.patient.id}")
    when_mary_ties_a_goal_to_it(mary, f"/my/{around.patient.id}/goals")
    when_mary_does_it(mary, f"/my/{around.patient.id}/plan")
    mary.go(f"/my/{around.patient.id}/goals")
    mary.page.get_by_text("Done on 18 November 2026.").wait_for()
    mary.looks_right("My goals")
    priya.go(f"/console/patients/{around.patient.id}")
    priya.page.get_by_text("Done and dropped last").click()
    priya.page.get_by_text("Done by Mary Okafor, today at 10:00").wait_for()
    priya.looks_right("Mary Okafor")
    when_priya_drops_another(priya, around)


def when_priya_adds_it(priya: Window, place: str) -> None:
    priya.go(place)
    priya.page.get_by_role("link", name="Add an action").click()
    priya.page.get_by_role("button", name="Add it").click()
    priya.page.get_by_role("heading", name="Please check").wait_for()
    priya.complaints.clear()  # the 422 that was meant
    priya.looks_right("Add to the care plan of Mary Okafor")
    priya.page.get_by_label("What is to be done, in plain words").fill(WORDS)
    priya.page.get_by_label("Who sees to it?").select_option(label="Mary Okafor, patient")
    priya.page.get_by_label("By which day, if there is one").fill("2026-11-20")
    priya.page.get_by_role("button", name="Add it").click()
    priya.page.get_by_text("It is added to the care plan.").wait_for()
    priya.page.get_by_text("Mary Okafor, patient, by Friday").wait_for()
    priya.looks_right("Mary Okafor")


def when_mary_ties_a_goal_to_it(mary: Window, place: str) -> None:
    mary.go(f"{place}/add")
    mary.page.get_by_label("What would you like to do").fill(GOAL)
    for _ in range(2):
        mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("Something in my care plan").check()
    mary.looks_right("How would you like to see how far it has come?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label(WORDS).check()
    mary.looks_right("Which one?")
    for _ in range(2):
        mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("You and the care team").check()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("button", name="Set this goal").click()
    mary.page.get_by_text("Not done yet. You see to it, by 20 November 2026.").wait_for()
    mary.looks_right(GOAL)


def when_mary_does_it(mary: Window, place: str) -> None:
    mary.go(place)
    mary.looks_right("My plan")
    button = mary.page.get_by_role("button", name="Done")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    mary.page.get_by_text("Well done. It is noted as done.").wait_for()
    mary.looks_right("My plan")


def when_priya_drops_another(priya: Window, around: AtActions) -> None:
    action = around.action(around.world.tom.id, words="Fetch the scales")
    priya.go(f"/console/patients/{around.patient.id}/actions/{action.id}")
    priya.looks_right("Fetch the scales")
    priya.page.get_by_label("Why is it not to be done any more?").fill("Ada has brought hers.")
    priya.page.get_by_role("button", name="Drop it").click()
    priya.page.get_by_text("It is dropped.").wait_for()
    priya.page.get_by_text("Done and dropped last").click()
    priya.page.get_by_text("“Ada has brought hers.”").wait_for()
    priya.looks_right("Mary Okafor")
