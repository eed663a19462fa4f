"""Goals over the API: set, changed, decided on, reviewed, ended; sent twice, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.ids import new_id
from tests.goals.at_goals import STEP, WHY, WORDS, AtGoals, Caller, told


def detail(answer: Any) -> str:
    said: str = answer.get_json()["detail"]
    return said


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [one["pointer"] for one in answer.get_json()["errors"]]


def kinds(who: Caller, goal: Any) -> list[str]:
    return [one["kind"] for one in who.get(f"/{goal['id']}/history")["history"]]


def test_a_goal_in_their_own_words(mary: Caller) -> None:
    goal = mary.sets("private", confidence=7, review_each_days=14, steps=[
        {"id": str(new_id()), "words": f" {STEP} ", "due_on": "2026-12-01"}, {"id": str(new_id()), "words": "Shoes"},
    ])  # fmt: skip
    assert (goal["words"], goal["why"], goal["audience"], goal["state"]) == (WORDS, WHY, "private", "active")
    assert (goal["confidence"], goal["review_on"], goal["way"], goal["set_by"]["is_to_patient"]) == (
        7, "2026-12-02", None, "patient",
    )  # fmt: skip
    assert [(one["words"], one["due_on"], one["helper"]) for one in goal["steps"]] == [
        (STEP, "2026-12-01", None),
        ("Shoes", None, None),
    ]
    assert (goal["steps_done"], goal["steps_share"]) == (0, 0)
    assert mary.get(f"/{goal['id']}") == goal
    assert mary.get()["items"] == [goal]
    assert kinds(mary, goal) == ["set", "step_added", "step_added"]


def test_sent_again_it_is_the_same_one_whatever_became_of_it(mary: Caller) -> None:
    body = {"id": str(new_id()), "words": WORDS, "audience": "team"}
    goal = mary.does("", body)
    changed = mary.changes(f"/{goal['id']}", goal["version"], words="Dance").get_json()
    assert mary.does("", body)["id"] == goal["id"]
    assert mary.does("", body)["words"] == changed["words"] == "Dance"
    again = mary.post("", body | {"words": "Sing"})
    assert (again.status_code, detail(again)) == (409, detail(again))
    assert "sent before" in detail(again)
    assert len(mary.get()["items"]) == 1


WRONG = {
    "no words": ({"words": "  "}, ["/words"]),
    "long words": ({"words": "x" * 301}, ["/words"]),
    "another audience": ({"audience": "world"}, ["/audience"]),
    "too sure": ({"confidence": 11}, ["/confidence"]),
    "less than not sure": ({"confidence": -1}, ["/confidence"]),
    "four levels": ({"levels": ["a", "b", "c", "d"]}, ["/levels"]),
    "an empty level": ({"levels": ["a", "b", "", "d", "e"]}, ["/levels/2"]),
    "each day": ({"review_each_days": 1}, ["/review_each_days"]),
    "a state": ({"state": "reached"}, ["/state"]),
    "somebody else": ({"set_by": str(new_id())}, ["/set_by"]),
    "a tie without a kind": ({"tie": "weight", "aim_value": "70"}, ["/tie"]),
    "a kind without a tie": ({"tied_to": "measure", "aim_value": "70"}, ["/tie"]),
    "nothing to hope for": ({"tied_to": "measure", "tie": "weight"}, ["/aim_value"]),
    "an unknown measure": ({"tied_to": "measure", "tie": "luck", "aim_value": "7"}, ["/tie"]),
    "half a pressure": ({"tied_to": "measure", "tie": "blood_pressure", "aim_value": "7"}, ["/tie"]),
    "a part of no parts": ({"tied_to": "measure", "tie": "weight:left", "aim_value": "7"}, ["/tie"]),
    "an unknown area": ({"tied_to": "area", "tie": "wheel:luck", "aim_value": "7"}, ["/tie"]),
    "no area": ({"tied_to": "area", "tie": "wheel", "aim_value": "7"}, ["/tie"]),
    "not a number": ({"tied_to": "measure", "tie": "weight", "aim_value": "NaN"}, ["/aim_value"]),
    "too large": ({"tied_to": "measure", "tie": "weight", "aim_value": "1e9"}, ["/aim_value"]),
    "an action that is none": ({"tied_to": "action", "tie": "swim"}, ["/tie"]),
    "no such weight": ({"tied_to": "measure", "tie": "weight", "aim_value": "7"}, ["/aim_value"]),
    "no such beginning": (
        {"tied_to": "measure", "tie": "weight", "start_value": "700", "aim_value": "70"},
        ["/start_value"],
    ),
    "beyond the scale": ({"tied_to": "area", "tie": "wheel:home", "aim_value": "11"}, ["/aim_value"]),
    "an action in numbers": ({"tied_to": "action", "tie": str(new_id()), "aim_value": "7"}, ["/aim_value"]),
    "a step without words": ({"steps": [{"id": str(new_id()), "words": ""}]}, ["/steps/0/words"]),
    "many steps": ({"steps": [{"id": str(new_id()), "words": "x"} for _ in range(31)]}, ["/steps"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_named_and_changes_nothing(mary: Caller, name: str) -> None:
    more, expected = WRONG[name]
    assert pointers(mary.post("", {"id": str(new_id()), "words": WORDS} | more)) == expected
    assert mary.get()["items"] == []


def test_the_same_id_for_two_steps_is_refused(mary: Caller) -> None:
    step = {"id": str(new_id()), "words": STEP}
    assert pointers(mary.post("", {"id": str(new_id()), "words": WORDS, "steps": [step, step]})) == ["/steps"]


def test_every_change_is_written_down_with_what_it_was(mary: Caller) -> None:
    goal = mary.sets("team", confidence=3)
    changed = mary.changes(f"/{goal['id']}", goal["version"], words="Dance", confidence=5, audience="circle").get_json()
    assert (changed["words"], changed["audience"], changed["why"]) == ("Dance", "circle", WHY)
    stale = mary.changes(f"/{goal['id']}", goal["version"], words="Sing")
    assert stale.status_code == 412
    none = mary.changes(f"/{goal['id']}", changed["version"], words="Dance")
    assert none.get_json()["version"] == changed["version"]
    history = mary.get(f"/{goal['id']}/history")["history"]
    assert [(one["kind"], one["before"]) for one in history] == [
        ("set", {}),
        ("step_added", {}),
        ("changed", {"words": WORDS, "confidence": 3}),
        ("shared", {"audience": "team"}),
    ]


def test_the_patient_takes_changes_or_leaves_what_is_suggested(around: AtGoals, mary: Caller, priya: Caller) -> None:
    bodies = [{"id": str(new_id()), "words": f"Goal {number}", "review_each_days": 28} for number in range(3)]
    taken, changed, left = (priya.does("/suggestions", body) for body in bodies)
    assert priya.does("/suggestions", bodies[0])["id"] == taken["id"]
    assert {(one["state"], one["audience"], one["review_on"]) for one in (taken, changed, left)} == {
        ("suggested", "team", None)
    }
    assert len(told(around.world.mary.id)) == 3
    assert "suggests a goal" in told(around.world.mary.id)[0]
    now = mary.does(f"/{taken['id']}/accept", {})
    assert (now["state"], now["review_on"], now["set_by"]["name"]) == ("active", "2026-12-16", "Priya Shah")
    now = mary.does(f"/{changed['id']}/accept", {"words": "My own", "audience": "private", "confidence": 6})
    assert (now["words"], now["audience"], now["confidence"], now["state"]) == ("My own", "private", 6, "active")
    assert mary.does(f"/{changed['id']}/accept", {"words": "My own", "audience": "private", "confidence": 6}) == now
    assert mary.post(f"/{changed['id']}/accept", {"words": "Other"}).status_code == 409
    assert mary.does(f"/{left['id']}/decline", {"why": "Not now"})["state"] == "declined"
    assert mary.does(f"/{left['id']}/decline", {"why": "Not now"})["state"] == "declined"
    assert mary.post(f"/{taken['id']}/decline", {}).status_code == 409
    assert priya.tries(f"/{changed['id']}").status_code == 404
    assert [one["why"] for one in priya.get(f"/{left['id']}/history")["history"]] == [None, "Not now"]
    assert [one["words"] for one in priya.get()["items"]] == ["Goal 2", "Goal 0"]


def test_nobody_but_the_patient_sets_changes_or_ends(mary: Caller, tom: Caller, priya: Caller) -> None:
    goal = mary.sets()
    for who in (tom, priya):
        assert who.post("", {"id": str(new_id()), "words": WORDS}).status_code == 403
        assert who.changes(f"/{goal['id']}", goal["version"], words="Theirs").status_code == 403
        for act in ("reached", "put-aside", "take-up", "accept", "decline", "reviews", "steps"):
            assert who.post(f"/{goal['id']}/{act}", {}).status_code == 403, act
    assert tom.post("/suggestions", {"id": str(new_id()), "words": WORDS}).status_code == 403
    assert mary.post("/suggestions", {"id": str(new_id()), "words": WORDS}).status_code == 403
    assert mary.get(f"/{goal['id']}") == goal


def test_reached_put_aside_and_taken_up_again(mary: Caller) -> None:
    goal = mary.sets(review_each_days=7)
    one = f"/{goal['id']}"
    for act, body, state, review_on in (
        ("put-aside", {"why": "It rains"}, "put_aside", None),
        ("put-aside", {}, "put_aside", None),
        ("take-up", None, "active", "2026-11-25"),
        ("take-up", None, "active", "2026-11-25"),
        ("reached", None, "reached", None),
        ("reached", None, "reached", None),
    ):
        now = mary.does(f"{one}/{act}", body)
        assert (now["state"], now["review_on"], now["ended_at"] is None) == (state, review_on, state == "active")
    refused = mary.post(f"{one}/put-aside", {})
    assert (refused.status_code, detail(refused)) == (409, "This goal is reached. Take it up again first.")
    assert mary.post(f"{one}/reviews", {"id": str(new_id()), "confidence": 3}).status_code == 409
    assert mary.changes(one, now["version"], words="More").status_code == 409
    assert mary.changes(one, now["version"], audience="private").get_json()["audience"] == "private"
    assert kinds(mary, goal) == ["set", "step_added", "put_aside", "taken_up", "reached", "shared"]
    assert mary.get("?state=reached")["items"][0]["id"] == goal["id"]
    assert mary.get("?state=active")["items"] == []


def test_a_review_says_how_it_goes_and_counts_anew(around: AtGoals, mary: Caller, priya: Caller) -> None:
    levels = ["In bed", "At home", "To the corner", "To the park", "At the wedding"]
    goal = mary.sets("team", confidence=3, review_each_days=14, levels=levels)
    assert goal["levels"] == levels
    body = {"id": str(new_id()), "confidence": 6, "level": 1, "note": "Twice this week"}
    now = mary.does(f"/{goal['id']}/reviews", body)
    assert (now["confidence"], now["review_on"]) == (6, "2026-12-02")
    assert mary.does(f"/{goal['id']}/reviews", body)["version"] == now["version"]
    assert mary.post(f"/{goal['id']}/reviews", body | {"level": 2}).status_code == 409
    assert pointers(mary.post(f"/{goal['id']}/reviews", {"id": str(new_id())})) == ["/note"]
    plain = mary.sets("team")
    assert pointers(mary.post(f"/{plain['id']}/reviews", {"id": str(new_id()), "level": 1})) == ["/level"]
    note = {"id": str(new_id()), "note": "Well done"}
    for _ in range(2):
        assert priya.does(f"/{goal['id']}/notes", note)["note"] == "Well done"
    assert priya.post(f"/{goal['id']}/notes", note | {"note": "Other"}).status_code == 409
    whole = mary.get(f"/{goal['id']}/history")
    assert [(one["by"]["name"], one["confidence"], one["level"], one["note"]) for one in whole["reviews"]] == [
        ("Priya Shah", None, None, "Well done"),
        ("Mary Okafor", 6, 1, "Twice this week"),
    ]
    assert whole["history"][-2]["before"] == {"confidence": 3}
    assert mary.get(f"/{goal['id']}")["review_on"] == "2026-12-02"


def test_steps_are_added_changed_done_and_taken_away(mary: Caller) -> None:
    goal = mary.sets("team", steps=[])
    one, body = f"/{goal['id']}/steps", {"id": str(new_id()), "words": STEP, "due_on": "2026-12-01"}
    assert goal["steps_share"] is None
    now = mary.does(one, body)
    assert mary.does(one, body)["version"] == now["version"]
    assert mary.post(one, body | {"words": "Other"}).status_code == 409
    now = mary.does(one, {"id": str(new_id()), "words": "Shoes"})
    first, second = (step["id"] for step in now["steps"])
    assert mary.changes(f"/steps/{first}", 1, words="Walk").status_code == 412
    now = mary.changes(f"/steps/{first}", now["version"], words="Walk", due_on=None).get_json()
    assert (now["steps"][0]["words"], now["steps"][0]["due_on"]) == ("Walk", None)
    assert mary.does(one, body)["steps"][0]["words"] == "Walk"
    for _ in range(2):
        now = mary.does(f"/steps/{first}/done")
        assert (now["steps_done"], now["steps_share"], now["steps"][0]["done_by"]["name"]) == (1, 0.5, "Mary Okafor")
    assert mary.does(f"/steps/{first}/open-again")["steps_done"] == 0
    now = mary.does(f"/steps/{second}/remove")
    assert [step["words"] for step in now["steps"]] == ["Walk"]
    assert mary.post(f"/steps/{second}/done").status_code == 404
    history = mary.get(f"/{goal['id']}/history")["history"]
    assert [one["kind"] for one in history] == [
        "set", "step_added", "step_added", "step_changed", "step_done", "step_open_again", "step_removed",
    ]  # fmt: skip
    assert history[3]["before"] == {"words": STEP, "due_on": "2026-12-01"}
    assert history[-1]["before"] == {"words": "Shoes", "due_on": None}


def test_goals_and_steps_are_few(mary: Caller) -> None:
    goal = mary.sets(steps=[{"id": str(new_id()), "words": f"Step {number}"} for number in range(30)])
    many = mary.post(f"/{goal['id']}/steps", {"id": str(new_id()), "words": STEP})
    assert (many.status_code, "many steps" in detail(many)) == (409, True)
    for _ in range(39):
        mary.does("", {"id": str(new_id()), "words": WORDS})
    many = mary.post("", {"id": str(new_id()), "words": WORDS})
    assert (many.status_code, "40 goals already" in detail(many)) == (409, True)


def test_pages_of_goals_newest_first(mary: Caller, priya: Caller) -> None:
    for number, audience in enumerate(["team", "private", "circle", "private", "team"]):
        mary.sets(audience, words=f"Goal {number}")
    first = priya.get("?limit=2")
    rest = priya.get(f"?limit=2&cursor={first['next']}")
    assert [one["words"] for one in (*first["items"], *rest["items"])] == ["Goal 4", "Goal 2", "Goal 0"]
    assert rest["next"] is None
    assert len(mary.get()["items"]) == 5
