"""Pages of the care plan's actions: added, changed and dropped on the console, ticked off on the page of the plan."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.entering import NewGoal
from app.goals.service import setting as goals
from app.identity.models import Person
from app.pathway.service import ending
from app.patients import service
from tests.conftest import NOW
from tests.pathway.at_actions import FRIDAY, TOMORROW, WORDS, AtActions, at_actions, kinds, row
from tests.people import World
from tests.queries_counted import counted
from tests.web.browsing import Browser, words


@pytest.fixture
def around(world: World) -> AtActions:
    return at_actions(world)


@pytest.fixture
def priya(browser_of: Callable[[Person], Browser], around: AtActions) -> Browser:
    return browser_of(around.world.priya)


@pytest.fixture
def tom(browser_of: Callable[[Person], Browser], around: AtActions) -> Browser:
    return browser_of(around.world.tom)


def console(around: AtActions) -> str:
    return f"/console/patients/{around.patient.id}"


def test_an_action_is_added_and_its_date_said_in_words(priya: Browser, around: AtActions) -> None:
    path = f"{console(around)}/actions/add"
    page = priya.get(path)
    assert "Mary Okafor, patient" in words(page)
    form = priya.hidden(path) | {"words": WORDS, "owner_id": str(around.world.tom.id), "due_on": "2026-11-19"}
    added = priya.post(path, form)
    assert (added.status_code, added.headers["Location"]) == (303, f"{console(around)}?action=set#actions")
    assert priya.post(path, form).status_code == 303  # sent twice it is added once
    said = words(priya.get(added.headers["Location"]))
    assert said.count(WORDS) == 3  # once to read, once each for the two buttons' names
    assert "It is added to the care plan." in said
    assert "Tom Okafor, son, by tomorrow" in said


def test_what_is_past_its_day_is_said_so(browser_of: Callable[[Person], Browser], around: AtActions) -> None:
    around.action(around.world.tom.id, TOMORROW)
    with clock.at(NOW + timedelta(days=2)):
        said = words(browser_of(around.world.priya).get(console(around)))
    assert f"{WORDS} Overdue Tom Okafor, son, was to be done by yesterday" in said


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("words", "", "Say what is to be done, in up to 300 letters"),
        ("owner_id", "", "Choose who sees to it"),
        ("due_on", "2026-11-01", "Give today or a later day, or leave it empty"),
        ("due_on", "soon", "Give today or a later day, or leave it empty"),
    ],
)
def test_what_is_missing_is_said_beside_its_box(
    priya: Browser, around: AtActions, name: str, typed: str, said: str
) -> None:
    path = f"{console(around)}/actions/add"
    good = {"words": WORDS, "owner_id": str(around.world.mary.id), "due_on": "2026-11-20"}
    refused = priya.post(path, priya.hidden(path) | good | {name: typed})
    assert refused.status_code == 422
    assert f'href="#{name}"' in refused.text
    assert said in words(refused)
    if name != "words":
        assert WORDS in html.unescape(refused.text)  # what was typed is not lost
    assert "Nothing is open." in words(priya.get(console(around)))


def test_it_is_changed_and_says_what_it_was(priya: Browser, around: AtActions) -> None:
    action = around.action(due_on=FRIDAY)
    where = f"{console(around)}/actions/{action.id}"
    typed = {"words": "Ring the clinic", "owner_id": str(around.world.tom.id), "due_on": ""}
    form = priya.hidden(where) | typed
    assert priya.post(f"{where}/change", form).status_code == 303
    now = row(action.id)
    assert (now.words, now.owner_id, now.due_on) == ("Ring the clinic", around.world.tom.id, None)
    said = words(priya.get(where))
    assert f"You changed it; before: “{WORDS}”; somebody else saw to it before; before: by 20 November 2026" in said
    late = priya.post(f"{where}/change", form | {"words": "Old"})
    assert (late.status_code, "was changed since you read it" in words(late)) == (412, True)


def test_it_is_dropped_for_a_reason_only(priya: Browser, tom: Browser, around: AtActions) -> None:
    action = around.action()
    where = f"{console(around)}/actions/{action.id}"
    priya.get(where)
    refused = priya.post(f"{where}/drop", {"why": " "})
    assert (refused.status_code, "Say why, in up to 1000 letters" in words(refused)) == (422, True)
    assert priya.post(f"{where}/drop", {"why": "The surgery rang."}).status_code == 303
    assert "Dropped by you, today at 10:00: “The surgery rang.”" in words(priya.get(console(around)))
    assert WORDS not in words(tom.get(f"/my/{around.patient.id}/plan"))
    assert priya.post(f"{where}/act", {"act": "done"}).status_code == 409


def test_the_coordinator_marks_it_done_and_opens_it_again(priya: Browser, around: AtActions) -> None:
    action = around.action()
    priya.get(console(around))
    where = f"{console(around)}/actions/{action.id}"
    assert priya.post(f"{where}/act", {"act": "done"}).status_code == 303
    assert "Done by you, today at 10:00" in words(priya.get(console(around)))
    assert "Not done after all" in words(priya.get(where))
    assert priya.post(f"{where}/act", {"act": "open-again"}).status_code == 303
    assert priya.post(f"{where}/act", {"act": "burn"}).status_code == 404
    assert [kind for kind, *_ in kinds(action.id)] == ["set", "done", "open_again"]


def acts(page: object) -> list[str]:
    return re.findall(r'action="([^"]+/act)"', page.get_data(as_text=True))  # type: ignore[attr-defined]


def test_mary_ticks_off_what_is_hers_in_one_press(mary: Browser, around: AtActions, home: str) -> None:
    action = around.action(due_on=TOMORROW)
    around.action(around.world.tom.id, words="Fetch the scales")
    page = mary.get(f"{home}/plan")
    said = words(page)
    assert "What we agreed to do" in said
    assert f"{WORDS} You, by tomorrow" in said
    assert "Fetch the scales Tom Okafor, son" in said
    (act,) = acts(page)
    done = mary.post(act, {"act": "done"})
    assert done.status_code == 303
    said = words(mary.get(done.headers["Location"]))
    assert "Well done. It is noted as done." in said
    assert "Done by you, today at 10:00" in said
    assert kinds(action.id)[-1] == ("done", "patient", "page")
    assert mary.post(act, {"act": "open-again"}).status_code == 303
    assert row(action.id).state == "open"


def test_tom_sees_it_under_his_grants_and_ticks_off_what_is_his(
    tom: Browser, browser_of: Callable[[Person], Browser], around: AtActions
) -> None:
    mine, hers = around.action(around.world.tom.id), around.action(words="Walk to the corner")
    where = f"/my/{around.patient.id}/plan"
    page = tom.get(where)
    assert "What was agreed to be done" in words(page)
    assert "Walk to the corner Mary Okafor, patient" in words(page)
    assert "Make a goal of it" not in words(page)  # her goals are hers to set
    assert acts(page) == [f"{where}/actions/{mine.id}/act"]
    assert tom.post(f"{where}/actions/{mine.id}/act", {"act": "done"}).status_code == 303
    refused = tom.post(f"{where}/actions/{hers.id}/act", {"act": "done"})
    assert (refused.status_code, "Somebody else sees to this action" in words(refused)) == (409, True)
    ada = browser_of(around.ada)
    page = ada.get(where)
    assert (WORDS in words(page), acts(page)) == (True, [])
    nurse = browser_of(around.world.adeyemi)
    assert nurse.get(where).status_code == 403


def test_without_an_action_the_plan_is_as_it_was(mary: Browser, home: str) -> None:
    said = words(mary.get(f"{home}/plan"))
    assert "agreed" not in said
    assert "Readings and limits" not in said


def test_once_care_has_ended_nothing_can_be_pressed(
    mary: Browser, priya: Browser, around: AtActions, home: str
) -> None:
    action = around.action()
    with unit_of_work():
        service.end_care(around.patient, "moved")
    assert acts(mary.get(f"{home}/plan")) == []
    assert "Add an action" not in words(priya.get(console(around)))
    assert "has ended, so the care plan is kept as it is" in words(priya.get(f"{console(around)}/actions/{action.id}"))


def test_what_people_wrote_is_never_markup(mary: Browser, priya: Browser, around: AtActions, home: str) -> None:
    action = around.action(words="<script>alert(1)</script>{{7*7}}")
    with unit_of_work():
        ending.drop(around.patient, action.id, "<img src=x>", around.priya)
    around.action(words="<script>alert(2)</script>")
    for browser, where in (
        (priya, console(around)),
        (priya, f"{console(around)}/actions/{action.id}"),
        (mary, f"{home}/plan"),
    ):
        page = browser.get(where).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_patients_page_asks_as_much_however_many_actions(priya: Browser, around: AtActions) -> None:
    around.action()
    counts = []
    for _ in range(2):
        with counted() as statements:
            priya.get(console(around))
        counts.append(len(statements))
        for owner in (around.world.tom, around.world.lind, around.ada):
            around.action(owner.id, TOMORROW)
    assert counts[0] == counts[1]


def test_a_goal_goes_by_an_action_from_its_page(mary: Browser, around: AtActions, home: str) -> None:
    action = around.action(due_on=FRIDAY)
    gone = around.action(words="Gone")
    with unit_of_work():
        ending.drop(around.patient, gone.id, "No", around.priya)
        goal = goals.set_goal(around.patient, NewGoal(new_id(), "Breathe", audience="team"), around.mary)
    path = f"{home}/goals/{goal.id}/number"
    first = mary.get(path)
    assert "Something in my care plan" in words(first)
    form = {"version": "1", "step": "seen", "tied_to": "action"}
    second = mary.post(path, form)
    assert f"{WORDS} Not done yet. You see to it, by 20 November 2026." in words(second)
    assert "Gone" not in words(second)
    for tie in ("", str(gone.id)):
        assert mary.post(path, form | {"step": "which", "tie": tie}).status_code == 422
    saved = mary.post(path, form | {"step": "which", "tie": str(action.id)})
    assert saved.status_code == 303
    said = words(mary.get(saved.headers["Location"]))
    assert f"{WORDS}: Not done yet. You see to it, by 20 November 2026." in said
    mary.post(f"{home}/plan/actions/{action.id}/act", {"act": "done"})
    assert f"{WORDS}: Done on 18 November 2026." in words(mary.get(f"{home}/goals"))


def test_the_team_suggests_a_goal_that_goes_by_an_action(priya: Browser, mary: Browser, around: AtActions) -> None:
    action = around.action(due_on=FRIDAY)
    path = f"{console(around)}/goals/suggest"
    form = priya.hidden(path) | {"words": "Breathe well", "tied_to": "action", "tie": str(action.id)}
    assert "Something in Mary’s care plan" in words(priya.post(path, form | {"step": "what"}))
    assert f"{WORDS} Not done yet. Mary Okafor sees to it" in words(priya.post(path, form | {"step": "seen"}))
    assert priya.post(path, form | {"step": "why"}).status_code == 303
    said = words(mary.get(f"/my/{around.patient.id}/goals"))
    assert f"{WORDS}: Not done yet. You see to it, by 20 November 2026." in said


def test_a_goal_is_set_with_an_action_in_one_go(mary: Browser, around: AtActions, home: str) -> None:
    action = around.action(due_on=FRIDAY)
    page = mary.get(f"{home}/plan").text
    (path,) = re.findall(r'href="([^"]+/goals/add[^"]+)"', html.unescape(page))
    assert f"tie={action.id}" in path
    form = mary.hidden(path) | {"words": "Breathe well", "audience": "team"}
    assert (form["tied_to"], form["tie"]) == ("action", str(action.id))
    answer = mary.post(f"{home}/goals/add", form | {"step": "when"})
    assert answer.status_code == 303
    assert f"{WORDS}: Not done yet." in words(mary.get(answer.headers["Location"]))
