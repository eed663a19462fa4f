"""A patient keeps a medicine from their circle; the team sees it, and nobody is given too much because of it (S40)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.medicines.models import MedicineEvent, MedicinePause
from tests.conftest import NOW
from tests.medicines.kept import AT_TWENTY, CANARY, PARACETAMOL, WHEN_NEEDED, Home, home_of
from tests.medicines.table import Table, table_of
from tests.people import World, signed_in

CO_CODAMOL = f"{CANARY} 8/500"


@pytest.fixture
def home(client: FlaskClient, world: World) -> Home:
    return home_of(client, world)


def names(table: Table) -> list[str]:
    return [one["name"] for one in table.get("/medicines?stopped=true")["items"]]


def test_it_is_gone_for_the_circle_and_for_nobody_else(home: Home) -> None:
    home.mary.add("Furosemide 40 mg")
    kept = home.mary.add(CANARY)
    assert names(home.tom) == names(home.nurse) == ["Furosemide 40 mg", CANARY]
    home.hide(kept)
    assert names(home.tom) == names(home.nurse) == ["Furosemide 40 mg"]
    assert names(home.mary) == names(home.priya) == ["Furosemide 40 mg", CANARY]
    told = home.priya.get("/medicines")["items"]
    assert [one["hidden_from_circle"] for one in told] == [False, True]
    home.show(kept)
    assert names(home.tom) == ["Furosemide 40 mg", CANARY]


def test_only_the_patient_decides_and_who_acts_for_them_in_medicines(home: Home) -> None:
    kept = home.mary.add(CANARY)
    url = f"/medicines/{kept['id']}/hiding"
    for table in (home.tom, home.nurse, home.priya):
        assert table.post(url).status_code == table.delete(url).status_code == 403
    stranger = table_of(home.client, home.world, home.world.stranger)
    assert stranger.post(url).status_code == 404
    assert home.mary.post(f"/medicines/{new_id()}/hiding").status_code == 404
    home.acts(home.world.tom, "readings")
    assert home.tom.post(url).status_code == 403


def test_who_acts_in_medicines_hides_and_goes_on_seeing(home: Home) -> None:
    kept = home.mary.add(CANARY)
    home.acts(home.world.tom, "medicines")
    assert home.tom.post(f"/medicines/{kept['id']}/hiding").status_code == 204
    assert names(home.tom) == [CANARY]
    assert names(home.nurse) == []


def test_it_is_written_down_and_the_circle_never_learns_that_it_was_hidden(home: Home) -> None:
    kept = home.mary.add(CANARY)
    url = f"/medicines/{kept['id']}/history"
    for _ in range(2):  # again is no more than once
        home.hide(kept)
    for _ in range(2):
        home.show(kept)
    assert [one["kind"] for one in home.mary.get(url)["items"]] == ["shown", "hidden", "added"]
    assert [one["kind"] for one in home.priya.get(url)["items"]] == ["shown", "hidden", "added"]
    assert [one["kind"] for one in home.tom.get(url)["items"]] == ["added"]
    found = db.session.scalars(select(AuditEntry.role).where(AuditEntry.action == "hide_medicines")).all()
    assert found == ["patient"] * 4
    log = home.mary.get("/access-log")["items"]
    assert any("kept one of your medicines from your circle" in one["sentence"] for one in log)


def test_a_list_speaks_of_nothing_alike_that_is_hidden(home: Home) -> None:
    home.mary.add("Paracetamol 500 mg", **PARACETAMOL)
    kept = home.mary.add(CO_CODAMOL, **PARACETAMOL)
    assert [one["alike"][0]["name"] for one in home.tom.get("/medicines")["items"]] == [
        CO_CODAMOL,
        "Paracetamol 500 mg",
    ]
    home.hide(kept)
    (shown,) = home.tom.get("/medicines")["items"]
    assert shown["alike"] == []
    added = home.tom.add("Calpol", **PARACETAMOL)
    assert [one["name"] for one in added["alike"]] == ["Paracetamol 500 mg"]
    assert {one["name"] for one in home.priya.get(f"/medicines/{added['id']}")["alike"]} == {
        CO_CODAMOL,
        "Paracetamol 500 mg",
    }


def given(table: Table, medicine: Any, **more: Any) -> Any:
    return table.post(f"/medicines/{medicine['id']}/given", {"id": str(new_id()), "amount": "2"} | more)


def two_alike(home: Home, **hidden: Any) -> tuple[Any, Any]:
    """Paracetamol that everybody sees, and one that holds it too and is kept."""
    seen, kept = home.mary.add("Paracetamol 500 mg", **PARACETAMOL), home.mary.add(CO_CODAMOL, **PARACETAMOL)
    home.mary.scheduled(seen, WHEN_NEEDED)
    home.mary.scheduled(kept, WHEN_NEEDED | hidden)
    home.hide(kept)
    return seen, kept


def test_a_hidden_dose_counts_and_is_not_spoken_of(home: Home) -> None:
    """Safety wins: Tom is refused, and told when the next is possible; whose dose it was and of what he is not told."""
    seen, kept = two_alike(home)
    assert given(home.mary, kept).status_code == 201
    told = home.tom.get(f"/medicines/{seen['id']}/possible")
    assert (told["possible"], told["next_possible_at"]) == (False, "2026-11-18T14:00:00+00:00")
    assert told["detail"].startswith("This is past what was set. By what was set, the next can be from 14:00")
    refused = given(home.tom, seen)
    assert (refused.status_code, refused.get_json()["next_possible_at"]) == (409, "2026-11-18T14:00:00+00:00")
    for words in (told["detail"], refused.get_json()["detail"]):
        assert not any(one in words for one in (CANARY, "last dose", "Mary", "10:00")), words
    for table in (home.mary, home.priya):
        assert (
            "The last dose was given by Mary Okafor at 10:00"
            in table.get(f"/medicines/{seen['id']}/possible")["detail"]
        )


def test_the_limit_of_what_is_hidden_holds_and_is_not_named(home: Home) -> None:
    seen, _ = two_alike(home, minimum_gap_minutes=360)
    assert given(home.tom, seen).status_code == 201
    told = home.tom.get(f"/medicines/{seen['id']}/possible")
    assert told["next_possible_at"] == "2026-11-18T16:00:00+00:00"
    assert CANARY not in told["detail"]
    assert CANARY in home.mary.get(f"/medicines/{seen['id']}/possible")["detail"]


def test_a_refusal_over_what_is_seen_says_as_much_as_ever(home: Home) -> None:
    seen, _ = two_alike(home)
    assert given(home.tom, seen).status_code == 201
    assert "The last dose was given by Tom" in home.tom.get(f"/medicines/{seen['id']}/possible")["detail"]


def test_a_hidden_dose_of_unknown_amount_is_not_counted_aloud(home: Home) -> None:
    seen, kept = two_alike(home, minimum_gap_minutes=None)
    home.mary.scheduled(home.mary.add("Furosemide 40 mg"), AT_TWENTY)
    with clock.at(NOW.replace(hour=4)):
        assert given(home.mary, kept, amount=None).status_code == 201
    told = [table.get(f"/medicines/{seen['id']}/possible") for table in (home.tom, home.mary)]
    assert told[0] == {"possible": True, "next_possible_at": None, "detail": None}
    assert told[1]["detail"] == "One dose had no known amount or strength and was counted as the usual dose."


def test_what_happened_past_what_was_set_is_looked_at_by_a_human_all_the_same(home: Home) -> None:
    seen, kept = two_alike(home)
    assert given(home.mary, kept).status_code == 201
    recorded = given(home.tom, seen, happened=True)
    assert (recorded.status_code, CANARY in recorded.get_data(as_text=True)) == (201, False)
    todos = home.client.get("/api/todos", headers=signed_in(home.client, home.world.priya)).get_json()["items"]
    assert [one["kind"] for one in todos] == ["dose_twice"]


def weekly(table: Table, medicine: Any, weekday: int) -> Any:
    phase = {"slots": [{"at": "08:00"}], "days": {"weekdays": [weekday]}}
    pattern = {"version": 1, "kind": "phases", "phases": [phase]}
    return table.post(f"/medicines/{medicine['id']}/schedules", {"pattern": pattern})


def test_what_must_never_be_counts_what_is_hidden_and_does_not_name_it(home: Home) -> None:
    kept = home.mary.add(f"Methotrexate {CANARY}", ingredients={"methotrexate": "2.5"})
    assert weekly(home.mary, kept, 4).status_code == 201
    home.hide(kept)
    mine = home.tom.add("Methotrexate 2.5 mg", ingredients={"methotrexate": "2.5"})
    refused = weekly(home.tom, mine, 4)
    assert (refused.status_code, CANARY in refused.get_data(as_text=True)) == (422, False)


def test_the_day_of_a_hidden_dose_is_not_told(home: Home) -> None:
    """Taken up anew under another name: when the next may be is said, when the last was is not."""
    kept = home.mary.add(f"Methotrexate {CANARY}", ingredients={"methotrexate": "2.5"})
    with clock.at(NOW.replace(day=16)):
        pattern = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "12:00"}], "days": {"weekdays": [1]}}]}
        schedule = home.mary.scheduled(kept, pattern)
    assert home.mary.delete(f"/schedules/{schedule['id']}").status_code == 204
    home.hide(kept)
    mine = home.tom.add("Methotrexate 2.5 mg", ingredients={"methotrexate": "2.5"})
    refused = weekly(home.tom, mine, 5)
    detail = refused.get_json()["errors"][0]["detail"]
    assert detail.startswith("The next one is on Monday 23 November at the earliest.")
    home.show(kept)
    detail = weekly(home.tom, mine, 5).get_json()["errors"][0]["detail"]
    assert detail.startswith("There was a dose on Monday 16 November")


def test_a_pause_of_all_is_of_the_hidden_one_too(home: Home) -> None:
    """Tom says that Mary is in hospital: nothing is reminded of, and the history of each says why."""
    kept = home.mary.add(CANARY)
    home.mary.scheduled(kept, AT_TWENTY)
    home.hide(kept)
    pause = {"starts_at": "2026-11-18T10:00:00Z", "ends_at": "2026-11-21T10:00:00Z", "why": "hospital"}
    assert home.tom.post("/medicine-pauses", pause).status_code == 201
    assert {one["state"] for one in home.mary.doses()} == {"paused"}
    with unit_of_work():
        (noted,) = db.session.scalars(select(MedicineEvent).where(MedicineEvent.kind == "paused"))
        assert (str(noted.medicine_id), noted.by) == (kept["id"], home.world.tom.id)
        assert db.session.scalars(select(MedicinePause.medicine_id)).all() == [None]
