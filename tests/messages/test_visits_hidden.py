"""A visit that Mary keeps from her circle is as nothing to her family; the team and visitors still see it (S40)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models import Visit
from app.messages.service import visits_watched
from app.notifications.models import OPEN_STATES, Delivery, DigestItem
from app.records.service.gathering import Subject, listings
from app.todos.models import Todo
from tests.conftest import NOW
from tests.medicines.kept import Home, home_of
from tests.medicines.test_hidden_everywhere import changed, plainly, readable, readers
from tests.messages.door import Door, done, door
from tests.messages.feeds import Reader, at_the_feed
from tests.messages.test_visits_watched import MINUTE, told, watched
from tests.people import World

CANARY = "Kingfisher"
KEPT = "kept from the circle: do not speak of it"
OWN_ACTS = ("access-log", "/api/devices", "/me/sign-in")  # what Mary did meanwhile, and where she signed in
TOMORROW = {"on": "2026-11-19", "at": "10:30"}


@dataclass(frozen=True, slots=True)
class Around:
    """Mary's home, with each of these people at its door."""

    home: Home
    client: FlaskClient

    @property
    def world(self) -> World:
        return self.home.world

    @property
    def url(self) -> str:
        return f"/api/patients/{self.world.mary_patient.id}"

    def at(self, who: str) -> Door:
        return door(self.client, self.world, getattr(self.world, who))

    def feed(self, who: str) -> Reader:
        return at_the_feed(self.client, self.world, getattr(self.world, who))

    def planned(self, **more: Any) -> Any:
        """Nurse Adeyemi is expected at 10:30, unless it is said otherwise."""
        return self.at("mary").plans_one(what=CANARY, **{"visitor_id": str(self.world.adeyemi.id)} | more)

    def hide(self, visit: Any, who: str = "mary", status: int = 204) -> Any:
        answer = self.at(who).post(f"/visits/{visit['id']}/hiding")
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json(silent=True)

    def show(self, visit: Any) -> None:
        assert self.at("mary").delete(f"/visits/{visit['id']}/hiding").status_code == 204

    def sees(self, who: str) -> list[str]:
        return [one["what"] for one in self.at(who).visits()]


@pytest.fixture
def home(client: FlaskClient, world: World) -> Around:
    return Around(home_of(client, world), client)


def happens(home: Around, visit: Any) -> None:
    """A visit with all that can hang on one, but for what is measured: that stands among the readings."""
    nurse = home.at("adeyemi")
    nurse.arrives(visit)
    nurse.writes(visit, done=["wash"], family=CANARY, professional=CANARY, handover=CANARY)
    nurse.leaves(visit)
    (post,) = [one for one in home.feed("mary").get()["items"] if one["about_id"] == visit["id"]]
    home.feed("mary").comment(post, f"{CANARY} was kind")


@pytest.mark.parametrize("is_hidden_first", [True, False])
def test_nothing_that_can_be_read_changes(home: Around, *, is_hidden_first: bool) -> None:
    """All that Tom, and Mary with his eyes, can read is the same to the letter as before the visit was planned."""
    happens(home, home.at("mary").plans_one(at="10:15", visitor_id=str(home.world.adeyemi.id)))
    home.at("mary").plans()
    ids = {"patient_id": str(home.world.mary_patient.id), "visit_id": str(new_id())}
    family = {name: one for name, one in readers(home.home).items() if "Tom" in name}
    made = done(home.at("tom").post("/circle-calendar/addresses"))
    queries = ["?limit=1", "?since=2026-11-18T00:00:00Z&until=2026-11-20T00:00:00Z"]
    paths = [*readable(home.home, ids), "/calendars" + made["url"].split("/calendars")[1]]
    paths += [f"{home.url}/visits{query}" for query in queries]
    for one in family.values():
        one.reads(paths)
    before = {name: plainly(one.reads(paths)) for name, one in family.items()}
    visit = home.planned(at="11:00")
    if is_hidden_first:
        home.hide(visit)
    happens_unseen(home, visit)
    if not is_hidden_first:
        home.hide(visit)
    for name, one in family.items():
        after = one.reads(paths)
        assert [path for path, (_, text) in after.items() if f"{CANARY} unseen" in text or visit["id"] in text] == []
        other = [one for one in changed(before[name], plainly(after)) if not any(own in one for own in OWN_ACTS)]
        assert other == [], name
    assert_its_id_is_of_nothing(home, family["Tom"], visit)
    home.show(visit)
    shown = changed(before["Tom"], plainly(family["Tom"].reads(paths)))
    assert len(shown) >= 6, shown


def happens_unseen(home: Around, visit: Any) -> None:
    nurse = home.at("adeyemi")
    nurse.arrives(visit)
    nurse.writes(visit, family=f"{CANARY} unseen", handover=f"{CANARY} unseen")
    nurse.leaves(visit)
    (post,) = [one for one in home.feed("mary").get()["items"] if one["about_id"] == visit["id"]]
    home.feed("mary").comment(post, f"{CANARY} unseen")


def assert_its_id_is_of_nothing(home: Around, tom: Any, visit: Any) -> None:
    ids = {"patient_id": str(home.world.mary_patient.id), "visit_id": visit["id"]}
    tried = [path for path in readable(home.home, ids) if visit["id"] in path]
    for path in tried:
        nothing = str(new_id())
        status, text = tom.read(path)
        missing = tom.read(path.replace(visit["id"], nothing))
        assert plainly({"": (status, text.replace(visit["id"], nothing))}) == plainly({"": missing}), path
        assert status in (403, 404), path
    assert len(tried) >= 5


def test_whatever_tom_tries_on_its_id_finds_nothing(home: Around) -> None:
    visit = home.planned()
    home.hide(visit)
    tom = home.at("tom")
    came = {"unexpected": "Tea", "happened_at": "2026-11-18T09:50:00Z", "sent_at": "2026-11-18T10:00:00Z"}
    note = {"id": str(new_id()), "family": "Mine"}
    measured = {
        "id": str(new_id()),
        "measure": "pulse",
        "measured_at": "2026-11-18T09:55:00Z",
        "value": 72,
        "unit": "/min",
    }
    for path, body in (
        ("calling-off", {"why": "No"}),
        ("arrival", {}),
        ("arrival", came),  # as one that nobody expected, which would begin with being told
        ("leaving", {}),
        ("leaving", came),
        ("notes", note),
        ("notes", note | came),
        ("readings", {"readings": [measured]}),
    ):
        assert tom.post(f"/visits/{visit['id']}/{path}", body).status_code == 404, (path, body)
    assert tom.patch(f"/visits/{visit['id']}", 1, {"visitor_id": None}).status_code == 404
    assert (
        tom.post(f"/visits/{visit['id']}/hiding").status_code
        == tom.delete(f"/visits/{visit['id']}/hiding").status_code
        == 403
    )
    assert [(one.state, one.visitor_id) for one in db.session.scalars(select(Visit))] == [
        ("planned", home.world.adeyemi.id)
    ]


def test_who_planned_it_and_plans_it_again_finds_nothing(home: Around) -> None:
    """A second one is not made of it either, whatever is sent."""
    sent = {"id": str(new_id()), "what": CANARY, "minutes": 30, "visitor_id": str(home.world.adeyemi.id)} | TOMORROW
    tom = home.at("tom")
    home.hide(done(tom.post("/visits", sent)))
    assert tom.post("/visits", sent).status_code == tom.post("/visits", sent | {"what": "Tea"}).status_code == 404
    assert (home.sees("tom"), home.sees("mary")) == ([], [CANARY])


def test_mary_the_team_and_the_nurse_go_on_seeing_it(home: Around) -> None:
    visit = home.planned()
    home.hide(visit)
    happens(home, visit)
    for who in ("mary", "priya", "adeyemi"):
        found = home.at(who).get(f"/visits/{visit['id']}")
        assert (found["hidden_from_circle"], found["notes"][0]["family"]) == (True, CANARY), who
        assert home.sees(who) == [CANARY]
        assert f"Bola Adeyemi was here: {CANARY}" in home.feed(who).texts()
    assert home.at("adeyemi").get("/visit-handover")["note"]["handover"] == CANARY


def test_only_the_patient_decides_and_who_acts_within_visits(home: Around) -> None:
    visit = home.planned()
    for who, status in (("tom", 403), ("adeyemi", 403), ("priya", 403), ("stranger", 404)):
        home.hide(visit, who, status)
    home.home.acts(home.world.tom, "visits")
    home.hide(visit, "tom")
    assert home.sees("tom") == [CANARY]


def test_hiding_it_is_no_new_version(home: Around) -> None:
    visit = home.planned()
    home.hide(visit)
    home.hide(visit)
    home.show(visit)
    home.show(visit)
    found = home.at("tom").get(f"/visits/{visit['id']}")
    assert (found["version"], found["hidden_from_circle"]) == (visit["version"], False)


def test_of_what_one_of_the_family_knows_anyway_nothing_is_kept(home: Around) -> None:
    said = "Tom Okafor is expected at this visit, was there or wrote of it, so it cannot be kept from the circle."
    expected = home.planned(visitor_id=str(home.world.tom.id))
    assert home.hide(expected, status=409)["detail"] == said
    came = home.planned(at="11:00")
    home.at("tom").arrives(came)
    wrote = home.planned(at="12:00")
    home.at("tom").writes(wrote, family="I called.")
    for one in (came, wrote):
        assert home.hide(one, status=409)["detail"] == said
    assert home.sees("tom") == [CANARY] * 3


def test_nobody_of_the_family_comes_to_one_that_is_kept(home: Around) -> None:
    mary, tom = home.at("mary"), {"visitor_id": str(home.world.tom.id)}
    visit = home.planned()
    plan = mary.plans(what="Care", visitor_id=str(home.world.adeyemi.id))
    of_plan = next(one for one in mary.visits() if one["plan_id"] == plan["id"])
    for one in (visit, of_plan):
        home.hide(one)
    refused = mary.patch(f"/visits/{visit['id']}", 1, tom)
    assert (refused.status_code, KEPT.split(":")[0] in refused.get_json()["detail"]) == (409, True)
    assert mary.patch(f"/visit-plans/{plan['id']}", plan["version"], tom | {"at": "11:15"}).status_code == 200
    found = [one for one in mary.visits() if one["plan_id"] == plan["id"]]
    assert {one["visitor"] for one in found if one["id"] != of_plan["id"]} == {"Tom Okafor"}
    (kept,) = [one for one in found if one["id"] == of_plan["id"]]
    assert (kept["visitor"], kept["due_at"][11:16], kept["hidden_from_circle"]) == ("Bola Adeyemi", "11:15", True)
    assert len(home.at("tom").visits()) == len(found) - 1


def test_late_and_missed_are_told_to_the_team_alone(home: Around) -> None:
    visit = home.planned(minutes=40)
    home.hide(visit)
    for minutes in (60, 120):
        watched(minutes)
        assert told(home.world.tom) == []
        assert len(told(home.world.priya)) == 1
    assert all(KEPT in (one.reason or "") for one in db.session.scalars(select(Todo)))
    with clock.at(NOW + 130 * MINUTE):
        home.at("adeyemi").arrives(visit)
        assert told(home.world.tom) == []
        assert "somebody was" in told(home.world.priya)[-1]
        home.at("adeyemi").leaves(visit)  # short
    watched(131)
    assert told(home.world.tom) == []


def test_it_is_called_off_without_a_word_to_the_family(home: Around) -> None:
    visit = home.planned()
    home.hide(visit)
    done(home.at("mary").post(f"/visits/{visit['id']}/calling-off", {"why": CANARY}))
    assert (told(home.world.tom), len(told(home.world.adeyemi))) == ([], 1)


def waiting(home: Around, person_id: Any) -> int:
    """How many messages wait to leave to somebody, at once or together."""
    queued = select(Delivery.id).where(Delivery.recipient_id == person_id, Delivery.state.in_(OPEN_STATES))
    together = select(DigestItem.id).where(DigestItem.person_id == person_id, DigestItem.told_at.is_(None))
    return sum(len(db.session.scalars(one).all()) for one in (queued, together))


@pytest.mark.parametrize("how", ["at_once", "evening"])
def test_what_waits_is_not_told(home: Around, how: str) -> None:
    version = home.client.get("/api/me/telling", headers=home.at("tom").headers).headers["ETag"]
    headers = home.at("tom").headers | {"If-Match": version}
    chosen = home.client.patch("/api/me/telling", json={"categories": {"visits": how}}, headers=headers)
    assert chosen.status_code == 200, chosen.get_data(as_text=True)
    visit = home.planned()
    watched(60)
    assert waiting(home, home.world.tom.id) == 1
    home.hide(visit)
    assert waiting(home, home.world.tom.id) == 0
    assert waiting(home, home.world.priya.id) == 1
    copy = copied(home.world.tom.id, ())
    assert not [one for name in ("delivery", "digest_item") for one in copy[name] if "visit" in str(one)]
    assert CANARY in str(copied(home.world.mary.id, (home.world.mary_patient.id,))["visit"])


def copied(person_id: Any, records: tuple[Any, ...]) -> dict[str, list[Any]]:
    """What somebody's own copy holds."""
    with unit_of_work():
        return {one.name: list(one.rows) for one in listings(Subject(person_id, records, True, ZoneInfo("UTC")))}


def test_what_the_feed_says_of_it_goes_and_comes_with_it(home: Around) -> None:
    visit = home.planned()
    happens(home, visit)
    (post,) = home.feed("tom").get()["items"]
    hiding = f"/{post['id']}/hiding"
    mary = home.feed("mary")
    home.hide(visit)
    assert (home.feed("tom").texts(), home.feed("tom").unread()) == ([], 0)
    refused = mary.client.delete(mary.url + hiding, headers=mary.headers)
    assert (refused.status_code, "Let them see the visit again first" in refused.get_json()["detail"]) == (409, True)
    home.show(visit)
    assert len(home.feed("tom").texts()) == 1
    # What was kept by itself stays so.
    assert mary.client.post(mary.url + hiding, headers=mary.headers).status_code == 204
    with clock.at(NOW + MINUTE):
        home.hide(visit)
        home.show(visit)
    assert (home.feed("tom").texts(), home.sees("tom")) == ([], [CANARY])
    assert mary.client.delete(mary.url + hiding, headers=mary.headers).status_code == 204
    assert len(home.feed("tom").texts()) == 1


def test_a_next_visit_that_is_kept_stands_in_no_note(home: Around) -> None:
    at = "2026-11-20T10:00:00Z"
    first, nurse = home.planned(), home.at("adeyemi")
    nurse.arrives(first)
    nurse.writes(first, professional="For us.", next_visit_at=at)  # to the family it says no more than when
    nurse.writes(first, family="All well.", next_visit_at=at)
    (following,) = [one for one in home.at("mary").visits() if one["due_at"].startswith(at[:16])]
    assert [one["next_visit_at"] is None for one in notes(home, "tom", first)] == [False, False]
    own = home.at("tom").plans_one(what="Tea", visitor_id=str(home.world.tom.id))
    home.at("tom").writes(own, family="See you both.", next_visit_at=at)
    nurse.writes(own, family="Me too.", next_visit_at=at)
    home.hide(following)
    assert [(one["family"], one["next_visit_at"]) for one in notes(home, "tom", first)] == [("All well.", None)]
    assert [one["next_visit_at"] is None for one in notes(home, "tom", own)] == [False, True]  # he knows what he wrote
    assert [one["next_visit_at"] is None for one in notes(home, "mary", first)] == [False, False]


def notes(home: Around, who: str, visit: Any) -> list[Any]:
    one = home.at(who).get(f"/visits/{visit['id']}")["notes"]
    assert one == home.at(who).get(f"/visits/{visit['id']}/notes")["items"]
    return list(one)


def test_what_follows_of_a_kept_visit_is_kept_too(home: Around) -> None:
    visit, nurse = home.planned(), home.at("adeyemi")
    home.hide(visit)
    nurse.arrives(visit)
    nurse.writes(visit, family="x", next_visit_at="2026-11-20T10:00:00Z")
    assert (home.sees("tom"), home.sees("priya")) == ([], [CANARY, CANARY])


def test_tom_plans_and_takes_back_as_if_there_were_none(home: Around) -> None:
    """At the time of a visit that is kept his own is planned, and his own is called off: the other one stays."""
    at, kept, nurse = "2026-11-19T10:30:00Z", home.planned(), home.at("adeyemi")
    for one in (kept, home.planned(**TOMORROW)):
        home.hide(one)
    nurse.arrives(kept)
    nurse.writes(kept, family="x", next_visit_at=at)
    tom, own = home.at("tom"), home.at("tom").plans_one(what="Tea", visitor_id=str(home.world.tom.id))
    first = tom.writes(own, family="See you.", next_visit_at=at)
    assert home.sees("tom") == ["Tea", "Tea"]
    tom.writes(own, family="Not then.", corrects_id=first["id"])
    assert home.sees("tom") == ["Tea"]
    assert sorted(home.sees("mary")) == [CANARY, CANARY, "Tea"]


def test_what_tom_had_planned_and_is_kept_since_he_does_not_call_off(home: Around) -> None:
    at, own, tom = "2026-11-20T10:30:00Z", home.planned(visitor_id=str(home.world.tom.id)), home.at("tom")
    first = tom.writes(own, family="See you.", next_visit_at=at)
    following = home.at("mary").visits()[-1]
    nurse = {"visitor_id": str(home.world.adeyemi.id)}
    assert home.at("mary").patch(f"/visits/{following['id']}", following["version"], nurse).status_code == 200
    home.hide(following)
    tom.writes(own, family="Not then.", corrects_id=first["id"])
    assert len(home.sees("mary")) == 2


def test_a_phone_at_the_door_keeps_none_of_it_for_the_family(home: Around) -> None:
    from_visitors = home.planned(at="10:30")
    home.hide(from_visitors)
    watched(10)
    page = f"/my/{home.world.mary_patient.id}/visits"
    for name, one in readers(home.home).items():
        status, text = one.read(page)
        assert (status, CANARY in text, from_visitors["id"] in text) == (200, "urse" in name, "urse" in name), name
        assert (CANARY in one.read(f"{page}/arrive")[1]) is ("urse" in name), name


def test_whoever_visits_by_work_is_still_told(home: Around) -> None:
    """A nurse to whom visits are told, and who is not expected herself."""
    visit = home.planned(visitor_id=None)
    home.hide(visit)
    with clock.at(NOW + 60 * MINUTE), unit_of_work():
        visits_watched.watch()
    assert (told(home.world.tom), len(told(home.world.adeyemi))) == ([], 1)
