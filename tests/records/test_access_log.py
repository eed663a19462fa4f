"""Who looked at my record: whatever anybody does with it stands there, in words, for those who may read it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.core import audit, clock, embedded, wake
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients.service import shared_care
from app.teams import service as teams
from tests.conftest import NOW
from tests.people import World, signed_in

Headers = dict[str, str]


@pytest.fixture
def mary(world: World, client: FlaskClient) -> Headers:
    return signed_in(client, world.mary)


@pytest.fixture
def record(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}"


def log(client: FlaskClient, headers: Headers, record: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{record}/access-log{query}", headers=headers)
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]  # type: ignore[index]
    return items


def sentences(client: FlaskClient, headers: Headers, record: str, query: str = "") -> list[str]:
    """What is told, without one's own reading of the log itself."""
    return [one["sentence"] for one in log(client, headers, record, query) if one["action"] != "see_access_log"]


def test_read_twenty_ways_and_twenty_lines_say_so(
    client: FlaskClient, world: World, mary: Headers, record: str
) -> None:
    priya, tom, owen = (signed_in(client, one) for one in (world.priya, world.tom, world.other_coordinator))
    nurse, lead, lind = (signed_in(client, one) for one in (world.adeyemi, world.lead, world.lind))
    stranger, admin, device = (signed_in(client, one) for one in (world.stranger, world.admin, world.device))
    before = len(sentences(client, mary, record, "?limit=200"))
    team = f"/api/teams/{world.team.id}/patients"
    ways = [
        (priya, record), (priya, f"{record}/readings"), (priya, f"{record}/alerts"), (priya, f"{record}/circle"),
        (priya, f"{record}/monitoring"), (priya, team), (lead, team), (lead, record), (lind, f"{record}/readings"),
        (lind, f"{record}/alerts"), (tom, f"{record}/readings"), (tom, f"{record}/monitoring"),
        (tom, record), (nurse, f"{record}/readings"), (nurse, f"{record}/circle"), (owen, record),
        (stranger, f"{record}/readings"), (admin, record), (device, f"{record}/readings"), (mary, f"{record}/readings"),
    ]  # fmt: skip
    for headers, path in ways:
        client.get(path, headers=headers)
    told = sentences(client, mary, record, "?limit=200")
    assert len(told) - before == len(ways) == 20
    assert set(told[:20]) >= {
        "Priya Shah, your care coordinator, read your readings.",
        "Grace Mensah, a team lead, saw you on the list of a team.",
        "Anna Lind, a clinician, read your readings.",
        "Tom Okafor, your son, read your readings.",
        "Tom Okafor, your son, tried to read your plan, and was refused.",
        "Bola Adeyemi, your district nurse, tried to look at who is in your circle, and was refused.",
        "Owen Pugh, who works at Hillside Care, tried to look up your details, and was refused.",
        "Somebody without permission tried to read your readings, and was refused.",
        "Ruth Adler, who works at Riverside Care, tried to look up your details, and was refused.",
        "You read your readings.",
    }


def test_who_is_nobody_to_the_patient_is_never_named(
    client: FlaskClient, world: World, mary: Headers, record: str
) -> None:
    client.get(record, headers=signed_in(client, world.stranger))
    client.get(record, headers=signed_in(client, world.khan))
    answer = client.get(f"{record}/access-log", headers=mary)
    unnamed = [one for one in answer.json["items"] if one["name"] is None]  # type: ignore[index]
    assert len(unnamed) == 2
    assert all(one["is_refused"] and one["person_id"] is None for one in unnamed)
    text = json.dumps(answer.json)
    for hidden in (world.stranger, world.khan):
        assert str(hidden.id) not in text
        assert hidden.family_name not in text
        assert log(client, mary, record, f"?person_id={hidden.id}") == []


@pytest.mark.parametrize("first", ["here", "elsewhere"])
def test_of_a_team_it_is_shared_with_the_log_names_that_teams_organisation(
    client: FlaskClient, world: World, mary: Headers, record: str, first: str
) -> None:
    """Sam works for a team elsewhere that Mary shares with, and for another team of her own organisation."""
    sam = world.stranger.id
    with unit_of_work():
        third = teams.add_team(world.organisation.id, "Third team")
        order = [third, world.other_team] if first == "here" else [world.other_team, third]
        roles = [(one, teams.give_role(one.organisation_id, one.id, sam, Role.CLINICIAN)) for one in order]
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        day = NOW.date() + timedelta(days=30)
        words = ("Hillside Care", "Hillside Community Team", day, "She said so on the phone.", world.priya.id)
        shared_care.agree(patient, *words)
    assert client.get(record, headers=signed_in(client, world.stranger)).status_code == 200
    said = "Sam Stranger, of a team that you share the record with at Hillside Care, looked up your details."
    assert sentences(client, mary, record)[0] == said
    with clock.at(NOW + timedelta(minutes=1)):
        with unit_of_work():
            for team, role in roles:
                teams.end_role(team, role.id)
        assert client.get(record, headers=signed_in(client, world.stranger)).status_code == 404
        told = sentences(client, mary, record)
    assert told[:2] == ["Sam Stranger tried to look up your details, and was refused.", said]


def test_those_beside_somebody_on_a_list_are_not_told(
    client: FlaskClient, world: World, mary: Headers, record: str
) -> None:
    client.get(f"/api/teams/{world.team.id}/patients", headers=signed_in(client, world.priya))
    text = json.dumps(log(client, mary, record))
    assert "on the list of a team" in text
    assert str(world.khan_patient.id) not in text


def test_it_can_be_asked_for_one_person_and_for_some_time(
    client: FlaskClient, world: World, mary: Headers, record: str
) -> None:
    for minutes, person in ((1, world.priya), (2, world.tom), (3, world.priya)):
        with clock.at(NOW + timedelta(minutes=minutes)):
            client.get(f"{record}/readings", headers=signed_in(client, person))
    later = NOW + timedelta(minutes=2)
    query = f"?since={later.isoformat().replace('+', '%2B')}"
    with clock.at(NOW + timedelta(minutes=4)):
        assert [one["name"] for one in log(client, mary, record, query)] == ["Priya Shah", "Tom Okafor"]
        by_priya = log(client, mary, record, f"?person_id={world.priya.id}")
        assert {one["name"] for one in by_priya} == {"Priya Shah"}
        assert len(log(client, mary, record, f"?person_id={world.priya.id}&until={later.isoformat()[:-6]}Z")) == 1


def test_pages_miss_nothing_and_repeat_nothing(client: FlaskClient, world: World, mary: Headers, record: str) -> None:
    priya = signed_in(client, world.priya)
    for _ in range(7):
        client.get(f"{record}/readings", headers=priya)
        client.get(f"/api/teams/{world.team.id}/patients", headers=priya)
    whole = log(client, mary, record, "?limit=200")
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"{record}/access-log?limit=3{cursor and f'&cursor={cursor}'}", headers=mary).json
        assert answer is not None
        seen += [one["id"] for one in answer["items"]]
        cursor = answer["next"]
    assert [one for one in seen if one in {line["id"] for line in whole}] == [one["id"] for one in whole]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("persona", "status"),
    [("tom", 403), ("adeyemi", 403), ("priya", 403), ("lead", 403), ("admin", 404), ("khan", 404), ("stranger", 404)],
)
def test_it_is_the_patients_to_read(client: FlaskClient, world: World, record: str, persona: str, status: int) -> None:
    headers = signed_in(client, getattr(world, persona))
    assert client.get(f"{record}/access-log", headers=headers).status_code == status


def test_an_emergency_stands_in_it_with_every_look(
    client: FlaskClient, world: World, mary: Headers, record: str
) -> None:
    with unit_of_work():
        for role, action in (("clinician", "break_glass"), ("emergency", "see_readings")):
            entry = audit.Entry(
                role=role,
                action=action,
                organisation_id=world.organisation.id,
                patient_id=world.mary_patient.id,
                actor_id=world.lind.id,
                purpose="emergency",
            )
            audit.note(entry)
    assert sentences(client, mary, record)[:2] == [
        "Anna Lind, by emergency access, read your readings.",
        "Anna Lind, a clinician, opened your record in an emergency.",
    ]


def test_a_forged_cursor_is_refused(client: FlaskClient, mary: Headers, record: str) -> None:
    assert client.get(f"{record}/access-log?cursor=abc", headers=mary).status_code == 422


FILL = """
    insert into audit_entry (id, created_at, organisation_id, patient_id, patient_ids, actor_id, role, action, purpose)
    select gen_random_uuid(), %(now)s - i * interval '1 minute', %(here)s,
        case when i %% 4 > 0 then pool[1 + i %% 500] end,
        case when i %% 4 = 0 then array[pool[1 + i %% 499], pool[1 + i %% 491], pool[1 + i %% 487]] end,
        %(priya)s, 'coordinator', 'see_readings', 'care'
    from generate_series(1, %(rows)s) as i,
        (select array_agg(gen_random_uuid()) || %(mary)s as pool from generate_series(1, 499)) as p
"""
EXPLAIN = """
    explain (format json) select id from audit_entry e
    where e.patient_id is null and e.patient_ids @> array[%s::uuid] and e.created_at < 'infinity'
    order by e.created_at desc, e.id desc limit 51
"""


def test_lists_are_found_by_their_index(
    client: FlaskClient, world: World, mary: Headers, record: str, server: embedded.Server, database: str
) -> None:
    """The plan at 120,000 entries; bench note in docs/decisions/0012-audit-chain.md at a million."""
    values = {"now": NOW, "here": world.organisation.id, "priya": world.priya.id, "mary": world.mary_patient.id}
    with psycopg.connect(wake.conninfo(server.url("kith_owner", database)), autocommit=True) as owner:
        owner.execute(FILL, values | {"rows": 120_000})
        owner.execute("analyze audit_entry")
        plan = str(owner.execute(EXPLAIN, [world.mary_patient.id]).fetchone())
    assert "ix_audit_entry_patient_ids" in plan
    assert "Seq Scan" not in plan
    assert len(log(client, mary, record, "?limit=200")) == 200


def test_nothing_of_the_log_is_reached_without_the_record(
    world: World, client: FlaskClient, record: str, server: embedded.Server, database: str
) -> None:
    client.get(record, headers=signed_in(client, world.priya))
    ask = "select count(*) from looks_at_record(%s, null, null, null, null, null, 10)"
    with psycopg.connect(wake.conninfo(server.url("kith_app", database))) as web:
        assert web.execute(ask, [world.mary_patient.id]).fetchone() == (0,)
        web.execute("select set_config('kith.patients', %s, true)", [f"{{{world.khan_patient.id}}}"])
        assert web.execute(ask, [world.mary_patient.id]).fetchone() == (0,)
        web.execute("select set_config('kith.patients', %s, true)", [f"{{{world.mary_patient.id}}}"])
        found = web.execute(ask, [world.mary_patient.id]).fetchone()
    assert found is not None
    assert found[0] > 0
