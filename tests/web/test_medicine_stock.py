"""What is left of a medicine: counted, brought home in packs, sent twice and counted once."""

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
from tests.web.test_medicine_doses import NEEDED, fields, give, given_medicine

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def one(table: Table, home: str) -> str:
    """Where furosemide is."""
    return f"{home}/medicines/{given_medicine(table)['id']}"


def left(table: Table, one: str) -> float:
    return float(table.get(f"/medicines/{one.rpartition('/')[2]}/stock")["left"])


def counted(browser: Browser, one: str, quantity: str) -> Any:
    form = fields(browser.get(f"{one}/stock"), "/stock")
    return browser.post(f"{one}/stock", form | {"quantity": quantity})


def came(browser: Browser, one: str) -> dict[str, str]:
    """The hidden fields of the second form."""
    page = browser.get(f"{one}/stock").get_data(as_text=True)
    return {"id": page.split('name="id" value="')[2][:36], "what": "came"}


def test_it_is_counted_and_says_when_it_runs_out(mary: Browser, home: str, table: Table, one: str) -> None:
    assert "Count what is left" in words(mary.get(one))
    first = words(mary.get(f"{one}/stock"))
    assert "Nobody has counted it yet." in first
    assert "Brought home" not in first
    assert counted(mary, one, "7").headers["Location"] == f"{one}?said=counted"
    said = words(mary.get(f"{one}?said=counted"))
    assert "What is left is saved." in said
    assert "By the last count 7 tablets left, too few from 25 November." in said
    assert "Mary Okafor counted what is left: 7." in said
    assert "7 tablets, by you today at 10:00" in words(mary.get(f"{one}/stock"))
    today = words(mary.get(f"{home}/medicines"))
    assert "What is left Furosemide 40 mg By the last count 7 tablets left, too few from 25 November." in today
    assert "Count, or add what came" in today


def test_packs_brought_home_are_added_and_their_size_is_kept(mary: Browser, table: Table, one: str) -> None:
    counted(mary, one, "3")
    packs = came(mary, one) | {"packs": "2", "pack_size": "28"}
    assert mary.post(f"{one}/stock", packs).status_code == 303
    assert left(table, one) == 59
    said = words(mary.get(one))
    assert "Mary Okafor counted what is left: 56 came, so 59 now." in said
    assert "By the last count 59 tablets left, enough until 1 December at least." in said
    assert 'value="28"' in mary.get(f"{one}/stock").get_data(as_text=True)
    assert table.get(f"/medicines/{one.rpartition('/')[2]}/stock/counts")["pack_size"] == "28.000"


def test_a_form_sent_twice_counts_once(mary: Browser, table: Table, one: str) -> None:
    counted(mary, one, "3")
    packs = came(mary, one) | {"packs": "1", "pack_size": "28"}
    mary.post(f"{one}/stock", packs)
    again = mary.post(f"{one}/stock", packs)
    assert again.headers["Location"] == f"{one}?said=counted_before"
    assert "That form was sent before, so nothing was changed." in words(mary.get(f"{one}?said=counted_before"))
    assert left(table, one) == 31


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "no number": ({"what": "counted", "quantity": "a few"}, "quantity", "Give how many are left, in figures"),
    "nothing": ({"what": "counted"}, "quantity", "Give how many are left, in figures"),
    "far too many": ({"what": "counted", "quantity": "100001"}, "quantity", "Give a number up to 100,000"),
    "no packs": ({"what": "came", "pack_size": "28"}, "packs", "Give how many packs came, in figures"),
    "no size": ({"what": "came", "packs": "1"}, "pack_size", "Give how many are in one pack, in figures"),
    "none came": ({"what": "came", "packs": "0", "pack_size": "28"}, "came", "Give a number above 0"),
    "more than can be": ({"what": "came", "packs": "4", "pack_size": "25000"}, "came", "That is more than can be."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_counted_is_said_and_changes_nothing(mary: Browser, table: Table, one: str, case: str) -> None:
    typed, name, said = WRONG[case]
    counted(mary, one, "3")
    wrong = mary.post(f"{one}/stock", fields(mary.get(f"{one}/stock"), "/stock") | typed)
    assert wrong.status_code == 422
    assert said in words(wrong)
    assert f'href="#{name}"' in wrong.get_data(as_text=True)
    assert left(table, one) == 3


def test_what_is_taken_when_needed_is_not_predicted(mary: Browser, home: str, table: Table) -> None:
    one = f"{home}/medicines/{given_medicine(table, 'Paracetamol 500 mg', NEEDED)['id']}"
    counted(mary, one, "20")
    assert "20 tablets left; when it runs out is not reckoned for what is taken when needed." in words(mary.get(one))


def test_of_a_stopped_one_nothing_is_counted(mary: Browser, table: Table, one: str) -> None:
    counted(mary, one, "3")
    form = fields(mary.get(f"{one}/stock"), "/stock")
    mary.post(f"{one}/stop", {"why": "Dr Lind ended it"})
    assert "Count what is left" not in words(mary.get(one))
    late = mary.post(f"{one}/stock", form | {"quantity": "9"})
    assert late.status_code == 409
    assert "This medicine is stopped." in words(late)


def test_who_records_doses_counts(browser_of: BrowserOf, world: World, table: Table, one: str) -> None:
    give(world, world.tom, Right.SEE, Right.ACT)
    tom, priya = browser_of(world.tom), browser_of(world.priya)
    assert counted(tom, one, "12").status_code == 303
    assert counted(priya, one, "10").status_code == 303
    assert "10 tablets, by you today at 10:00 12 tablets, by Tom Okafor" in words(priya.get(f"{one}/stock"))
    assert left(table, one) == 10
