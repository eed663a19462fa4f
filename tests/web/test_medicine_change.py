"""What is said of a medicine, changed on its page: by patient and staff, and never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Right
from app.identity.models import Person
from tests.medicines.table import Table, table_of
from tests.people import World
from tests.web.browsing import Browser, words
from tests.web.test_medicine_doses import fields, give, given_medicine

BrowserOf = Callable[[Person], Browser]
SAID = {"reason": "Swollen ankles", "late_dose": "Ring me.\nThen wait.", "prescriber": "Dr Lind"}


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def one(table: Table, home: str) -> str:
    """Where furosemide is."""
    return f"{home}/medicines/{given_medicine(table, **SAID)['id']}"


def now(table: Table) -> Any:
    return table.get("/medicines")["items"][0]


def test_it_opens_with_what_is_said_and_saves_what_was_changed(mary: Browser, table: Table, one: str) -> None:
    opened = mary.get(f"{one}/change")
    assert "It was typed as “Furosemide 40 mg”, and that stays." in words(opened)
    for value in ('value="40 mg"', 'value="tablet"', ">Swollen ankles<", 'value="Dr Lind"', 'value="60"'):
        assert value in opened.get_data(as_text=True)
    form = fields(opened, "/change")
    typed = {"strength": "20 mg", "reason": "My heart", "prescriber": "", "prescriber_phone": "020 79460018",
             "late_dose": "Ring me.\r\nThen wait.", "window_minutes": "90", "remind_every": "30"}  # fmt: skip
    saved = mary.post(f"{one}/change", form | typed)
    assert saved.headers["Location"] == f"{one}?said=changed"
    said = words(mary.get(saved.headers["Location"]))
    assert "What is said of it is saved." in said
    assert "Mary Okafor changed what is said of it: strength, what it is for, prescriber, prescriber’s phone" in said
    assert "words about a late dose" not in said.partition("History")[2]
    kept = now(table)
    assert (kept["typed"], kept["name"], kept["strength"]) == ("Furosemide 40 mg", "Furosemide 40 mg", "20 mg")
    assert (kept["prescriber"], kept["window_minutes"], kept["form"]) == (None, 90, "tablet")


def test_nothing_changed_is_nothing_done(mary: Browser, table: Table, one: str) -> None:
    form = fields(mary.get(f"{one}/change"), "/change")
    assert mary.post(f"{one}/change", form | {"strength": "40 mg", "time_critical": "no"}).status_code == 303
    assert now(table)["version"] == int(form["version"])


def test_another_class_brings_its_own_minutes_unless_they_are_given(mary: Browser, table: Table, one: str) -> None:
    form = fields(mary.get(f"{one}/change"), "/change")
    shown = {"window_minutes": "60", "remind_every": "30"}
    mary.post(f"{one}/change", form | shown | {"time_critical": "parkinsons"})
    assert (now(table)["window_minutes"], now(table)["remind_every"]) == (30, 5)
    assert "Minutes matter Parkinson's." in words(mary.get(one))
    form = fields(mary.get(f"{one}/change"), "/change")
    mary.post(f"{one}/change", form | {"window_minutes": "45", "remind_every": "5", "time_critical": "no"})
    assert (now(table)["time_critical"], now(table)["window_minutes"], now(table)["remind_every"]) == (None, 45, 30)


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "too long": ({"strength": "5" * 61}, "strength", "Give up to 60 letters"),
    "no class": ({"time_critical": "tea"}, "time_critical", "This class of medicines is not known."),
    "words for minutes": ({"window_minutes": "an hour"}, "window_minutes", "Give whole minutes, from 15 to 720"),
    "too rarely": ({"remind_every": "240"}, "remind_every", "There would be only one reminder"),
    "far too rarely": ({"remind_every": "241"}, "remind_every", "Give whole minutes, from 5 to 240"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_said_beside_its_field(mary: Browser, table: Table, one: str, case: str) -> None:
    typed, name, said = WRONG[case]
    form = fields(mary.get(f"{one}/change"), "/change")
    wrong = mary.post(f"{one}/change", form | {"form": "capsule"} | typed)
    assert wrong.status_code == 422
    assert said in words(wrong)
    assert f'href="#{name}"' in wrong.get_data(as_text=True)
    assert 'value="capsule"' in wrong.get_data(as_text=True)
    assert now(table)["form"] == "tablet"


def test_what_somebody_changed_meanwhile_is_shown_and_not_written_over(
    mary: Browser, priya: Browser, table: Table, one: str
) -> None:
    form = fields(mary.get(f"{one}/change"), "/change")
    theirs = fields(priya.get(f"{one}/change"), "/change")
    assert priya.post(f"{one}/change", theirs | {"strength": "20 mg"}).status_code == 303
    late = mary.post(f"{one}/change", form | {"strength": "80 mg"})
    assert late.status_code == 412
    assert "It was changed after you opened it. Nothing of yours was saved" in words(late)
    assert 'value="20 mg"' in late.get_data(as_text=True)
    assert now(table)["strength"] == "20 mg"
    again = fields(late, "/change")
    assert mary.post(f"{one}/change", again | {"strength": "80 mg"}).status_code == 303
    said = words(mary.get(one))
    assert "Priya Shah changed what is said of it: strength." in said
    assert now(table)["strength"] == "80 mg"


def test_who_acts_may_change_and_who_sees_may_not(browser_of: BrowserOf, world: World, table: Table, one: str) -> None:
    give(world, world.tom, Right.SEE)
    tom = browser_of(world.tom)
    assert tom.get(f"{one}/change").status_code == tom.post(f"{one}/change", {"form": "x"}).status_code == 403
    give(world, world.tom, Right.ACT)
    form = fields(tom.get(f"{one}/change"), "/change")
    assert tom.post(f"{one}/change", form | {"form": "capsule"}).status_code == 303
    assert now(table)["form"] == "capsule"
