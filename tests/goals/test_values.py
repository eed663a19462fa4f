"""A goal tied to a measure draws its progress from readings, one tied to an area from what ratings say of it."""

from __future__ import annotations

from datetime import timedelta

from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.ratings.entering import NewRating
from app.ratings.service import rating
from app.readings.intake import Entry
from app.readings.service import hiding, record
from tests.conftest import NOW
from tests.goals.at_goals import AtGoals, Caller
from tests.queries_counted import counted

WEIGHT = {"tied_to": "measure", "tie": "weight", "aim_value": "70"}


def weighs(around: AtGoals, kilograms: float, days: int = 0) -> Entry:
    at = NOW + timedelta(days=days)
    entry = Entry(new_id(), "weight", at, kilograms, "kg")
    with clock.at(at), unit_of_work():
        record(around.patient, [entry], by=around.world.mary.id)
    return entry


def test_it_begins_at_the_newest_value_and_draws_itself(around: AtGoals, mary: Caller, tom: Caller) -> None:
    weighs(around, 80, -1)
    goal = mary.sets(**WEIGHT)
    assert (goal["way"]["start"], goal["way"]["share"], goal["way"]["trend"]) == ("80.000", 0, "unchanged")
    for days, kilograms, share, trend in ((1, 78, 0.2, "towards"), (2, 81, -0.1, "away"), (3, 70, 1, "there")):
        weighs(around, kilograms, days)
        way = mary.get(f"/{goal['id']}")["way"]
        assert (way["now"], way["share"], way["trend"]) == (f"{kilograms}.000", share, trend)
        assert way["at"] == (NOW + timedelta(days=days)).isoformat()
    assert tom.get(f"/{goal['id']}")["way"] == way
    assert mary.get()["items"][0]["way"] == way


def test_without_a_value_it_begins_at_the_first_that_comes(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets(**WEIGHT)
    assert goal["way"] == dict.fromkeys(("start", "now", "at", "share", "trend", "action", "said")) | {"aim": "70.000"}
    weighs(around, 80, 1)
    weighs(around, 75, 2)
    way = mary.get(f"/{goal['id']}")["way"]
    assert (way["start"], way["now"], way["share"]) == ("80.000", "75.000", 0.5)


def test_what_is_kept_from_the_circle_is_kept_here_too(around: AtGoals, mary: Caller, tom: Caller) -> None:
    goal = mary.sets(**WEIGHT)
    weighs(around, 80, 1)
    hidden = weighs(around, 75, 2)
    with unit_of_work():
        hiding.hide(around.patient, hidden.id, by=around.world.mary.id)
    assert mary.get(f"/{goal['id']}")["way"]["now"] == "75.000"
    assert tom.get(f"/{goal['id']}")["way"]["now"] == "80.000"


def test_the_second_number_of_a_pressure(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets(tied_to="measure", tie="blood_pressure:diastolic", start_value="100", aim_value="80")
    with unit_of_work():
        numbers = {name: {"value": value, "unit": "mm[Hg]"} for name, value in (("systolic", 150), ("diastolic", 90))}
        entry = Entry(new_id(), "blood_pressure", NOW, components=numbers)
        record(around.patient, [entry], by=around.world.mary.id)
    assert (mary.get(f"/{goal['id']}")["way"]["now"], mary.get(f"/{goal['id']}")["way"]["share"]) == ("90.000", 0.5)


def test_another_tie_begins_anew(around: AtGoals, mary: Caller) -> None:
    weighs(around, 80, -1)
    goal = mary.sets(tied_to="measure", tie="pulse", start_value="90", aim_value="70")
    refused = mary.changes(f"/{goal['id']}", 1, tied_to="measure", tie="weight")
    assert refused.status_code == 422
    now = mary.changes(f"/{goal['id']}", 1, **WEIGHT).get_json()
    assert (now["way"]["start"], now["way"]["aim"]) == ("80.000", "70.000")
    (*_, change) = mary.get(f"/{goal['id']}/history")["history"]
    assert change["before"] == {"tie": "pulse", "start_value": "90"}
    now = mary.changes(f"/{goal['id']}", now["version"], tied_to=None, tie=None).get_json()
    assert (now["tied_to"], now["tie"], now["way"]) == (None, None, None)


def rates(around: AtGoals, days: int, **scores: int) -> None:
    with clock.at(NOW + timedelta(days=days)), unit_of_work():
        rating.give(around.patient, NewRating(new_id(), "wheel", "patient", scores), around.mary)


def test_an_area_as_it_is_rated(around: AtGoals, mary: Caller, tom: Caller) -> None:
    rates(around, -1, home=4)
    goal = mary.sets(tied_to="area", tie="wheel:home", aim_value="8")
    assert (goal["way"]["start"], goal["way"]["trend"]) == ("4.000", "unchanged")
    assert tom.get(f"/{goal['id']}")["way"] is None  # he sees no ratings
    later = mary.sets(tied_to="area", tie="wheel:mood", aim_value="8")
    assert (later["way"]["start"], later["way"]["now"]) == (None, None)
    rates(around, 1, home=5, mood=2)
    rates(around, 2, home=5, mood=5)
    way = mary.get(f"/{goal['id']}")["way"]
    assert (way["start"], way["now"], way["share"], way["trend"]) == ("4.000", "5.000", 0.25, "towards")
    way = mary.get(f"/{later['id']}")["way"]
    assert (way["start"], way["now"], way["share"]) == ("2.000", "5.000", 0.5)


def test_a_list_asks_as_much_however_many_goals(around: AtGoals, mary: Caller, tom: Caller) -> None:
    weighs(around, 80, -1)
    asked: dict[str, set[int]] = {"mary": set(), "tom": set()}
    for _ in range(3):
        for _ in range(4):
            goal = mary.sets(**WEIGHT)
            body = {"person_id": str(around.world.tom.id)}
            mary.does(f"/steps/{goal['steps'][0]['id']}/ask", body)
        for name, who in (("mary", mary), ("tom", tom)):
            with counted() as statements:
                assert who.get()["items"]
            asked[name].add(len(statements))
    assert all(len(counts) == 1 for counts in asked.values()), asked
    assert max(asked["mary"]) <= 12
