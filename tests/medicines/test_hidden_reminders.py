"""Nobody of the circle is reminded, told or counted to of a medicine that is kept from it; the patient is (S40)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from app.core import clock, embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines.models import Dose
from app.medicines.service import making, nudging, overdue
from app.notifications.service import sending
from app.patients.models import ActingFor
from tests import queries_counted
from tests.conftest import NOW
from tests.medicines.due import HOUR, MINUTE, deliveries, dose, remind_at, reminders
from tests.medicines.kept import AT_TWENTY, CANARY, Home, home_of
from tests.people import World, signed_in
from tests.records.test_export import ask, opened
from tests.texting.texted import MARY, TOM, texted

EIGHT = NOW.replace(hour=20)


@pytest.fixture
def home(client: FlaskClient, world: World) -> Home:
    return home_of(client, world)


@pytest.fixture
def medicines(home: Home) -> list[Any]:
    """Three that are due at eight, the middle one kept from the circle; Tom is reminded instead of Mary."""
    made = [home.mary.add(name) for name in ("Furosemide 40 mg", CANARY, "Ramipril 5 mg")]
    for one in made:
        home.mary.scheduled(one, AT_TWENTY)
    home.hide(made[1])
    home.reminded_instead(home.world.tom)
    return made


def told() -> dict[UUID, list[str]]:
    """Who is, or was, to be sent which texts."""
    found: dict[UUID, list[str]] = {}
    for one in deliveries():
        if one.state != "stale":
            found.setdefault(one.recipient_id, []).append((one.body or "").split(" http")[0])
    return found


def doses_of(home: Home, medicine: Any) -> list[UUID]:
    with unit_of_work():
        return list(db.session.scalars(select(Dose.id).where(Dose.medicine_id == UUID(medicine["id"]))))


def test_of_it_the_patient_is_reminded_apart_from_what_goes_to_a_carer(home: Home, medicines: list[Any]) -> None:
    assert remind_at(EIGHT - MINUTE) == 2
    found = told()
    assert [one.startswith("Kith: 2 doses of Mary O. due at 20:00.") for one in found[home.world.tom.id]] == [True]
    assert [one.startswith("Kith: 1 dose due at 20:00.") for one in found[home.world.mary.id]] == [True]
    hidden = set(doses_of(home, medicines[1]))
    whose = {one.recipient_id: hidden.isdisjoint(one.dose_ids) for one in reminders()}
    assert whose == {home.world.tom.id: True, home.world.mary.id: False}
    assert remind_at(EIGHT - MINUTE) == 0


def test_it_goes_on_being_reminded_of_until_it_is_answered(home: Home, medicines: list[Any]) -> None:
    remind_at(EIGHT - MINUTE)
    remind_at(EIGHT + 29 * MINUTE)
    assert {who: len(texts) for who, texts in told().items()} == {home.world.tom.id: 2, home.world.mary.id: 2}


def test_where_nobody_is_reminded_instead_it_is_one_message(home: Home, medicines: list[Any]) -> None:
    home.reminded_instead(None)
    assert remind_at(EIGHT - MINUTE) == 1
    assert [one[:24] for one in told()[home.world.mary.id]] == ["Kith: 3 doses due at 20:"]


def test_a_carer_whose_grant_has_ended_leaves_one_message(home: Home, medicines: list[Any]) -> None:
    with unit_of_work():
        db.session.execute(text("update circle_grant set ended_at = now(), ended_why = 'ended', ended_by = given_by"))
    assert remind_at(EIGHT - MINUTE) == 1
    assert [one[:24] for one in told()[home.world.mary.id]] == ["Kith: 3 doses due at 20:"]


def test_who_acts_for_the_patient_is_reminded_of_all(home: Home, medicines: list[Any]) -> None:
    home.acts(home.world.tom, "medicines")
    assert remind_at(EIGHT - MINUTE) == 1
    assert [one[:34] for one in told()[home.world.tom.id]] == ["Kith: 3 doses of Mary O. due at 20"]


@pytest.mark.parametrize(
    "change", [{"review_on": (NOW - timedelta(days=1)).date()}, {"scopes": ["readings"]}, {"ended_at": NOW}], ids=str
)
def test_acting_that_holds_no_more_or_elsewhere_opens_nothing(
    home: Home, medicines: list[Any], change: dict[str, Any]
) -> None:
    home.acts(home.world.tom, "medicines")
    with unit_of_work():
        db.session.execute(update(ActingFor).values(change))
    assert remind_at(EIGHT - MINUTE) == 2
    assert [one[:34] for one in told()[home.world.tom.id]] == ["Kith: 2 doses of Mary O. due at 20"]


def test_what_waits_for_a_carer_is_counted_again_when_it_is_hidden(home: Home, medicines: list[Any]) -> None:
    """Written three minutes ahead: hidden meanwhile, the text of three doses is not sent, one of two is."""
    home.show(medicines[1])
    remind_at(EIGHT - MINUTE)
    assert [one[:12] for one in told()[home.world.tom.id]] == ["Kith: 3 dose"]
    with clock.at(EIGHT - MINUTE):
        home.hide(medicines[1])
    assert told() == {}
    assert [remind_at(EIGHT - MINUTE) for _ in range(2)] == [0, 2]  # of that minute they were told: for the next
    with clock.at(EIGHT + MINUTE):
        sending.send_all_due()
    found = told()
    assert [one[:12] for one in found[home.world.tom.id]] == ["Kith: 2 dose"]
    assert [one[:12] for one in found[home.world.mary.id]] == ["Kith: 1 dose"]
    assert [one.remind_at for one in reminders()] == [EIGHT, EIGHT + MINUTE, EIGHT + MINUTE]
    assert dose(doses_of(home, medicines[1])[0]).reminded == 1


def test_who_hides_it_waits_for_whoever_is_writing_a_reminder_of_it(
    home: Home, medicines: list[Any], server: embedded.Server, database: str
) -> None:
    """Else that reminder would count it, and nobody would take it back."""
    home.show(medicines[1])
    url = server.url("kith_app", database).replace("+psycopg", "")
    with ThreadPoolExecutor(1) as thread, clock.at(EIGHT - MINUTE), db.engine.connect() as writer:
        writer.execute(text("select id from dose where due_at = :at for no key update"), {"at": EIGHT})
        hiding = thread.submit(home.hide, medicines[1])
        while not queries_counted.waiting_for_a_lock(url):
            assert not hiding.done(), "nobody waited for whoever came first"
        writer.rollback()
        hiding.result(timeout=10)
    remind_at(EIGHT - MINUTE)
    assert [one[:12] for one in told()[home.world.tom.id]] == ["Kith: 2 dose"]


def be_told(home: Home, medicine: Any, *people: Person) -> None:
    watches = {"items": [{"person_id": str(one.id), "after_minutes": 30} for one in people]}
    assert home.mary.put(f"/medicines/{medicine['id']}/watches", watches).status_code == 200


def ladder(moment: Any) -> int:
    with clock.at(moment), unit_of_work():
        return overdue.tell_of_overdue()


def test_a_missed_dose_of_it_is_told_to_nobody_of_the_circle(home: Home, medicines: list[Any]) -> None:
    for one in medicines:
        be_told(home, one, home.world.tom, home.world.adeyemi)
    assert ladder(EIGHT + 31 * MINUTE) == 2
    for who in (home.world.tom, home.world.adeyemi):
        (said,) = told()[who.id]
        assert "2 doses" in said
    home.show(medicines[1])
    assert ladder(EIGHT + 32 * MINUTE) == 2  # shown in time, it is told of as any


def test_one_of_which_minutes_matter_neither(home: Home) -> None:
    kept = home.mary.add(CANARY, time_critical="parkinsons")
    home.mary.scheduled(kept, AT_TWENTY)
    home.hide(kept)
    assert ladder(EIGHT + 3 * HOUR) == 0
    home.show(kept)
    assert ladder(EIGHT + 3 * HOUR) == 2


def test_who_acts_for_the_patient_is_told_of_it(home: Home, medicines: list[Any]) -> None:
    be_told(home, medicines[1], home.world.tom, home.world.adeyemi)
    home.acts(home.world.tom, "medicines")
    assert ladder(EIGHT + 31 * MINUTE) == 1
    assert list(told()) == [home.world.tom.id]


OF_A_MEDICINE = ("dose_watch", "dose_telling", "refill_nudge")


def lists_of(home: Home, person: Person) -> dict[str, int]:
    """How many lines of these lists are in this person's copy of everything about themselves."""
    copy = copy_of(home, person)
    return {name: len(copy.get(name, ())) for name in OF_A_MEDICINE}


def copy_of(home: Home, person: Person) -> dict[str, Any]:
    headers = signed_in(home.client, person)
    return opened(home.client.get(ask(home.client, headers), headers=headers))


def test_a_carers_own_copy_says_nothing_of_it(home: Home, medicines: list[Any]) -> None:
    """What they were told while they saw it was told; in their copy it is again when it is shown."""
    home.show(medicines[1])
    for one in medicines:
        be_told(home, one, home.world.tom)
        assert home.mary.post(f"/medicines/{one['id']}/stock", {"quantity": "2"}).status_code == 201
    nudge(NOW)
    assert ladder(EIGHT + 31 * MINUTE) == 1
    assert lists_of(home, home.world.tom) == dict.fromkeys(OF_A_MEDICINE, 3)
    home.hide(medicines[1])
    assert lists_of(home, home.world.tom) == dict.fromkeys(OF_A_MEDICINE, 2)
    own = copy_of(home, home.world.mary)
    assert (len(own["dose_watch"]), [one["quantity"] for one in own["stock_count"]]) == (3, ["2", "2", "2"])


def nudge(moment: Any) -> int:
    with clock.at(moment), unit_of_work():
        making.make_ahead()
    with clock.at(moment), unit_of_work():
        return nudging.nudge_all()


@pytest.mark.parametrize("acts", [False, True])
def test_only_the_patient_is_reminded_to_order_it(home: Home, medicines: list[Any], acts: bool) -> None:
    if acts:
        home.acts(home.world.tom, "medicines")
    assert home.mary.post(f"/medicines/{medicines[1]['id']}/stock", {"quantity": "2"}).status_code == 201
    nudge(NOW)
    assert set(told()) == {home.world.mary.id, *([home.world.tom.id] if acts else [])}


def test_a_carer_is_told_the_day_of_what_they_see(home: Home, medicines: list[Any]) -> None:
    for one, quantity in zip(medicines, ("5", "2", "5"), strict=True):
        assert home.mary.post(f"/medicines/{one['id']}/stock", {"quantity": quantity}).status_code == 201
    nudge(NOW)
    found = told()
    assert "19 November" in found[home.world.mary.id][0]
    assert ["21 November" in one for one in found[home.world.tom.id]] == [True]


def states(home: Home, medicines: list[Any]) -> list[str]:
    with unit_of_work():
        due = select(Dose.medicine_id, Dose.state).where(Dose.due_at == EIGHT).execution_options(populate_existing=True)
        found = {str(key): state for key, state in db.session.execute(due)}
    return [found[one["id"]] for one in medicines]


def sent_at_eight(app: Flask) -> None:
    remind_at(EIGHT)
    with clock.at(EIGHT):
        sending.send_all_due()


def test_a_number_from_a_carers_phone_is_of_what_they_were_told(app: Flask, home: Home, medicines: list[Any]) -> None:
    sent_at_eight(app)
    with clock.at(EIGHT + 5 * MINUTE):
        (reply,) = texted("Y 2", TOM, sent_at=EIGHT + 5 * MINUTE)
        assert CANARY not in reply
    assert states(home, medicines) == ["due", "due", "taken"]
    with clock.at(EIGHT + 6 * MINUTE):
        texted("Y", MARY, sent_at=EIGHT + 6 * MINUTE)
    assert states(home, medicines) == ["due", "taken", "taken"]


def test_a_yes_to_a_text_from_before_it_was_hidden_is_of_the_others(
    app: Flask, home: Home, medicines: list[Any]
) -> None:
    home.show(medicines[1])
    sent_at_eight(app)
    with clock.at(EIGHT + 5 * MINUTE):
        home.hide(medicines[1])
        (reply,) = texted("Y", TOM, sent_at=EIGHT + 5 * MINUTE)
        assert reply.startswith("Kith: recorded")
    assert states(home, medicines) == ["taken", "due", "taken"]
    with clock.at(EIGHT + 6 * MINUTE):
        (reply,) = texted("Y 2", TOM, sent_at=EIGHT + 6 * MINUTE)
    assert states(home, medicines) == ["taken", "due", "taken"]


def test_one_statement_writes_both_messages(home: Home, medicines: list[Any]) -> None:
    with queries_counted.counted() as statements:
        remind_at(EIGHT - MINUTE)
    assert len(statements) == 3
    assert len({(one.remind_at, one.recipient_id) for one in reminders()}) == 2
    assert {one.remind_at for one in reminders()} == {EIGHT}
