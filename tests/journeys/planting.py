"""A day in which a canary is typed into everything that somebody can type into."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from app.access.roles import Role
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import codes
from app.notifications.service import receiving
from app.teams import service as teams
from tests.journeys.canaries import MARY, PRIYA, call, done, found_in, signed_in
from tests.journeys.serving import Web
from tests.people import World
from tests.stand_ins.authenticator import Authenticator

HTML = {"Accept": "text/html"}


def reading(**change: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "measure": "oxygen_saturation",
        "measured_at": datetime.now(UTC).isoformat(),
        "value": 83.25,
        "unit": "%",
        "context": {"on_oxygen": False, "note": "canary note"},
    } | change


def live_a_day(web: Web, world: World) -> str:
    """Everything there is to type; returns Mary's token."""
    call(web, "POST", "/api/sign-in", body={"identifier": "canary@kith.example", "password": "canary canary canary"})
    mary, priya = signed_in(web, MARY), signed_in(web, PRIYA)
    lind, ruth = signed_in(web, "anna.lind@kith.example"), signed_in(web, "ruth.adler@kith.example")
    patient = f"/api/patients/{world.mary_patient.id}"
    send_and_handle(web, patient, mary, priya)
    set_up_care(web, patient, priya, lind)
    mary = share(web, patient, mary)
    open_in_an_emergency(web, world)
    look_after(web, world, patient, mary, ruth)
    text_in()
    return mary


def send_and_handle(web: Web, patient: str, mary: str, priya: str) -> None:
    """Send good, bad and impossible readings, look, take, note, resolve, correct, ask for nonsense."""
    sent = done(web, "POST", f"{patient}/readings", mary, reading())
    for bad in (reading(value="canary\x00"), reading(unit="canary"), reading(measure="canary"), reading(odd="canary")):
        assert call(web, "POST", f"{patient}/readings", mary, bad)[0] == 422
    assert call(web, "GET", "/api/canary?canary=canary", mary)[0] == 404
    assert call(web, "GET", "/canary?canary=canary", **HTML)[0] == 404
    alert = f"{patient}/alerts/{done(web, 'GET', '/api/worklist', priya)['items'][0]['id']}"
    done(web, "POST", f"{alert}/acknowledge", priya)
    done(web, "POST", f"{alert}/notes", priya, {"text": "canary note"})
    done(web, "POST", f"{alert}/resolve", priya, {"outcome": "patient_well", "note": "canary of an ending"})
    done(web, "POST", f"{patient}/readings/{sent['id']}/correction", mary, {"reason": "canary reason"})


def set_up_care(web: Web, patient: str, priya: str, lind: str) -> None:
    """Change what is known of her, and set a limit of her own."""
    told = {"conditions": ["canary condition"], "communication_needs": "canary needs"}
    done(web, "PATCH", patient, priya, told, **{"If-Match": '"1"'})
    limit = {"name": "oxygen_saturation.low.red.target", "value": 87, "reason": "canary of a limit"}
    done(web, "POST", f"{patient}/monitoring/limits", lind, limit | {"review_on": later(60)})


def share(web: Web, patient: str, mary: str) -> str:
    """Let somebody act, ask somebody in, agree with a team elsewhere, make a passkey; returns the next token."""
    circle = done(web, "GET", f"{patient}/circle", mary)["items"]
    tom = next(one for one in circle if one["relationship"] == "son")["id"]
    acts = {"member_id": tom, "basis": "consent", "scopes": ["readings"], "wording_version": 1}
    done(web, "POST", f"{patient}/acting", mary, acts | {"review_on": later(60), "evidence": "canary of the evidence"})
    niece = {"role": "member", "relationship": "canary niece", "phone": "07700 900555"}
    done(web, "POST", f"{patient}/invitations", mary, niece)
    agreed = {"organisation": "Hillside Care", "team": "Hillside Community Team", "ends_on": later(60)}
    done(web, "POST", f"{patient}/shared-care", mary, agreed | {"agreement": "a canary sang while we agreed"})
    options = done(web, "POST", "/api/passkeys/options", mary)["options"]
    made = {"name": "canary key", "credential": Authenticator().make(options)}
    return str(done(web, "POST", "/api/passkeys", mary, made)["tokens"]["access_token"])


def open_in_an_emergency(web: Web, world: World) -> None:
    """A clinician of another team opens her record, in vain and then with a reason; a lead looks at it again."""
    with unit_of_work():
        team = teams.add_team(world.organisation.id, "Riverside Heart Failure")
        teams.give_role(world.organisation.id, team.id, world.stranger.id, Role.CLINICIAN)
        codes.set_up(world.stranger)
    sam, grace = signed_in(web, "sam.stranger@kith.example"), signed_in(web, "grace.mensah@kith.example")
    hers = {"nhs_number": "999 000 0018"}
    assert call(web, "POST", "/api/emergency-access", sam, hers | {"reason": "canary"})[0] == 422
    opened = done(web, "POST", "/api/emergency-access", sam, hers | {"reason": "canary found lying on the floor"})
    done(web, "POST", f"/api/emergency-accesses/{opened['id']}/review", grace, {"note": "canary of a review"})


def look_after(web: Web, world: World, patient: str, mary: str, ruth: str) -> None:
    """Note what is wrong, hold, take somebody's second factor away; Tom closes his account."""
    done(web, "POST", f"{patient}/correction-notes", mary, {"text": "canary correction"})
    hold = {"organisation_id": str(world.organisation.id), "reason": "canary of a solicitor"}
    done(web, "POST", "/api/legal-holds", ruth, hold)
    lost = {"reason": "canary of a lost phone, seen in person"}
    done(web, "POST", f"/api/people/{world.lind.id}/second-factor/reset", ruth, lost)
    done(web, "POST", "/api/me/closing", signed_in(web, "tom.okafor@kith.example"), {"confirmed": True})


def text_in() -> None:
    """Mary texts; it is kept as the webhook keeps it."""
    with unit_of_work():
        assert receiving.keep({"MessageSid": "SM1", "From": "+447700900201", "Body": "a canary sang to Mary Okafor"})


def take_the_copy(web: Web, mary: str, export_id: str) -> None:
    status, taken = call(web, "GET", f"/api/me/exports/{export_id}/file", mary)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(taken)) as archive:  # there, and only there, everything can be read
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert set(found_in(whole)) >= {b"canary", b"mary.okafor", b"Penicillin", b"9990000018", b"83.25"}


def break_the_database(web: Web, world: World, mary: str, url: str) -> None:
    """Every statement about readings fails for a while: the driver's own sentence quotes what was sent."""
    patient = f"/api/patients/{world.mary_patient.id}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table reading rename column meal to repast")
        assert call(web, "POST", f"{patient}/readings", mary, reading())[0] == 500
        connection.execute("alter table reading rename column repast to meal")
        connection.execute("alter table reading add constraint canary check (value <> 83.25) not valid")
        assert call(web, "POST", f"{patient}/readings", mary, reading())[0] == 500


def later(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
