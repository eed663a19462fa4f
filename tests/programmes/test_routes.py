"""Monitoring by text over the API: proposed, listed, its times changed, paused, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.ids import new_id
from app.patients import queries as patients
from app.programmes.service import agreeing
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.programmes.asked import deliveries
from tests.texting.on_a_phone import at, with_home_blood_pressure, working


class Api:
    """Priya's calls about Mary."""

    def __init__(self, client: FlaskClient, world: World) -> None:
        self.client, self.headers = client, signed_in(client, world.priya)
        self.path = f"/api/patients/{world.mary_patient.id}/text-programmes"

    def __call__(self, method: str, end: str = "", body: Any = None, **headers: str) -> Any:
        return self.client.open(self.path + end, method=method, json=body, headers={**self.headers, **headers})

    def start(self, **body: Any) -> Any:
        return self("POST", body={"id": str(new_id()), "times": ["18:00", "08:00"]} | body)


@pytest.fixture
def api(client: FlaskClient, world: World) -> Api:
    with_home_blood_pressure(world)
    return Api(client, world)


@pytest.fixture
def running(api: Api, world: World) -> dict[str, Any]:
    """Proposed, and agreed to."""
    made = api.start().get_json()
    with working():
        agreeing.agree(patients.admitted_one(world.mary_patient.id))
    return dict(api("GET", f"/{made['id']}").get_json())


def test_proposed_it_waits_for_the_patient(api: Api) -> None:
    answered = api.start()
    one = answered.get_json()
    assert (answered.status_code, one["stands"], one["times"]) == (201, "waiting", ["08:00", "18:00"])
    assert (one["agreed_at"], one["next_at"]) == (None, None)
    assert (one["wording"]["id"], one["wording"]["version"], len(one["wording"]["text"])) == ("texts.asked", 1, 2)
    assert [item["id"] for item in api("GET").get_json()["items"]] == [one["id"]]


def test_sent_again_it_is_the_same_and_another_is_refused(api: Api) -> None:
    one = api.start().get_json()
    assert api.start(id=one["id"]).get_json() == one
    assert api.start(id=one["id"], times=["09:00"]).status_code == 409
    assert api.start().status_code == 409
    assert len(deliveries()) == 1


def test_agreed_to_it_runs(running: dict[str, Any]) -> None:
    assert (running["stands"], running["version"]) == ("running", 2)
    assert running["next_at"].startswith("2026-11-18T18:00")


def test_other_times_by_version(api: Api, running: dict[str, Any]) -> None:
    one, body = f"/{running['id']}", {"times": ["07:30"]}
    assert api("PATCH", one, body).status_code == 428
    assert api("PATCH", one, body, **{"If-Match": '"1"'}).status_code == 412
    changed = api("PATCH", one, body, **{"If-Match": '"2"'})
    assert (changed.status_code, changed.get_json()["times"]) == (200, ["07:30"])
    assert changed.get_json()["next_at"].startswith("2026-11-19T07:30")
    assert changed.headers["ETag"] == '"3"'


def test_paused_and_gone_on(api: Api, running: dict[str, Any]) -> None:
    one = f"/{running['id']}"
    paused = api("POST", f"{one}/pause", {"until": "2026-11-25"}).get_json()
    assert (paused["stands"], paused["paused_until"]) == ("paused", "2026-11-25")
    assert api("POST", f"{one}/pause", {"until": None}).get_json()["stands"] == "running"


def test_ended_twice_is_once_and_then_another_can_begin(api: Api, running: dict[str, Any]) -> None:
    one = f"/{running['id']}"
    ended = api("POST", f"{one}/end").get_json()
    assert (ended["stands"], ended["next_at"]) == ("ended", None)
    with clock.at(NOW + timedelta(minutes=5)):
        assert api("POST", f"{one}/end").get_json() == ended
        assert api("POST", f"{one}/pause", {"until": "2026-11-25"}).status_code == 409
        later = api.start().get_json()
    assert [item["id"] for item in api("GET", "?limit=1").get_json()["items"]] == [later["id"]]
    assert api("GET", f"?limit=1&cursor={api('GET', '?limit=1').get_json()['next']}").get_json()["items"] == [ended]


def test_what_became_of_its_times(api: Api, running: dict[str, Any]) -> None:
    at(NOW.replace(hour=18))
    (one,) = api("GET", f"/{running['id']}/asks").get_json()["items"]
    assert (one["day"], one["at"], one["state"]) == ("2026-11-18", "18:00", "asked")
    assert one["measures"] == ["blood_pressure"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"times": []}, "/times"),
        ({"times": ["08:00", "09:00"]}, "/times"),
        ({"times": ["8 o'clock"]}, "/times/0"),
        ({"times": ["06:00", "09:00", "12:00", "15:00", "18:00"]}, "/times"),
        ({"measures": ["weight"]}, "/measures"),
        ({"id": "one"}, "/id"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_sent(api: Api, body: dict[str, Any], pointer: str) -> None:
    refused = api.start(**body)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert (deliveries(), api("GET").get_json()["items"]) == ([], [])


def test_a_programme_of_somebody_else_is_not_there(api: Api) -> None:
    for method, end, body in (("GET", "", None), ("POST", "/end", None), ("POST", "/pause", {"until": None})):
        assert api(method, f"/{new_id()}{end}", body).status_code == 404
