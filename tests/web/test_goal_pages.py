"""Pages of goals: set a question a page, worked on, helped with, looked at, shared and ended."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.models import Goal, GoalReview, GoalStep
from app.goals.service import helping
from app.identity.models import Person
from app.ratings.entering import NewRating
from app.ratings.service import rating
from app.web.patient import goals_number as number
from tests.goals.at_goals import STEP, WORDS, AtGoals, at_goals, step_of
from tests.goals.test_values import weighs
from tests.people import World
from tests.web.browsing import Browser, words


@pytest.fixture
def around(world: World) -> AtGoals:
    return at_goals(world)


@pytest.fixture
def tom(browser_of: Callable[[Person], Browser], around: AtGoals) -> Browser:
    return browser_of(around.world.tom)


@pytest.fixture
def priya(browser_of: Callable[[Person], Browser], around: AtGoals) -> Browser:
    return browser_of(around.world.priya)


def goals() -> list[Goal]:
    db.session.rollback()
    rows = select(Goal).order_by(Goal.created_at, Goal.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def hidden(answer: object) -> dict[str, str]:
    page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page)
    }


def test_a_goal_is_set_a_question_a_page(mary: Browser, around: AtGoals, home: str) -> None:
    path = f"{home}/goals/add"
    first = mary.get(path)
    assert "What would you like to do" in words(first)
    assert "Not for emergencies. Call 999" in words(first)
    refused = mary.post(path, hidden(first) | {"words": " "})
    assert (refused.status_code, "Say it in up to 300 letters" in words(refused)) == (422, True)
    second = mary.post(path, hidden(first) | {"words": WORDS})
    assert "Why does it matter?" in words(second)
    seen = mary.post(path, hidden(second) | {"why": "She is my granddaughter"})
    assert "How would you like to see how far it has come?" in words(seen)
    refused = mary.post(path, hidden(seen))
    assert (refused.status_code, "Choose how you would like to see it" in words(refused)) == (422, True)
    third = mary.post(path, hidden(seen) | {"tied_to": "steps"})
    assert "What are the first steps?" in words(third)
    fourth = mary.post(path, hidden(third) | {"step-1": STEP, "step-3": "Shoes"})
    assert "Who may see it?" in words(fourth)
    refused = mary.post(path, hidden(fourth))
    assert (refused.status_code, "Choose who sees it" in words(refused)) == (422, True)
    last = mary.post(path, hidden(fourth) | {"audience": "circle"})
    assert "When would you like to look at it?" in words(last)
    form = hidden(last) | {"review_each_days": "14"}
    done = mary.post(path, form)
    assert (done.status_code, mary.post(path, form).location) == (303, done.location)
    (goal,) = goals()
    assert (goal.words, goal.why, goal.audience, goal.review_each_days) == (
        WORDS, "She is my granddaughter", "circle", 14,
    )  # fmt: skip
    page = words(mary.get(done.location))
    for said in ("Your goal is set.", WORDS, STEP, "Shoes", "0 of 2 steps done", "2 December", "You set this goal"):
        assert said in page
    assert WORDS in words(mary.get(f"{home}/goals"))


def test_back_keeps_what_was_typed(mary: Browser, home: str) -> None:
    path = f"{home}/goals/add"
    second = mary.post(path, hidden(mary.get(path)) | {"words": WORDS})
    again = mary.post(path, hidden(second) | {"why": "Because", "to": "what"})
    assert WORDS in again.get_data(as_text=True)
    assert hidden(again)["why"] == "Because"
    assert goals() == []


def test_a_number_that_she_sends_is_chosen_with_its_aim(mary: Browser, around: AtGoals, home: str) -> None:
    path = f"{home}/goals/add"
    weighs(around, 80, -1)
    form = hidden(mary.get(path)) | {"words": "Be lighter", "step": "why"}
    seen = mary.post(path, form)
    assert "weight" in words(seen)
    which = mary.post(path, hidden(seen) | {"tied_to": "measure"})
    assert "Weight Last: 80.0 kg, yesterday at 10:00" in words(which)
    assert mary.post(path, hidden(which) | {"tie": "luck"}).status_code == 422
    aim = mary.post(path, hidden(which) | {"tie": "weight"})
    assert "From which number to which?" in words(aim)
    assert 'value="80.0"' in aim.get_data(as_text=True)
    for numbers, said in (
        ({}, number.AIM),
        ({"aim_value": "seventy"}, number.AIM),
        ({"aim_value": "7"}, number.NO_SUCH),
        ({"aim_value": "70", "start_value": "much"}, number.START),
    ):
        wrong = mary.post(path, hidden(aim) | numbers)
        assert (wrong.status_code, said in words(wrong)) == (422, True)
    steps = mary.post(path, hidden(aim) | {"start_value": "80", "aim_value": "70,5"})
    form = hidden(steps) | {"audience": "private", "step": "when"}
    done = mary.post(path, form)
    assert done.status_code == 303
    (goal,) = goals()
    assert (goal.tied_to, goal.tie, goal.start_value, goal.aim_value) == ("measure", "weight", 80, Decimal("70.5"))
    weighs(around, 78.1, 1)
    page = words(mary.get(f"{home}/goals/{goal.id}"))
    assert "Weight: On the way. It began at 80 kg and is now 78.1 kg. 70.5 kg is hoped for." in page
    assert "20% of the way" in page


def test_another_measure_begins_anew(mary: Browser, around: AtGoals, home: str) -> None:
    path = f"{home}/goals/add"
    weighs(around, 80, -1)
    form = hidden(mary.get(path)) | {"words": "Be lighter", "tied_to": "measure", "tie": "weight", "aim_value": "70"}
    again = form | {"aim_of": "weight", "tie": "blood_pressure:systolic", "step": "which"}
    page = mary.post(path, again).get_data(as_text=True)
    assert "Blood pressure, top number" in page
    assert 'value="70"' not in page
    assert mary.post(path, again | {"step": "aim"}).status_code == 422


def test_from_an_area_of_the_wheel_to_a_goal_in_one_step(
    mary: Browser, tom: Browser, around: AtGoals, home: str
) -> None:
    with unit_of_work():
        rating.give(around.patient, NewRating(new_id(), "wheel", "patient", {"mood": 7, "home": 3}), around.mary)
    page = mary.get(f"{home}/wheel").get_data(as_text=True)
    hrefs = [html.unescape(one) for one in re.findall(r'href="([^"]*/goals/add[^"]*)"', page)]
    assert [one.rpartition("tie=")[2] for one in hrefs] == ["wheel:home", "wheel:mood"]
    why = mary.post(f"{home}/goals/add", hidden(mary.get(hrefs[0])) | {"words": "Tidy the hall"})
    aim = mary.post(f"{home}/goals/add", hidden(why))  # which part of life is not asked again
    assert "My home: 0 is “It makes life hard”" in words(aim)
    assert 'value="3"' in aim.get_data(as_text=True)
    beyond = mary.post(f"{home}/goals/add", hidden(aim) | {"aim_value": "11"})
    assert (beyond.status_code, number.NO_SUCH in words(beyond)) == (422, True)
    form = hidden(aim) | {"aim_value": "6", "audience": "private", "step": "when"}
    assert mary.post(f"{home}/goals/add", form).status_code == 303
    (goal,) = goals()
    assert (goal.tied_to, goal.tie, goal.start_value, goal.aim_value) == ("area", "wheel:home", 3, 6)
    with unit_of_work():
        rating.give(around.patient, NewRating(new_id(), "wheel", "patient", {"mood": 7, "home": 5}), around.mary)
    page_of_goals = words(mary.get(f"{home}/goals"))
    assert "My home: On the way. It began at 3 and is now 5. 6 is hoped for." in page_of_goals
    assert "66% of the way" in page_of_goals


def test_steps_are_done_asked_about_and_helped_with(mary: Browser, tom: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal()
    page, step = f"{home}/goals/{goal.id}", f"{home}/goals/steps/{step_of(goal)}"
    mary.get(page)
    asked = mary.post(f"{step}/ask", {"person_id": str(around.world.tom.id)})
    assert "They are asked." in words(mary.get(asked.location))
    assert "Tom Okafor is asked to help." in words(mary.get(page))
    assert "You are asked to help" in words(tom.get(f"{home}/goals"))
    tom.get(page)
    assert tom.post(f"{step}/help", {"act": "accept"}).status_code == 303
    assert tom.post(f"{step}/help", {"act": "helped"}).status_code == 303
    assert "Tom Okafor said that a step is done" in words(mary.get(page))
    assert mary.post(f"{step}/act", {"act": "open-again"}).status_code == 303
    assert mary.post(f"{step}/act", {"act": "done"}).status_code == 303
    again = mary.post(f"{step}/ask", {"person_id": str(around.world.tom.id)})
    assert (again.status_code, "This step is done already." in words(again)) == (409, True)
    nobody = mary.post(f"{step}/ask", {"person_id": str(around.world.khan.id)})
    assert nobody.status_code == 409
    assert mary.post(f"{step}/act", {"act": "fly"}).status_code == 404


def test_a_step_is_said_otherwise_and_for_another_day(mary: Browser, tom: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal()
    page, step = f"{home}/goals/{goal.id}", f"{home}/goals/steps/{step_of(goal)}/change"
    assert step in mary.get(page).get_data(as_text=True)
    assert step not in tom.get(page).get_data(as_text=True)
    assert tom.get(step).status_code == 403
    form = mary.hidden(step)
    assert STEP in mary.get(step).get_data(as_text=True)
    for wrong, said in (
        ({"words": " "}, "Say it in up to 300 letters"),
        ({"words": "Walk far", "due_on": "soon"}, "Give a day"),
    ):
        refused = mary.post(step, form | wrong)
        assert (refused.status_code, said in words(refused)) == (422, True)
    assert 'value="soon"' in refused.get_data(as_text=True)
    saved = mary.post(step, form | {"words": "Walk far", "due_on": "2026-12-02"})
    shown = words(mary.get(saved.location))
    for said in ("The step is changed.", "Walk far by 2 December", f"You changed a step; before: “{STEP}”"):
        assert said in shown
    assert 'value="2026-12-02"' in mary.get(step).get_data(as_text=True)
    late = mary.post(step, form | {"words": "Walk on"})
    assert (late.status_code, "was changed since you read it" in words(late)) == (412, True)
    assert mary.post(step, mary.hidden(step) | {"words": "Walk far", "due_on": ""}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(GoalStep.due_on)).one() is None
    assert mary.post(f"{home}/goals/steps/{step_of(goal)}/act", {"act": "remove"}).status_code == 303
    assert mary.get(step).status_code == 404


def test_how_it_goes_is_said_and_helped_with_a_word(mary: Browser, tom: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal(levels=("a", "b", "c", "d", "e"))
    page = f"{home}/goals/{goal.id}"
    mary.get(page)
    form = {"id": str(new_id()), "confidence": "7", "level": "1", "note": "Twice"}
    assert mary.post(f"{page}/review", form).status_code == mary.post(f"{page}/review", form).status_code == 303
    empty = mary.post(f"{page}/review", {"id": str(new_id())})
    assert (empty.status_code, "Say how it goes" in words(empty)) == (422, True)
    tom.get(page)
    assert tom.post(f"{page}/note", {"id": str(new_id()), "note": "Well done"}).status_code == 303
    shown = words(tom.get(page))
    for said in ("Sure: 7 of 10", "More than hoped: d", "Twice", "Well done", "Mary Okafor said how it goes"):
        assert said in shown
    assert db.session.scalar(select(GoalReview.note_sealed).limit(1)) is not None


def test_it_is_changed_shared_and_ended(mary: Browser, tom: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal()
    page = f"{home}/goals/{goal.id}"
    form = mary.hidden(f"{page}/change")
    wrong = mary.post(f"{page}/change", form | {"words": ""})
    assert (wrong.status_code, "Say it in up to 300 letters" in words(wrong)) == (422, True)
    assert "Because" in words(mary.post(f"{page}/change", form | {"words": "", "why": "Because"}))
    assert mary.post(f"{page}/change", form | {"words": "Sing", "review_each_days": "28"}).status_code == 303
    assert mary.post(f"{page}/change", form | {"words": "Hum"}).status_code == 412
    assert "before: “Dance at the wedding in June”" in words(mary.get(page))
    assert "Who may see this goal?" in words(mary.get(f"{page}/share"))
    assert mary.post(f"{page}/share", {"audience": "world"}).status_code == 422
    assert tom.get(page).status_code == 200
    assert mary.post(f"{page}/share", {"audience": "private"}).status_code == 303
    assert tom.get(page).status_code == 404
    assert "Sing" not in words(tom.get(f"{home}/goals"))
    for act, state in (("put-aside", "put_aside"), ("take-up", "active"), ("reached", "reached")):
        assert mary.post(f"{page}/act", {"act": act, "why": "My knee"}).status_code == 303
        assert goals()[0].state == state
    assert "You put it aside; “My knee”" in words(mary.get(page))
    refused = mary.post(f"{page}/act", {"act": "put-aside"})
    assert (refused.status_code, "Take it up again first" in words(refused)) == (409, True)


def test_what_is_suggested_is_taken_or_left(mary: Browser, around: AtGoals, home: str) -> None:
    taken, left = around.suggestion(), around.suggestion()
    assert "Suggested by the care team" in words(mary.get(f"{home}/goals"))
    for goal, act in ((taken, "accept"), (left, "decline")):
        page = f"{home}/goals/{goal.id}"
        mary.get(page)
        assert mary.post(f"{page}/act", {"act": act}).status_code == 303
    assert [goal.state for goal in goals()] == ["active", "declined"]


def test_what_is_suggested_is_changed_and_taken(mary: Browser, tom: Browser, around: AtGoals, home: str) -> None:
    page = f"{home}/goals/{around.suggestion().id}"
    assert "Change it and take it" in words(mary.get(page))
    assert "Walk each day" in mary.get(f"{page}/take").get_data(as_text=True)
    form = {"words": "Walk on Sundays", "why": "With Tom", "review_each_days": "14", "audience": "circle"}
    wrong = mary.post(f"{page}/take", form | {"words": ""})
    assert (wrong.status_code, "With Tom" in words(wrong)) == (422, True)
    assert [goal.state for goal in goals()] == ["suggested"]
    for _ in range(2):
        assert mary.post(f"{page}/take", form).status_code == 303
    (goal,) = goals()
    assert (goal.state, goal.words, goal.why, goal.audience) == ("active", "Walk on Sundays", "With Tom", "circle")
    assert "You took this goal; before: “Walk each day”" in words(mary.get(page))
    assert mary.post(f"{page}/take", form | {"words": "Run"}).status_code == 409
    assert "Walk on Sundays" in words(tom.get(f"{home}/goals"))


def test_more_and_less_than_hoped_is_said_and_reached(mary: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal()
    page = f"{home}/goals/{goal.id}"
    assert "Where are you now?" not in words(mary.get(f"{page}/review"))
    form = mary.hidden(f"{page}/levels")
    assert f"{WORDS}</textarea>" in mary.get(f"{page}/levels").get_data(as_text=True)  # what is hoped for
    said = {f"level{level}": f"so {level}" for level in (-2, -1, 0, 1, 2)}
    wrong = mary.post(f"{page}/levels", form | said | {"level1": ""})
    assert (wrong.status_code, "Say all five" in words(wrong)) == (422, True)
    assert "so 2</textarea>" in wrong.get_data(as_text=True)
    assert mary.post(f"{page}/levels", form | said).status_code == 303
    assert mary.post(f"{page}/levels", form | said | {"level1": "other"}).status_code == 412
    shown = words(mary.get(page))
    names = (
        "Much less than hoped so -2",
        "Less than hoped so -1",
        "What is hoped for so 0",
        "Much more than hoped so 2",
    )
    for name in names:
        assert name in shown
    assert "More than hoped: so 1" in words(mary.get(f"{page}/review"))
    form = mary.hidden(f"{page}/review")
    assert mary.post(f"{page}/review", form | {"level": "1"}).status_code == 303
    assert "More than hoped: so 1 You, today" in words(mary.get(page))
    form = mary.hidden(f"{page}/levels")
    assert mary.post(f"{page}/levels", form | dict.fromkeys(said, " ")).status_code == 303
    assert goals()[0].levels is None


def test_the_number_it_goes_by_is_chosen_later(mary: Browser, around: AtGoals, home: str) -> None:
    weighs(around, 80, -1)
    goal = around.goal()
    path = f"{home}/goals/{goal.id}/number"
    seen = mary.get(path)
    which = mary.post(path, hidden(seen) | {"tied_to": "measure"})
    aim = mary.post(path, hidden(which) | {"tie": "weight"})
    assert "From which number to which?" in words(aim)
    assert mary.post(path, hidden(aim)).status_code == 422
    form = hidden(aim) | {"start_value": "", "aim_value": "70"}
    assert mary.post(path, form).status_code == 303
    (goal,) = goals()
    assert (goal.tied_to, goal.tie, goal.start_value, goal.aim_value) == ("measure", "weight", 80, 70)
    assert (mary.post(path, form).status_code, goals()[0].version) == (412, goal.version)
    aim = mary.post(path, hidden(mary.get(path)) | {"step": "which", "tied_to": "measure", "tie": "weight"})
    assert 'value="70"' in aim.get_data(as_text=True)
    assert mary.post(path, hidden(mary.get(path)) | {"tied_to": "steps"}).status_code == 303
    assert goals()[0].tie is None


def test_who_only_looks_has_no_buttons(mary: Browser, tom: Browser, priya: Browser, around: AtGoals, home: str) -> None:
    goal = around.goal()
    for who in (tom, priya):
        page = who.get(f"{home}/goals/{goal.id}").get_data(as_text=True)
        assert "Ask somebody to help" not in page
        assert "Who may see this goal?" not in page
        assert "Set a goal" not in words(who.get(f"{home}/goals"))
    with unit_of_work():
        helping.ask(around.patient, step_of(goal), around.world.priya.id, around.mary)
    assert "I will help" in words(priya.get(f"{home}/goals/{goal.id}"))
    assert db.session.scalars(select(GoalStep.helper_state)).one() == "asked"


def test_the_team_suggests_from_the_page_of_the_patient(priya: Browser, around: AtGoals) -> None:
    around.goal("team", words="Sing in the choir")
    around.goal("private", words="Nobody knows this")
    place = f"/console/patients/{around.patient.id}"
    page = words(priya.get(place))
    assert "Sing in the choir" in page
    assert "Nobody knows this" not in page
    path = f"{place}/goals/suggest"
    first = priya.get(path)
    wrong = priya.post(path, hidden(first))
    assert (wrong.status_code, "Say it in up to 300 letters" in words(wrong)) == (422, True)
    seen = priya.post(path, hidden(first) | {"words": "Walk each day"})
    assert "How could Mary see how far it has come?" in words(seen)
    why = priya.post(path, hidden(seen) | {"tied_to": "steps"})
    wrong = priya.post(path, hidden(why) | {"why": "y" * 1001})
    assert (wrong.status_code, "Say it in up to 1000 letters" in words(wrong)) == (422, True)
    form = hidden(why) | {"why": "You like the park"}
    assert goals()[-1].words == "Nobody knows this"
    for _ in range(2):
        assert priya.post(path, form).status_code == 303
    assert "Walk each day Suggested by the care team" in words(priya.get(place))
    suggested = goals()[-1]
    assert [goal.state for goal in goals()] == ["active", "active", "suggested"]
    assert (suggested.why, suggested.tied_to) == ("You like the park", None)
    again = priya.post(path, form | {"words": "Run"})
    assert (again.status_code, "This was sent before" in words(again)) == (409, True)


def test_the_team_suggests_a_goal_by_a_number_that_she_sends(
    mary: Browser, priya: Browser, around: AtGoals, home: str
) -> None:
    weighs(around, 80, -1)
    path = f"/console/patients/{around.patient.id}/goals/suggest"
    seen = priya.post(path, hidden(priya.get(path)) | {"words": "Be lighter"})
    assert "A number that Mary sends" in words(seen)
    which = priya.post(path, hidden(seen) | {"tied_to": "measure"})
    assert "Weight Last: 80.0 kg, yesterday at 10:00" in words(which)
    assert "Blood pressure, top number" in words(which)  # asked for, and not sent yet
    assert priya.post(path, hidden(which) | {"tie": "luck"}).status_code == 422
    aim = priya.post(path, hidden(which) | {"tie": "weight"})
    assert 'value="80.0"' in aim.get_data(as_text=True)
    wrong = priya.post(path, hidden(aim) | {"aim_value": "7"})
    assert (wrong.status_code, number.NO_SUCH in words(wrong)) == (422, True)
    why = priya.post(path, hidden(aim) | {"start_value": "80", "aim_value": "70.5"})
    assert priya.post(path, hidden(why)).status_code == 303
    (goal,) = goals()
    assert (goal.state, goal.tied_to, goal.tie, goal.start_value) == ("suggested", "measure", "weight", 80)
    assert goal.aim_value == Decimal("70.5")
    assert "Weight: Where it began. It began at 80 kg and is now 80 kg. 70.5 kg" in words(mary.get(f"{home}/goals"))


def test_the_team_suggests_a_goal_by_a_part_of_her_wheel(priya: Browser, around: AtGoals) -> None:
    with unit_of_work():
        rating.give(around.patient, NewRating(new_id(), "wheel", "patient", {"mood": 4}), around.mary)
    path = f"/console/patients/{around.patient.id}/goals/suggest"
    form = hidden(priya.get(path)) | {"words": "Sing again", "tied_to": "area", "tie": "wheel:mood"}
    aim = priya.post(path, form | {"step": "which"})
    assert "A part of Mary’s wheel" in words(priya.post(path, form | {"step": "what"}))
    assert 'value="4"' in aim.get_data(as_text=True)
    why = priya.post(path, hidden(aim) | {"start_value": "4", "aim_value": "6"})
    assert priya.post(path, hidden(why)).status_code == 303
    (goal,) = goals()
    assert (goal.tied_to, goal.tie, goal.start_value, goal.aim_value) == ("area", "wheel:mood", 4, 6)
