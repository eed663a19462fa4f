"""When a medicine is taken: a question a page, looked at before it is saved, with what was typed kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.core.ids import new_id
from app.identity.models import Person
from app.medicines import stored
from app.web.patient import medicine_times as times
from app.web.patient import medicine_times_now as times_now
from tests.medicines.table import Table, table_of
from tests.people import World
from tests.web.browsing import Browser, words
from tests.web.test_medicine_doses import fields

BrowserOf = Callable[[Person], Browser]
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def medicine(table: Table) -> Any:
    return table.add("Furosemide 40 mg tablets", form="tablet")


@pytest.fixture
def path(home: str, medicine: Any) -> str:
    return f"{home}/medicines/{medicine['id']}/schedule"


def slots(*found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"number": 0} | one for one in found]


EIGHT = {"at-1": "08:00", "amount-1": "1"}
AT_EIGHT = slots({"at": "08:00", "amount": "1"})
FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "every day": ({"kind": "daily", **EIGHT, "at-2": "", "with-2": "bedtime", "amount-2": "0,5"}, {
        "phases": [{"slots": slots({"at": "08:00", "amount": "1"}, {"anchor": "bedtime", "amount": "0.5"})}]}),
    "weekdays": ({"kind": "weekdays", "weekdays": ["1", "4"], **EIGHT}, {
        "phases": [{"slots": AT_EIGHT, "days": {"weekdays": [1, 4]}}]}),
    "once a week": ({"kind": "weekly", "weekday": "7", **EIGHT}, {
        "phases": [{"slots": AT_EIGHT, "days": {"weekdays": [7]}}]}),
    "every few days": ({"kind": "every_n", "every": "3", **EIGHT}, {
        "phases": [{"slots": AT_EIGHT, "days": {"every": 3}}]}),
    "every other week": ({"kind": "alternate", "weekdays": "2", **EIGHT}, {
        "phases": [{"slots": AT_EIGHT, "days": {"weekdays": [2], "every_weeks": 2}}]}),
    "a cycle": ({"kind": "cycle", "on": "21", "off": "7", **EIGHT}, {
        "phases": [{"slots": AT_EIGHT, "days": {"on": 21, "off": 7}}]}),
    "hours": ({"kind": "hours", "every_hours": "6", "first_at": "2026-11-18T12:00", "amount": "1"}, {
        "kind": "elapsed", "every_minutes": 360, "first_at": "2026-11-18T12:00:00+00:00", "amount": "1"}),
    "when needed": ({"kind": "needed", "gap_hours": "4", "most": "8", "amount": "2"}, {
        "kind": "as_needed", "minimum_gap_minutes": 240, "most_in_24_hours": "8", "amount": "2"}),
    "as directed": ({"kind": "directed", "why": "test"}, {
        "kind": "as_directed", "why": "the amount follows a test"}),
    "before and after": ({"kind": "daily", "with-1": "breakfast", "offset-1": "-30", "with-2": "bedtime",
                          "offset-2": "45"}, {
        "phases": [{"slots": slots({"anchor": "breakfast", "offset_minutes": -30},
                                   {"anchor": "bedtime", "offset_minutes": 45})}]}),
    "steps before a meal": ({"kind": "taper", "with-1": "lunch", "offset-1": "-60", "step-amount-1": "2",
                             "days-1": "7"}, {
        "phases": [{"slots": slots({"anchor": "lunch", "offset_minutes": -60, "amount": "2"}), "length": 7}]}),
    "steps": ({"kind": "taper", "at-1": "08:00", "step-amount-1": "6", "days-1": "5", "step-amount-2": "3"}, {
        "phases": [{"slots": slots({"at": "08:00", "amount": "6"}), "length": 5},
                   {"slots": slots({"at": "08:00", "amount": "3"})}]}),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_each_kind_is_read_and_written_back(case: str) -> None:
    typed, pattern = FORMS[case]
    found = times.read(MultiDict(typed), LONDON)
    assert (found.errors, found.pattern is not None) == ({}, True)
    assert found.pattern is not None
    assert stored.to_json(found.pattern) == {"version": 1, "kind": "phases"} | pattern
    assert times.read(times_now.typed(found.pattern, LONDON), LONDON).pattern == found.pattern


FAULTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no time": ({"kind": "daily"}, {"at-1": times.AT_ALL}),
    "no clock": ({"kind": "daily", "at-1": "8 o'clock"}, {"at-1": times.AT}),
    "both": ({"kind": "daily", "at-1": "08:00", "with-1": "bedtime"}, {"at-1": times.EITHER}),
    "no amount": ({"kind": "daily", "at-1": "08:00", "amount-1": "some"}, {"amount-1": times.AMOUNT}),
    "before a time": ({"kind": "daily", "at-1": "08:00", "offset-1": "-30"}, {"offset-1": times.WITHOUT}),
    "no such moment": ({"kind": "daily", "with-1": "lunch", "offset-1": "soon"}, {"offset-1": "Choose one of these"}),
    "no days": ({"kind": "weekdays", **EIGHT}, {"weekdays": "Tick the days"}),
    "no day": ({"kind": "weekly", "weekday": "9", **EIGHT}, {"weekday": "Choose the day"}),
    "no number": ({"kind": "every_n", "every": "0", **EIGHT}, {"every": times.NUMBER}),
    "half a cycle": ({"kind": "cycle", "on": "21", **EIGHT}, {"off": times.NUMBER}),
    "no hours": ({"kind": "hours", "first_at": "2026-11-18T12:00"}, {"every_hours": times.HOURS}),
    "no steps": ({"kind": "taper", "at-1": "08:00"}, {"step-amount-1": times.AMOUNT}),
    "no length": (
        {"kind": "taper", "at-1": "08:00", "step-amount-1": "6", "step-amount-2": "3"}, {"days-1": times.NUMBER}),
    "no reason": ({"kind": "directed", "why": " "}, {"why": "Choose why the times are not known"}),
}  # fmt: skip


AT_NINE = {"slots": [{"at": "09:00", "amount": "3"}]}
NO_FORM: dict[str, list[dict[str, Any]]] = {
    "other times in a step": [{"slots": AT_EIGHT, "length": 5}, AT_NINE],
    "a step without an amount": [{"slots": [{"at": "08:00"}], "length": 5}, {"slots": AT_EIGHT}],
    "two amounts in a step": [{"slots": [*AT_EIGHT, *slots({"at": "20:00", "amount": "2"})], "length": 5}],
    "steps of some days": [{"slots": AT_EIGHT, "length": 5, "days": {"every": 2}}],
    "thirteen times": [{"slots": [{"at": f"{hour:02}:00"} for hour in range(13)]}],
    "thirteen steps": [*({"slots": AT_EIGHT, "length": 5} for _ in range(12)), {"slots": AT_EIGHT}],
    "every third Monday": [{"slots": AT_EIGHT, "days": {"weekdays": [1], "every": 3}}],
}


@pytest.mark.parametrize("case", NO_FORM)
def test_what_no_form_can_say_leaves_its_kind_open(case: str) -> None:
    pattern = stored.from_json({"version": 1, "kind": "phases", "phases": NO_FORM[case]})
    assert "kind" not in times_now.typed(pattern, LONDON)


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_stands_beside_its_field_and_what_was_typed_stays(mary: Browser, path: str, case: str) -> None:
    typed, errors = FAULTS[case]
    assert times.read(MultiDict(typed), LONDON).errors == errors
    mary.get(path)
    answer = mary.post(path, {"step": "times", **typed})
    assert answer.status_code == 422
    for name, said in errors.items():
        assert said in words(answer)
        assert f'href="#{name}"' in answer.get_data(as_text=True)
    if "at-1" in typed:
        assert typed["at-1"].replace("'", "&#39;") in answer.get_data(as_text=True)


def test_the_questions_one_by_one_and_nothing_before_save(mary: Browser, path: str, table: Table) -> None:
    asked = mary.get(path)
    assert "How often is it taken?" in words(asked)
    assert "Choose how often" in words(mary.post(path, {"step": "kind"}))
    typed: dict[str, Any] = {"id": fields(asked, "/schedule")["id"], "kind": "daily"}
    asked = mary.post(path, {"step": "kind", **typed})
    assert "Furosemide 40 mg tablets · Every day When, and how much?" in words(asked)
    more = mary.post(path, {"step": "times", "more": "time", "rows": "2", **typed, **EIGHT})
    assert "Time 3" in words(more)
    assert 'value="08:00"' in more.get_data(as_text=True)
    assert fields(more, "/schedule")["id"] == typed["id"]
    typed |= EIGHT | {"rows": "3"}
    assert "What does the label say?" in words(mary.post(path, {"step": "times", **typed}))
    typed |= {"instructions": "one each morning", "starts_on": "2026-11-18"}
    preview = mary.post(path, {"step": "label", **typed})
    assert "Is this right? Furosemide 40 mg tablets 1 tablet at 08:00, every day" in words(preview)
    assert "The next 30 days" in words(preview)
    assert "Thu 19 Nov 08:00 1 tablet" in words(preview)
    assert "disagree" not in words(preview)
    assert mary.post(path, {"step": "label", "to": "times", **typed}).status_code == 200
    assert table.get("/medicines")["items"][0]["schedules"] == []
    saved = mary.post(path, {"step": "save", **typed})
    assert saved.headers["Location"].endswith("?said=scheduled")
    assert "1 tablet at 08:00, every day" in words(mary.get(saved.headers["Location"]))


def test_a_text_that_disagrees_is_said_before_and_after(mary: Browser, path: str, home: str, table: Table) -> None:
    mary.get(path)
    typed = {"id": str(new_id()), "kind": "daily", "at-1": "08:00", "at-2": "20:00"}
    typed["instructions"] = "take one three times a day"
    preview = words(mary.post(path, {"step": "label", **typed}))
    assert "Text and times disagree" in preview
    assert "If you save it like this, nobody will be reminded until your team has looked." in preview
    saved = mary.post(path, {"step": "save", **typed})
    assert saved.headers["Location"].endswith("?said=unclear")
    assert "Text and times disagree, so nobody is reminded until your team has looked." in words(
        mary.get(saved.headers["Location"])
    )
    assert table.doses() == []
    assert "No reminders for these Furosemide 40 mg tablets" in words(mary.get(f"{home}/medicines"))


def test_the_clocks_are_noted(mary: Browser, path: str) -> None:
    mary.get(path)
    typed = {"kind": "daily", **EIGHT, "starts_on": "2027-03-10"}
    assert "The clocks go forward: 23 hours." in words(mary.post(path, {"step": "label", **typed}))


SERVED: dict[str, tuple[dict[str, Any], str, str]] = {
    "twice the same": (
        {"kind": "daily", "at-1": "08:00", "at-2": "08:00"}, "at-2", "This time is there twice: put the amounts"),
    "days the wrong way": (
        {"kind": "daily", **EIGHT, "starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "ends_on", "before the first"),
    "too long a step": (
        {"kind": "taper", "at-1": "08:00", "step-amount-1": "1", "days-1": "9999"}, "days-1", "at least 1 day"),
    "more than the most": (
        {"kind": "needed", "amount": "4", "most": "2"}, "most", "more than the most in 24 hours"),
    "each minute": (
        {"kind": "hours", "every_hours": "0.5", "first_at": "2026-11-18T12:00"}, "every_hours", "Every hour at most"),
    "a long text": ({"kind": "daily", **EIGHT, "instructions": "x" * 1001}, "instructions", "Give up to 1,000 letters"),
    "a day that is none": ({"kind": "daily", **EIGHT, "starts_on": "Monday"}, "starts_on", "Give a day, such as"),
}  # fmt: skip


@pytest.mark.parametrize("case", SERVED)
def test_what_the_service_refuses_stands_beside_its_field(mary: Browser, path: str, case: str) -> None:
    typed, name, said = SERVED[case]
    mary.get(path)
    answer = mary.post(path, {"step": "label", **typed})
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'href="#{name}"' in answer.get_data(as_text=True)


def test_what_must_never_be_is_refused(mary: Browser, home: str, table: Table) -> None:
    path = f"{home}/medicines/{table.add('Methotrexate 2.5 mg tablets')['id']}/schedule"
    mary.get(path)
    answer = mary.post(path, {"step": "label", "kind": "daily", **EIGHT})
    assert answer.status_code == 422
    assert "ethotrexate" in words(answer)
    save = {"id": str(new_id()), "step": "save", "kind": "daily", **EIGHT}
    assert mary.post(path, save).status_code == 422


def test_a_schedule_is_changed_from_what_it_is(mary: Browser, home: str, table: Table, medicine: Any) -> None:
    made = table.scheduled(medicine)
    path = f"{home}/medicines/schedules/{made['id']}"
    form = fields(mary.get(path), made["id"])
    assert (form["at-1"], form["at-2"], form["version"]) == ("08:00", "20:00", "1")
    saved = mary.post(path, form | {"step": "save", "kind": "daily", "at-2": "21:00"})
    assert saved.status_code == 303
    assert [dose["due_at"][11:16] for dose in table.doses()] == ["21:00", "08:00", "21:00"]
    stale = mary.post(path, form | {"step": "save", "kind": "daily", "at-2": "22:00"})
    assert stale.status_code == 422
    assert "Nothing of yours was saved: this form says what it is now." in words(stale)
    assert "As it is now 1 tablet at 08:00 and 21:00, every day" in words(stale)
    assert (fields(stale, made["id"])["at-2"], fields(stale, made["id"])["version"]) == ("21:00", "2")
    assert mary.post(f"{path}/end").status_code == 303
    assert table.doses() == []


STEPS = [{"slots": [{"anchor": "breakfast", "offset_minutes": -45, "amount": "6"}], "length": 5},
         {"slots": [{"anchor": "breakfast", "offset_minutes": -45, "amount": "3"}]}]  # fmt: skip


def test_steps_before_a_meal_open_as_they_are(mary: Browser, home: str, table: Table, medicine: Any) -> None:
    made = table.scheduled(medicine, {"version": 1, "kind": "phases", "phases": STEPS})
    path = f"{home}/medicines/schedules/{made['id']}"
    opened = mary.get(path)
    assert "As it is now From Wednesday 18 November 2026 to Sunday 22 November 2026: 6 tablets" in words(opened)
    assert re.search(r'value="taper"\s[^>]*checked', opened.get_data(as_text=True))
    asked = mary.post(path, fields(opened, made["id"]) | {"kind": "taper"}).get_data(as_text=True)
    assert re.search(r'value="-45" selected\s*>45 minutes before', asked)
    for name, value in (("step-amount-1", "6"), ("days-1", "5"), ("step-amount-2", "3")):
        assert re.search(rf'id="{name}"[^>]*value="{value}"', asked), name
    saved = mary.post(path, fields(opened, made["id"]) | {"kind": "taper", "step": "save", "days-1": "7"})
    assert saved.status_code == 303
    (now,) = table.get("/medicines")["items"][0]["schedules"]
    assert [phase.get("length") for phase in now["pattern"]["phases"]] == [7, None]
    assert now["pattern"]["phases"][1]["slots"][0]["offset_minutes"] == -45


def test_what_no_form_can_say_is_said_in_words(mary: Browser, home: str, table: Table, medicine: Any) -> None:
    made = table.scheduled(medicine, {"version": 1, "kind": "phases", "phases": NO_FORM["other times in a step"]})
    said = words(mary.get(f"{home}/medicines/schedules/{made['id']}"))
    assert "3 tablets at 09:00, every day" in said
    assert "This form has no place for that. What you choose here takes its place." in said


def test_times_sent_twice_are_one_schedule(mary: Browser, path: str, table: Table) -> None:
    save = fields(mary.get(path), "/schedule") | {"step": "save", "kind": "daily", **EIGHT}
    for _ in range(2):
        assert mary.post(path, save).headers["Location"].endswith("?said=scheduled")
    otherwise = mary.post(path, save | {"at-1": "09:00"})
    assert otherwise.status_code == 422
    assert "This form was sent before, with something else in it." in words(otherwise)
    (one,) = table.get("/medicines")["items"][0]["schedules"]
    assert [slot["at"] for slot in one["pattern"]["phases"][0]["slots"]] == ["08:00"]
    assert "Open the page again" in words(mary.post(path, save | {"id": "x"}))
    mary.post(f"{path.rpartition('/')[0].rpartition('/')[0]}/schedules/{one['id']}/end")
    assert mary.post(path, save).status_code == 422


def test_priya_settles_what_disagrees(mary: Browser, priya: Browser, world: World, path: str, table: Table) -> None:
    mary.get(path)
    save = {"id": str(new_id()), "step": "save", "kind": "daily", **EIGHT}
    mary.post(path, save | {"instructions": "take one three times a day"})
    patient = f"/console/patients/{world.mary_patient.id}"
    said = words(priya.get(patient))
    assert "Text and times disagree" in said
    assert "The text: “take one three times a day”" in said
    (schedule,) = table.get("/medicines")["items"][0]["schedules"]
    settled = priya.post(f"{patient}/schedules/{schedule['id']}/settle", {"version": str(schedule["version"])})
    assert settled.headers["Location"] == f"{patient}#medicines"
    assert len(table.doses()) == 1
    assert "Text and times disagree" not in words(priya.get(patient))
    assert mary.post(f"{patient}/schedules/{schedule['id']}/settle").status_code == 403


def test_the_console_shows_what_became_of_the_last_doses(
    priya: Browser, world: World, table: Table, medicine: Any
) -> None:
    pattern = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "10:01"}, {"at": "23:00"}]}]}
    table.scheduled(medicine, pattern)
    (dose, *_) = table.doses()
    table.say(dose, "skipped", why="ran_out")
    needed = table.add("Salbutamol")
    table.scheduled(needed, {"version": 1, "kind": "as_needed"})
    table.post(f"/medicines/{needed['id']}/given", {"id": dose["id"]})
    said = words(priya.get(f"/console/patients/{world.mary_patient.id}"))
    assert "Doses of the last 7 days Medicine Thu 12 Fri 13 Sat 14 Sun 15 Mon 16 Tue 17 Wed 18" in said
    assert "Furosemide 40 mg tablets – – – – – – not taken" in said
    assert "Salbutamol – – – – – – taken" in said
    assert "Not taken: today at 10:01: ran out." in said
