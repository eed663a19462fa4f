"""The list of medicines on pages: one of them, stopped and started, paused, watched; a medicine added."""

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


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def page(home: str) -> str:
    return f"{home}/medicines"


@pytest.fixture
def one(table: Table, page: str) -> str:
    """Where furosemide is."""
    reason = {"reason": "Swollen ankles", "late_dose": "Ring me.", "prescriber": "Dr Lind"}
    return f"{page}/{given_medicine(table, **reason)['id']}"


def test_the_list_says_when_and_what_is_alike(mary: Browser, page: str, table: Table, one: str) -> None:
    given_medicine(table, "Paracetamol 500 mg", ingredients={"paracetamol": "500"})
    table.add("Co-codamol 8/500", ingredients={"paracetamol": "500"})
    said = words(mary.get(f"{page}/list"))
    assert "Furosemide 40 mg 40 mg 1 tablet at 10:30, every day For swollen ankles" in said
    assert "Paracetamol 500 mg also holds paracetamol. Ask your pharmacist about both." in said
    assert "Co-codamol 8/500 No times are set, so nobody is reminded." in said


def test_what_is_left_is_said_once_it_was_counted(mary: Browser, page: str, table: Table, one: str) -> None:
    assert "By the last count" not in words(mary.get(one))
    counted = table.post(f"/medicines/{one.rpartition('/')[2]}/stock", {"quantity": "7"})
    assert counted.status_code == 201
    for path in (one, f"{page}/list"):
        assert "By the last count 7 tablets left, too few from 25 November." in words(mary.get(path))


def test_one_medicine_with_its_history(mary: Browser, one: str) -> None:
    said = words(mary.get(one))
    assert "When it is taken 1 tablet at 10:30, every day" in said
    assert "Strength 40 mg Form tablet What it is for Swollen ankles" in said
    assert "About a late dose, in the prescriber’s words Ring me." in said
    assert "Mary Okafor said when it is taken. today at 10:00 Mary Okafor put it on the list." in said


def test_a_stop_is_explained_asks_why_and_can_be_undone(mary: Browser, table: Table, page: str, one: str) -> None:
    assert "Kith reminds nobody of it any more." in words(mary.get(f"{one}/stop"))
    wrong = mary.post(f"{one}/stop", {"why": " "})
    assert (wrong.status_code, len(table.doses())) == (422, 2)
    assert "Say why it is stopped, in a few words" in words(wrong)
    assert mary.post(f"{one}/stop", {"why": "Dr Lind ended it"}).headers["Location"] == f"{one}?said=stopped"
    said = words(mary.get(one))
    assert "It is stopped here. Nobody is reminded of it." in said
    assert "Mary Okafor stopped it here: “Dr Lind ended it”." in said
    assert table.doses() == []
    assert "Stopped Furosemide 40 mg" in words(mary.get(f"{page}/list"))
    for _ in range(2):  # pressed twice
        assert mary.post(f"{one}/start").status_code == 303
    assert len(table.doses()) == 2


WRONG_PAUSES: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "Choose why"),
    "no last day": ({"why": "holiday", "starts_at": "2026-11-18"}, "Give a day, such as 24 November 2026"),
    "the wrong way round": (
        {"why": "holiday", "starts_at": "2026-11-20", "ends_at": "2026-11-19"}, "The last day is before the first",
    ),
    "past": ({"why": "holiday", "starts_at": "2026-11-01", "ends_at": "2026-11-02"}, "not in the past"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_PAUSES)
def test_a_pause_that_is_none_is_refused(mary: Browser, table: Table, one: str, case: str) -> None:
    typed, said = WRONG_PAUSES[case]
    mary.get(f"{one}/pause")
    wrong = mary.post(f"{one}/pause", typed)
    assert wrong.status_code == 422
    assert said in words(wrong)
    assert table.get("/medicine-pauses")["items"] == []


@pytest.mark.parametrize("whole", [True, False], ids=["all", "one"])
def test_a_pause_is_shown_and_ended(mary: Browser, table: Table, page: str, one: str, whole: bool) -> None:
    form = {"why": "hospital", "starts_at": "2026-11-18", "ends_at": "2026-11-20"}
    mary.get(one)
    assert mary.post(f"{page if whole else one}/pause", form).status_code == 303
    said = words(mary.get(f"{page}/list"))
    name = "All medicines" if whole else "Furosemide 40 mg"
    assert f"{name}: paused from 10:00 today until 00:00 on Saturday (in hospital)." in said
    assert "Paused until 00:00 on Saturday" in said
    assert f"{name}: paused until 00:00 on Saturday." in words(mary.get(page))
    assert [dose["state"] for dose in table.doses()] == ["paused", "paused"]
    (pause,) = table.get("/medicine-pauses")["items"]
    assert mary.post(f"{page}/pauses/{pause['id']}/end").status_code == 303
    assert [dose["state"] for dose in table.doses()] == ["due", "due"]


def test_who_is_told_after_how_long(mary: Browser, world: World, one: str) -> None:
    assert "Nobody in the circle is to be told about medicines yet." in words(mary.get(f"{one}/watches"))
    give(world, world.tom, Right.SEE, Right.BE_TOLD)
    tom = str(world.tom.id)
    assert "Tom Okafor, son" in words(mary.get(f"{one}/watches"))
    wrong = mary.post(f"{one}/watches", {"person": tom, f"minutes-{tom}": "7"})
    assert wrong.status_code == 422
    assert "Choose after how long" in words(wrong)
    assert mary.post(f"{one}/watches", {"person": tom, f"minutes-{tom}": "60"}).status_code == 303
    assert "Tom Okafor, 60 minutes after its time" in words(mary.get(one))
    stranger = str(world.stranger.id)
    assert mary.post(f"{one}/watches", {"person": stranger, f"minutes-{stranger}": "60"}).status_code == 422
    assert mary.post(f"{one}/watches").status_code == 303
    assert "is not recorded Nobody." in words(mary.get(one))


def test_a_medicine_is_added_a_question_a_page(mary: Browser, page: str, table: Table) -> None:
    table.add("Calpol", ingredients={"paracetamol": "24"})
    asked = mary.get(f"{page}/add")
    assert "What is the medicine called?" in words(asked)
    form = fields(asked, "/add")
    assert mary.post(f"{page}/add", form | {"typed": " "}).status_code == 422
    holds = mary.post(f"{page}/add", form | {"typed": "Paracetamol 500mg tablets"})
    assert "Does it hold this?" in words(holds)
    kept = fields(holds, "/add")
    typed: dict[str, Any] = kept | {"holds": "paracetamol", "mg-paracetamol": "many"}
    wrong = mary.post(f"{page}/add", typed | {"step": "holds"})
    assert wrong.status_code == 422
    assert "Give the milligrams in figures, or leave them empty" in words(wrong)
    typed["mg-paracetamol"] = "500 mg"
    details = mary.post(f"{page}/add", typed | {"step": "holds"})
    assert "Calpol on the list also holds Paracetamol." in words(details)
    added = mary.post(
        f"{page}/add", typed | {"step": "details", "form": "tablet", "reason": "Knee", "time_critical": "no"}
    )
    assert added.status_code == 303
    assert added.headers["Location"].endswith("/schedule")
    (made,) = [one for one in table.get("/medicines")["items"] if one["typed"] != "Calpol"]
    assert (made["typed"], made["form"], made["reason"]) == ("Paracetamol 500mg tablets", "tablet", "Knee")
    assert made["ingredients"] == {"paracetamol": "500.000"}


def test_a_medicine_sent_twice_is_one(mary: Browser, page: str, table: Table) -> None:
    form = fields(mary.get(f"{page}/add"), "/add") | {"step": "details", "typed": "Ramipril", "form": "capsule"}
    first, second = (mary.post(f"{page}/add", form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert len(table.get("/medicines")["items"]) == 1
    otherwise = mary.post(f"{page}/add", form | {"form": "tablet"})
    assert otherwise.status_code == 422
    assert "This form was sent before, with something else in it." in words(otherwise)
    without = mary.post(f"{page}/add", form | {"id": "x"})
    assert "Open the page again, and send it from there." in words(without)
    assert [one["form"] for one in table.get("/medicines")["items"]] == ["capsule"]


def test_a_name_that_suggests_nothing_goes_on_at_once(mary: Browser, page: str, table: Table) -> None:
    form = fields(mary.get(f"{page}/add"), "/add") | {"step": "details", "typed": "Ramipril"}
    assert "What else is on the label?" in words(mary.post(f"{page}/add", {"step": "name", "typed": "Ramipril"}))
    long = mary.post(f"{page}/add", {"step": "details", "typed": "Ramipril", "strength": "5" * 61, "form": "capsule"})
    assert long.status_code == 422
    assert 'value="capsule"' in long.get_data(as_text=True)
    assert table.get("/medicines")["items"] == []
    unknown = mary.post(f"{page}/add", form | {"time_critical": "tea"})
    assert "Choose one of these" in words(unknown)
    assert "Give up to 60 letters" in words(long)


def test_who_sees_changes_nothing(browser_of: BrowserOf, world: World, page: str, one: str) -> None:
    give(world, world.tom, Right.SEE)
    tom = browser_of(world.tom)
    said = words(tom.get(one))
    assert "Furosemide 40 mg" in said
    assert "Stop it here" not in said
    for path in ("stop", "pause", "watches", "schedule", "change", "stock"):
        assert tom.get(f"{one}/{path}").status_code == 403
        assert f'href="{one}/{path}"' not in tom.get(one).get_data(as_text=True)
    assert tom.get(f"{page}/add").status_code == 403
