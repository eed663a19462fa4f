"""Second factors: always for staff, once each, few tries; set up, recovered, taken away (security.md S11, S15)."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock, rows
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries, second_factor_codes
from app.identity.models import AuthenticatorApp, Person, RecoveryCode, SecondFactorReset
from app.identity.service import second_factors
from app.teams import service as teams
from tests.conftest import NOW
from tests.identity import one_use
from tests.identity.steps import bearer, by_password, fully, half, new_passkey, show
from tests.people import PASSWORD, World, code_of, signed_in
from tests.stand_ins.authenticator import Authenticator

nothing_deferred = one_use.nothing_deferred

REASON = "Came to the office with her passport, known to me for years."


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def without_factors(person: Person) -> None:
    """As somebody new: no second factor has been set up."""
    with unit_of_work():
        app = queries.authenticator_app(person.id)
        assert app is not None
        db.session.delete(app)
        db.session.get_one(Person, person.id).second_factor_since = None


def enrolled(client: FlaskClient, headers: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Set an app up; its recovery codes, and the headers to go on with."""
    key = client.post("/api/second-factor/app", headers=headers).get_json()["key"]
    code = second_factor_codes.code_of(key, second_factor_codes.step_at(clock.now()))
    answer = client.post("/api/second-factor/app/confirm", json={"code": code}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["recovery_codes"], bearer(answer.get_json()["tokens"])


@pytest.mark.parametrize("who", ["priya", "lind", "lead", "other_coordinator", "admin"])
def test_a_password_alone_lets_no_staff_in(client: FlaskClient, world: World, who: str) -> None:
    signed = by_password(client, getattr(world, who)).get_json()
    assert signed["second_factor"] == "totp"
    for method, path in (("GET", "/api/me"), ("GET", "/api/worklist"), ("GET", "/api/devices"), ("GET", "/api/teams")):
        answer = client.open(path, method=method, headers=bearer(signed))
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/second-factor-needed")


def test_a_code_finishes_it_in_a_new_session_and_ends_the_half_one(client: FlaskClient, world: World) -> None:
    headers = half(client, world.priya)
    assert client.get("/api/second-factor", headers=headers).get_json()["due"] == "totp"
    tokens = show(client, headers, code_of(world.priya)).get_json()
    assert tokens["second_factor"] is None
    assert client.get("/api/worklist", headers=bearer(tokens)).status_code == 200
    assert client.get("/api/second-factor", headers=headers).status_code == 401
    (device,) = client.get("/api/devices", headers=bearer(tokens)).get_json()["items"]
    assert device["method"] == "password"


def test_a_half_sign_in_lasts_a_quarter_of_an_hour_and_refreshing_does_not_prolong_it(
    client: FlaskClient, world: World
) -> None:
    signed = by_password(client, world.priya).get_json()
    with clock.at(NOW + timedelta(minutes=14)):
        refreshed = client.post("/api/refresh", json={"refresh_token": signed["refresh_token"]}).get_json()
        assert client.get("/api/worklist", headers=bearer(refreshed)).status_code == 401
        assert client.get("/api/second-factor", headers=bearer(refreshed)).status_code == 200
    with clock.at(NOW + timedelta(minutes=15)):
        assert client.get("/api/second-factor", headers=bearer(refreshed)).status_code == 401


def test_the_same_code_serves_once(client: FlaskClient, world: World) -> None:
    code = code_of(world.priya)
    assert show(client, half(client, world.priya), code).status_code == 200
    again = show(client, half(client, world.priya), code)
    assert again.status_code == 422
    assert again.get_json()["errors"][0]["pointer"] == "/code"


def test_of_two_who_show_the_same_code_at_once_one_gets_in(app: Flask, client: FlaskClient, world: World) -> None:
    sessions, code = [half(client, world.priya) for _ in range(4)], code_of(world.priya)
    start, statuses = threading.Barrier(4), []

    def one(headers: dict[str, str]) -> None:
        start.wait()
        statuses.append(show(app.test_client(), headers, code).status_code)

    threads = [threading.Thread(target=one, args=(headers,)) for headers in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422, 422, 422]


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 200), (0, 200), (1, 200), (2, 422)])
def test_a_clock_may_be_half_a_minute_off(client: FlaskClient, world: World, steps: int, status: int) -> None:
    app = queries.authenticator_app(world.priya.id)
    assert app is not None
    assert app.secret
    code = second_factor_codes.code_of(app.secret, second_factor_codes.step_at(clock.now()) + steps)
    assert show(client, half(client, world.priya), f"{code[:3]} {code[3:]}").status_code == status


def test_an_older_code_does_not_serve_after_a_newer_one(client: FlaskClient, world: World) -> None:
    app = queries.authenticator_app(world.priya.id)
    assert app is not None
    assert app.secret
    older, newer = (second_factor_codes.code_of(app.secret, second_factor_codes.step_at(NOW) + n) for n in (0, 1))
    assert show(client, half(client, world.priya), newer).status_code == 200
    assert show(client, half(client, world.priya), older).status_code == 422


def test_five_wrong_codes_are_all_from_wherever(client: FlaskClient, world: World) -> None:
    headers = half(client, world.priya)
    statuses = [show(client, headers, f"{n:06}", f"10.1.0.{n}").status_code for n in range(5)]
    assert statuses == [422] * 5
    refused = show(client, half(client, world.priya), code_of(world.priya), "10.2.0.1")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    with clock.at(NOW + timedelta(minutes=10)):
        assert show(client, half(client, world.priya), code_of(world.priya)).status_code == 200


def test_right_codes_are_not_counted(client: FlaskClient, world: World) -> None:
    for minutes in range(7):
        with clock.at(NOW + timedelta(minutes=minutes)):
            assert show(client, half(client, world.priya), code_of(world.priya)).status_code == 200


def test_staff_set_one_up_at_their_first_sign_in(client: FlaskClient, world: World) -> None:
    without_factors(world.priya)
    signed = by_password(client, world.priya).get_json()
    assert signed["second_factor"] == "enrol"
    assert client.get("/api/worklist", headers=bearer(signed)).status_code == 401
    codes, headers = enrolled(client, bearer(signed))
    assert len(set(codes)) == 10
    assert client.get("/api/worklist", headers=headers).status_code == 200
    assert by_password(client, world.priya).get_json()["second_factor"] == "totp"


def by_code(client: FlaskClient, person: Person) -> dict[str, str]:
    """The headers of somebody who has signed in with a code that came by text."""
    asked = client.post("/api/sign-in/code", json={"identifier": person.phone}).get_json()["request"]
    one_use.do_tasks()
    body = {"request": asked, "code": one_use.sent()[-1].code}
    return bearer(client.post("/api/sign-in/with-code", json=body).get_json())


def test_staff_who_have_a_password_set_none_up_by_a_text_alone(client: FlaskClient, world: World) -> None:
    """Whoever gets hold of their texts must not get their work too."""
    without_factors(world.priya)
    headers = by_code(client, world.priya)
    for path in ("/api/second-factor/app", "/api/passkeys/options"):
        refused = client.post(path, headers=headers)
        assert (refused.status_code, refused.get_json()["detail"]) == (403, second_factors.NOT_BY_CODE)
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).password_hash = None
    enrolled(client, headers)  # there is no other way in


def test_a_code_alone_is_enough_for_three_days_after_somebody_let_them_in(client: FlaskClient, world: World) -> None:
    """Later whoever has their phone by then must not get their work: an admin or lead lets them in again."""
    admin = signed_in(client, world.admin)
    who = {"given_name": "Noor", "family_name": "Haddad", "email": "noor.haddad@kith.example", "phone": "07700 900140"}
    path, body = f"/api/teams/{world.team.id}/members", who | {"role": "clinician"}
    assert client.post(path, headers=admin | key(), json=body).status_code == 201
    noor = Person(phone="+447700900140")
    with clock.at(NOW + second_factors.LET_IN_FOR + timedelta(seconds=1)):
        headers = by_code(client, noor)
        for way in ("/api/second-factor/app", "/api/passkeys/options"):
            refused = client.post(way, headers=headers)
            assert (refused.status_code, refused.get_json()["detail"]) == (403, second_factors.LET_IN_AGAIN)
        again = client.post(path, headers=signed_in(client, world.lead) | key(), json=body)
        assert again.status_code == 201
        enrolled(client, headers)


def test_whoever_has_one_must_show_it_before_adding_another(client: FlaskClient, world: World) -> None:
    headers = half(client, world.priya)
    for path in ("/api/second-factor/app", "/api/passkeys/options"):
        answer = client.post(path, headers=headers)
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/second-factor-needed")
    confirm = client.post("/api/second-factor/app/confirm", json={"code": "123456"}, headers=headers)
    assert confirm.status_code == 401


def test_how_one_signs_in_is_changed_only_soon_after_signing_in(client: FlaskClient, world: World) -> None:
    headers = fully(client, world.priya)
    with clock.at(NOW + timedelta(minutes=9)):
        assert client.post("/api/second-factor/app", headers=headers).status_code == 200
    tokens = show(client, half(client, world.priya), code_of(world.priya)).get_json()
    with clock.at(NOW + timedelta(minutes=16)):
        fresh = client.post("/api/refresh", json={"refresh_token": tokens["refresh_token"]}).get_json()
        answer = client.post("/api/second-factor/app", headers=bearer(fresh))
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/sign-in-again")


def test_another_app_takes_over_when_it_is_confirmed(client: FlaskClient, world: World) -> None:
    headers = fully(client, world.priya)
    before = queries.authenticator_app(world.priya.id).secret  # type: ignore[union-attr]
    client.post("/api/second-factor/app", headers=headers)
    db.session.expire_all()
    assert queries.authenticator_app(world.priya.id).secret == before  # type: ignore[union-attr]
    enrolled(client, headers)
    db.session.expire_all()
    assert queries.authenticator_app(world.priya.id).secret != before  # type: ignore[union-attr]


def test_recovery_codes_serve_once_each_and_only_their_owner(client: FlaskClient, world: World) -> None:
    codes = client.post("/api/second-factor/recovery-codes", headers=fully(client, world.priya)).get_json()
    one, two, *_ = codes["recovery_codes"]
    assert show(client, half(client, world.lind), one).status_code == 422
    assert show(client, half(client, world.priya), one.lower().replace("-", " ")).status_code == 200
    assert show(client, half(client, world.priya), one).status_code == 422
    tokens = show(client, half(client, world.priya), two).get_json()
    assert client.get("/api/second-factor", headers=bearer(tokens)).get_json()["recovery_codes_left"] == 8
    renewed = client.post("/api/second-factor/recovery-codes", headers=bearer(tokens)).get_json()["recovery_codes"]
    assert not {*renewed} & {*codes["recovery_codes"]}
    assert show(client, half(client, world.priya), codes["recovery_codes"][5]).status_code == 422
    kept = db.session.scalars(select(RecoveryCode.code_index)).all()
    assert len(kept) == 10
    assert not [code for code in renewed if code.encode() in b"".join(kept)]


def test_the_key_of_an_app_is_kept_sealed(client: FlaskClient, world: World) -> None:
    headers = fully(client, world.priya)
    key = client.post("/api/second-factor/app", headers=headers).get_json()["key"]
    for row in db.session.scalars(select(AuthenticatorApp)):
        assert key.encode() not in (row.secret_sealed or b"") + (row.pending_sealed or b"")


def test_staff_cannot_do_without_their_last_one(client: FlaskClient, world: World) -> None:
    headers = fully(client, world.priya)
    refused = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert refused.status_code == 409
    added = new_passkey(client, headers, Authenticator()).get_json()
    headers = bearer(added["tokens"])
    removed = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert removed.status_code == 204
    last = client.delete(f"/api/passkeys/{added['passkey']['id']}", headers=headers)
    assert last.status_code == 409
    assert by_password(client, world.priya).get_json()["second_factor"] == "passkey"


def test_a_patient_may_have_one_and_do_without_it_again(client: FlaskClient, world: World) -> None:
    signed = by_password(client, world.mary).get_json()
    assert signed["second_factor"] is None
    codes, headers = enrolled(client, bearer(signed))
    assert len(codes) == 10
    assert by_password(client, world.mary).get_json()["second_factor"] == "totp"
    assert client.get("/api/me", headers=half(client, world.mary)).status_code == 401
    assert client.get("/api/me", headers=headers).status_code == 200
    wrong = client.post("/api/second-factor/app/remove", json={"password": "not mine at all"}, headers=headers)
    assert wrong.status_code == 422
    done = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert done.status_code == 204
    assert by_password(client, world.mary).get_json()["second_factor"] is None
    assert db.session.scalars(select(RecoveryCode)).all() == []


def test_a_device_needs_none(client: FlaskClient, world: World) -> None:
    assert by_password(client, world.device).get_json()["second_factor"] is None


def reset(client: FlaskClient, by: Person, whose: Person, reason: str = REASON) -> int:
    path = f"/api/people/{whose.id}/second-factor/reset"
    return client.post(path, json={"reason": reason}, headers=signed_in(client, by)).status_code


def test_an_admin_takes_lost_ones_away_after_checking_who_asks(client: FlaskClient, world: World) -> None:
    before = fully(client, world.priya)
    assert reset(client, world.admin, world.priya, "too short") == 422
    assert client.get("/api/me", headers=before).status_code == 200
    assert reset(client, world.admin, world.priya) == 204
    assert client.get("/api/me", headers=before).status_code == 401
    assert by_password(client, world.priya).get_json()["second_factor"] == "enrol"
    (kept,) = db.session.scalars(select(SecondFactorReset))
    assert (kept.reason, kept.reset_by, kept.person_id) == (REASON, world.admin.id, world.priya.id)
    assert REASON.encode() not in kept.reason_sealed
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reset second factor")).one()
    assert (entry.actor_id, entry.subject_id, entry.organisation_id) == (
        world.admin.id,
        world.priya.id,
        world.organisation.id,
    )


def test_they_are_not_taken_from_staff_whom_a_text_alone_would_then_let_in(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).password_hash = None
    assert reset(client, world.admin, world.priya) == 409
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).phone = None  # a code by e-mail is no text
    assert reset(client, world.admin, world.priya) == 204


def test_a_reset_opens_a_password_that_guesses_had_closed(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).password_locked_at = NOW
    assert reset(client, world.admin, world.priya) == 204
    assert by_password(client, world.priya).get_json()["second_factor"] == "enrol"


def test_nobody_else_takes_them_away(client: FlaskClient, world: World) -> None:
    assert reset(client, world.admin, world.admin) == 403
    assert reset(client, world.admin, world.other_coordinator) == 404
    assert reset(client, world.admin, world.mary) == 404
    assert reset(client, world.priya, world.lind) == 403
    assert reset(client, world.mary, world.mary) == 403
    assert by_password(client, world.admin).get_json()["second_factor"] == "totp"


def test_nobody_takes_them_from_somebody_who_works_elsewhere_too(client: FlaskClient, world: World) -> None:
    """What protects the patients of another organisation is not this one's to take away."""
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.other_coordinator.id, Role.VISITOR)
    assert reset(client, world.admin, world.other_coordinator) == 409
    assert by_password(client, world.other_coordinator).get_json()["second_factor"] == "totp"


def test_a_coordinator_takes_a_patients_away_and_the_password_with_it(client: FlaskClient, world: World) -> None:
    enrolled(client, bearer(by_password(client, world.mary).get_json()))
    path = f"/api/patients/{world.mary_patient.id}/second-factor/reset"
    for person, status in ((world.other_coordinator, 404), (world.lind, 403), (world.priya, 204)):
        answer = client.post(path, json={"reason": REASON}, headers=signed_in(client, person))
        assert answer.status_code == status
    assert by_password(client, world.mary).status_code == 401
    log = client.get(f"/api/patients/{world.mary_patient.id}/access-log", headers=signed_in(client, world.mary))
    assert "took away your password and second factor." in log.text
    rows.reach(rows.SERVICE)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == second_factors.RESET)).one()
    assert (entry.role, entry.patient_id, entry.actor_id) == ("coordinator", world.mary_patient.id, world.priya.id)
