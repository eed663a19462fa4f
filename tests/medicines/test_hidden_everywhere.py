"""What Mary keeps from her circle changes nothing that any of it is ever answered: no name, no count, no size (S40).

Everything that can be read is read twice by them, before the medicine is there and with all that can be known of it:
the answers are the same to the letter. And whatever they try on its own ids is answered as for ids of nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from tests.access.matrix import declared
from tests.access.rows import ROWS
from tests.medicines.kept import CANARY, Home, home_of, kept, member_of, strange, two_shared
from tests.people import World, signed_in
from tests.web.browsing import HTML, Browser

# Made anew each time a page is shown: ids of forms, their tokens, and by what number a refusal is asked about.
ANEW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b|nonce=\"[^\"]+\""
)
OF_THE_SERVICE = ("/metrics", "/static/", "/healthz", "/readyz")
ASKED = {
    "/api/patients/<uuid:patient_id>/doses": ["?since=2026-11-17T00:00:00Z&until=2026-12-01T00:00:00Z"],
    "/api/patients/<uuid:patient_id>/medicines": ["?stopped=true"],
    "/api/patients/<uuid:patient_id>/series": ["?measure=weight"],
}
PLAIN = {
    "measure": "weight",
    "kind": "weekly",
    "slug": "not-found",
    "provider": "nhs",
    "code": "ABCDE",
    "path": "kith.css",
}
OF_IT = ("medicine_id", "schedule_id", "dose_id", "pause_id")


@pytest.fixture
def home(client: FlaskClient, world: World) -> Home:
    return home_of(client, world)


def filled(rule: str, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1]) or PLAIN.get(found[1]) or str(new_id()), rule)


def readable(home: Home, ids: dict[str, str]) -> Iterator[str]:
    """Every path that can be read, filled with these ids."""
    for operation in declared(home.client.application):
        method, rule = operation.split(" ", 1)
        if method != "GET" or rule.startswith(OF_THE_SERVICE):
            continue
        path = filled(rule, ids)
        yield path
        yield from (path + query for query in ASKED.get(rule, ()))


class Reader:
    """Somebody who reads all there is: over the API, on pages, and with Mary's eyes set to theirs."""

    def __init__(self, home: Home, person: Person, see_as: str = "") -> None:
        app = home.client.application
        self.headers, self.see_as = signed_in(home.client, person), see_as
        self.browser = Browser(app.test_client())
        self.browser.have_session(person)
        self.calls = app.test_client()

    def read(self, path: str) -> tuple[int, str]:
        if self.see_as:
            path += f"{'&' if '?' in path else '?'}see_as={self.see_as}"
        if path.startswith(("/api/", "/calendars/")):
            answer = self.calls.get(path, headers=self.headers)
        else:
            answer = self.browser.client.get(path, headers=HTML)
        shown = f"{answer.headers.get('ETag')} {answer.get_data(as_text=True)}"
        answer.close()
        return answer.status_code, shown

    def reads(self, paths: list[str]) -> dict[str, tuple[int, str]]:
        return {path: self.read(path) for path in paths}


def readers(home: Home) -> dict[str, Reader]:
    world = home.world
    with unit_of_work():  # nothing stays open while so much is read
        as_tom, as_nurse = (str(member_of(world, one)) for one in (world.tom, world.adeyemi))
    return {
        "Tom": Reader(home, world.tom),
        "Nurse Adeyemi": Reader(home, world.adeyemi),
        "Mary, seeing what Tom sees": Reader(home, world.mary, as_tom),
        "Mary, seeing what the nurse sees": Reader(home, world.mary, as_nurse),
    }


def plainly(answers: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {path: (status, ANEW.sub("*", text)) for path, (status, text) in answers.items()}


def calendars(home: Home) -> list[str]:
    """A calendar of Tom and one of the nurse, with names."""
    made = [table.post("/calendar-feeds", {"names_medicines": True}) for table in (home.tom, home.nurse)]
    return [urlsplit(one.get_json()["url"]).path for one in made]


def test_nothing_that_can_be_read_changes(home: Home) -> None:
    shared = two_shared(home)
    ids = {"patient_id": str(home.world.mary_patient.id), "medicine_id": shared[0]["id"]}
    ids |= {"schedule_id": home.mary.get(f"/medicines/{shared[0]['id']}")["schedules"][0]["id"]}
    ids |= {"dose_id": home.mary.doses()[0]["id"]}
    paths = [*readable(home, ids), *calendars(home)]
    needed = ids | {"medicine_id": shared[1]["id"]}
    paths += [path for path in readable(home, needed) if shared[1]["id"] in path]
    all_of_them = readers(home)
    for one in all_of_them.values():
        one.reads(paths)  # looking leaves its own marks: who has seen what, and when
    before = {name: plainly(one.reads(paths)) for name, one in all_of_them.items()}
    own = kept(home)
    for name, one in all_of_them.items():
        after = one.reads(paths)
        told = [
            path for path, (_, text) in after.items() if CANARY in text or any(each in text for each in own.values())
        ]
        assert told == [], name
        assert changed(before[name], plainly(after)) == [], name
    home.show({"id": own["medicine_id"]})
    shown = changed(before["Tom"], plainly(all_of_them["Tom"].reads(paths)))
    assert len(shown) >= 13, shown  # what would have been different


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(path for path in after if before[path] != after[path])


def test_much_is_read_at_all(home: Home) -> None:
    """So that the test above reads what it seems to read."""
    two_shared(home)
    ids = {"patient_id": str(home.world.mary_patient.id)}
    answers = Reader(home, home.world.tom).reads(list(readable(home, ids)))
    open_to_tom = [path for path, (status, _) in answers.items() if status == 200]
    assert len(open_to_tom) >= 60, open_to_tom


def test_its_own_ids_are_those_of_nothing(home: Home) -> None:
    """Reading or writing, at the API or on a page: as for an id that never was, and nothing happens."""
    two_shared(home)
    own, nothing = kept(home), strange()
    tried = 0
    for person in (home.world.tom, home.world.adeyemi):
        for operation, row in ROWS.items():
            method, rule = operation.split(" ", 1)
            if not any(f":{name}>" in rule for name in OF_IT) or rule.startswith("/console"):
                continue
            tried += 1
            hidden, missing = (asked(home, person, method, rule, row.body, ids) for ids in (own, nothing))
            assert hidden == missing, operation
            assert hidden[0] == 404 or hidden[0] == 403, operation
    assert tried >= 60
    medicine = home.mary.get(f"/medicines/{own['medicine_id']}")
    assert (medicine["stopped_at"], len(medicine["schedules"]), medicine["hidden_from_circle"]) == (None, 1, True)
    assert len(home.mary.get(f"/doses/{own['dose_id']}")["answers"]) == 1


def asked(home: Home, person: Person, method: str, rule: str, body: Any, ids: dict[str, str]) -> tuple[int, str]:
    own = ids | {"patient_id": str(home.world.mary_patient.id)}
    path = filled(rule, own)
    said = json.loads(json.dumps(body).replace("$dose_id", ids["dose_id"]).replace("$new", str(new_id())))
    if rule.startswith("/api/"):
        headers = signed_in(home.client, person) | {"Idempotency-Key": str(new_id()), "If-Match": '"1"'}
        answer = home.client.open(path, method=method, json=said, headers=headers)
    else:
        browser = Browser(home.client.application.test_client())
        browser.have_session(person)
        answer = browser.get(path) if method == "GET" else browser.post(path, said)
    text = answer.get_data(as_text=True)
    for one in (path, *ids.values()):
        text = text.replace(one, "it")
    return answer.status_code, ANEW.sub("*", text)


def test_what_names_it_in_a_query_or_a_body_finds_nothing(home: Home) -> None:
    two_shared(home)
    own, nothing = kept(home), strange()
    pattern = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "09:00"}]}]}
    answer = {"id": str(new_id()), "answer": "taken"}
    pause = {"starts_at": "2026-11-19T00:00:00Z", "ends_at": "2026-11-20T00:00:00Z", "why": "holiday"}
    for table in (home.tom, home.nurse):
        window = "since=2026-11-18T00:00:00Z&until=2026-11-20T00:00:00Z"
        assert table.get(f"/doses?{window}&medicine_id={own['medicine_id']}") == {"items": []}
        told = []
        for ids in (own, nothing):
            about = {name: ids[name] for name in ("medicine_id", "schedule_id")}
            told.append(
                [
                    table.post("/doses/answers", {"answers": [answer | {"dose_id": ids["dose_id"]}]}).status_code,
                    table.post("/medicine-pauses", pause | {"medicine_id": about["medicine_id"]}).status_code,
                    *(
                        table.post("/schedule-preview", {"pattern": pattern} | {k: v}).status_code
                        for k, v in about.items()
                    ),
                ]
            )
        assert told[0] == told[1] == [404, 404, 404, 404]
