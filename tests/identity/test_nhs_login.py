"""NHS login end to end over HTTP: proven, not yet proven, and everything that must not let anybody in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.core import clock, embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.identity.models import LinkedLogin, LoginAttempt, Person
from app.identity.service import federated
from tests.conftest import NOW
from tests.identity import elsewhere
from tests.identity.elsewhere import asked_of, away, cookies, noted, sessions, there_and_back
from tests.people import World
from tests.stand_ins.oidc_provider import MARY, Provider
from tests.web.browsing import Browser, words

LEAVE, BACK = "/sign-in/with/nhs-login", "/sign-in/with/nhs-login/back"
PROVE, NO_RECORD = "/sign-in/prove", "/sign-in/no-record"


@pytest.fixture
def nhs() -> Provider:
    return Provider()


@pytest.fixture
def deployed(app: Flask, server: embedded.Server, database: str, nhs: Provider) -> Iterator[Flask]:
    with elsewhere.app_with(server, database, "nhs-login", "NHS_LOGIN", nhs) as made:
        yield made


@pytest.fixture
def browser(deployed: Flask, world: World) -> Browser:
    return Browser(deployed.test_client())


def link() -> LinkedLogin:
    with unit_of_work():
        db.session.expire_all()
        return db.session.scalars(select(LinkedLogin)).one()


def people() -> int:
    with unit_of_work():
        return len(db.session.scalars(select(Person.id)).all())


def test_a_proven_patient_comes_to_their_own_record(browser: Browser, nhs: Provider, world: World) -> None:
    before = people()
    answer = there_and_back(browser, f"{LEAVE}?next=/my/{world.mary_patient.id}/numbers")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/my/{world.mary_patient.id}/numbers")
    assert "Mary" in words(browser.get(f"/my/{world.mary_patient.id}/"))
    (session,) = sessions()
    assert (session.person_id, session.method, session.identity_level) == (world.mary.id, "nhs_login", "P9")
    assert session.second_factor_at is None
    assert (link().person_id, link().is_provisional) == (world.mary.id, False)
    assert not identity.person(link().person_id).phone_verified_at
    assert [(one.action, one.patient_id) for one in noted()] == [("link_nhs_login", world.mary_patient.id)]
    assert people() == before
    assert nhs.refusals == []
    there_and_back(browser, LEAVE)
    assert [one.action for one in noted()] == ["link_nhs_login"]


def test_what_is_asked_for(browser: Browser, nhs: Provider) -> None:
    answer = browser.get(LEAVE)
    asked = asked_of(answer.headers["Location"])
    ways = ("Cp.Cd", "Cp.Ck", "Cm")
    assert json.loads(asked["vtr"]) == [f"{level}.{way}" for level in ("P5", "P9") for way in ways]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid profile profile_extended"
    step_up = asked_of(browser.get(f"{LEAVE}?level=P9").headers["Location"])
    assert json.loads(step_up["vtr"]) == [f"P9.{way}" for way in ways]
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(step_up.values())
    (kept,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("kith-login=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(kept.split("; "))


def test_who_is_not_proven_sees_no_record_and_proves_themselves(browser: Browser, nhs: Provider, world: World) -> None:
    nhs.level = "P5"
    answer = there_and_back(browser, f"{LEAVE}?next=/my/{world.mary_patient.id}/")
    where = answer.headers["Location"]
    assert where == f"{PROVE}?next=%2Fmy%2F{world.mary_patient.id}%2F"
    page = browser.get(where)
    assert "Prove who you are to see a health record" in words(page)
    (session,) = sessions()
    assert session.identity_level == "P5"
    assert (link().is_provisional, session.person_id != world.mary.id) == (True, True)
    refused = browser.get(f"/my/{world.mary_patient.id}/")
    assert refused.status_code == 403
    assert f'href="{where}"' in refused.text
    assert noted() == []

    newcomer = session.person_id
    step_up = f"{LEAVE}?level=P9&next=/my/{world.mary_patient.id}/"
    assert f'href="{step_up.replace("&", "&amp;")}"' in page.text
    done = there_and_back(browser, step_up)
    assert done.headers["Location"] == f"/my/{world.mary_patient.id}/"
    assert browser.get(f"/my/{world.mary_patient.id}/").status_code == 200
    (session,) = sessions()
    assert (session.person_id, session.identity_level) == (world.mary.id, "P9")
    assert identity.person(newcomer).is_active is False


def test_who_was_proven_once_and_now_is_not_sees_no_record(browser: Browser, nhs: Provider, world: World) -> None:
    there_and_back(browser, LEAVE)
    nhs.level = "P5"
    assert there_and_back(browser, LEAVE).headers["Location"] == PROVE
    assert browser.get(f"/my/{world.mary_patient.id}/").status_code == 403
    assert sessions()[-1].person_id == world.mary.id


def test_less_than_what_was_asked_for_is_no_step_up(browser: Browser, nhs: Provider, world: World) -> None:
    nhs.level, nhs.proves = "P5", False
    there_and_back(browser, LEAVE)
    before = sessions()[-1].id
    answer = there_and_back(browser, f"{LEAVE}?level=P9")
    assert answer.status_code == 400
    assert [one.id for one in sessions()] == [before]


OTHERS = {
    "another date of birth": {"birthdate": "1948-03-10"},
    "no date of birth": {"birthdate": None},
    "a day that is none": {"birthdate": "1948-02-31"},
    "another family name": {"family_name": "Okafor-Smith"},
    "no family name": {"family_name": ""},
    "a number of somebody else": {"nhs_number": "9990000026"},
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_what_differs_from_the_record_links_nobody_and_is_written_down(
    browser: Browser, nhs: Provider, world: World, change: dict[str, str]
) -> None:
    nhs.user |= change | {"email": world.mary.email, "email_verified": True, "phone_number": world.mary.phone}
    answer = there_and_back(browser, LEAVE)
    assert answer.headers["Location"] == NO_RECORD
    page = words(browser.get(NO_RECORD))
    assert "We could not match you to a record" in page
    assert "999" not in page.replace("999 in an emergency", "").replace("Call 999", "")
    assert link().is_provisional
    whose = world.khan_patient if "nhs_number" in change else world.mary_patient
    assert [(one.action, one.patient_id) for one in noted()] == [("refused link_nhs_login", whose.id)]
    assert browser.get(f"/my/{world.mary_patient.id}/").status_code == 404


@pytest.mark.parametrize("number", ["9434765919", None, "12", "999 000 001", "٩٩٩٠٠٠٠٠١٨", 7])
def test_a_number_nobody_has_links_nobody(browser: Browser, nhs: Provider, number: object) -> None:
    nhs.user["nhs_number"] = number
    assert there_and_back(browser, LEAVE).headers["Location"] == NO_RECORD
    assert noted() == []


def test_the_name_may_be_written_otherwise(browser: Browser, nhs: Provider, world: World) -> None:
    nhs.user["family_name"] = " OKAFOR "
    assert there_and_back(browser, LEAVE).headers["Location"] == "/"
    assert link().person_id == world.mary.id


def test_when_the_team_has_corrected_the_record_the_next_sign_in_links(
    browser: Browser, nhs: Provider, world: World
) -> None:
    nhs.user["birthdate"] = "1949-03-09"
    there_and_back(browser, LEAVE)
    with unit_of_work():
        db.session.execute(
            text("update patient set born_on = '1949-03-09' where id = :id"), {"id": world.mary_patient.id}
        )
    assert there_and_back(browser, LEAVE).headers["Location"] == "/"
    assert link().person_id == world.mary.id


def test_a_second_nhs_login_is_not_linked_to_the_same_person(browser: Browser, nhs: Provider, world: World) -> None:
    there_and_back(browser, LEAVE)
    nhs.user["sub"] = "nhs-login|another"
    assert there_and_back(browser, LEAVE).headers["Location"] == NO_RECORD
    assert noted()[-1].action == "refused link_nhs_login"


def test_the_traced_number_is_kept_and_shown_nowhere(browser: Browser, nhs: Provider, world: World) -> None:
    nhs.user["nhs_number"] = "9434765919"
    there_and_back(browser, LEAVE)
    assert "943" not in browser.get(NO_RECORD).text
    with unit_of_work():
        for table in ("person", "linked_login", "login_attempt", "device_session", "audit_entry"):
            rows = db.session.execute(text(f"select * from {table}")).all()
            assert "9434765919" not in str(rows)
            assert "nhs-login|mary" not in str(rows)


def test_a_locked_person_stays_out(browser: Browser, world: World) -> None:
    there_and_back(browser, LEAVE)
    with unit_of_work():
        identity.person(world.mary.id).locked_at = NOW
    answer = there_and_back(browser, LEAVE)
    assert answer.status_code == 400
    assert "closed or locked" in words(answer)


def test_a_member_of_staff_is_half_signed_in(browser: Browser, nhs: Provider, world: World) -> None:
    with unit_of_work():
        db.session.execute(
            text("update patient set person_id = :lind where id = :id"),
            {"lind": world.lind.id, "id": world.mary_patient.id},
        )
    nhs.user["family_name"] = "Lind"
    assert there_and_back(browser, LEAVE).headers["Location"] == "/"
    assert browser.get("/").headers["Location"].startswith("/sign-in/second-factor")


FAULTS = {
    "wrong nonce": "did not fit",
    "no nonce": "did not fit",
    "wrong vot": "did not fit",
    "no second factor": "did not fit",
    "expired": "did not fit",
    "not yet": "did not fit",
    "other issuer": "did not fit",
    "other audience": "did not fit",
    "also for another": "did not fit",
    "subject is no text": "did not fit",
    "other subject": "did not fit",
    "other key": "did not fit",
    "unknown key": "did not fit",
    "no key id": "did not fit",
    "embedded key": "did not fit",
    "alg none": "did not fit",
    "shared secret": "did not fit",
    "other algorithm": "did not fit",
    "redirects": "does not answer",
    "talks nonsense": "does not answer",
    "slow": "does not answer",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_does_not_fit_lets_nobody_in(browser: Browser, nhs: Provider, world: World, fault: str) -> None:
    before = people()
    nhs.faults = {fault}
    answer = there_and_back(browser, LEAVE)
    assert answer.status_code == 400
    said = words(answer)
    assert "Signing in did not work" in said
    assert FAULTS[fault] in said
    assert (sessions(), people(), noted()) == ([], before, [])
    assert "kith" not in cookies(answer)
    assert "/elsewhere" not in nhs.fetched
    nhs.faults = set()
    assert there_and_back(browser, LEAVE).status_code == 303  # and the next time it works


@pytest.mark.parametrize("fault", ["down", "strange host", "other issuer described"])
def test_a_provider_that_describes_itself_wrongly_is_not_asked(browser: Browser, nhs: Provider, fault: str) -> None:
    nhs.faults = {fault}
    answer = browser.get(LEAVE)
    assert answer.status_code == 400
    assert "NHS login: it does not answer just now" in words(answer)
    assert nhs.fetched == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("error", "said"),
    [("access_denied", "You chose not to go on"), ("server_error", "does not answer"), ("<script>", "does not answer")],
)
def test_who_does_not_agree_reads_a_plain_sentence(browser: Browser, nhs: Provider, error: str, said: str) -> None:
    nhs.error = error
    back = away(browser, LEAVE)
    answer = browser.get(back)
    assert (answer.status_code, said in words(answer)) == (400, True)
    assert "said by the provider" not in answer.text
    assert "/token" not in nhs.fetched
    assert "was used before" in words(browser.get(back))


def test_a_state_serves_once_for_ten_minutes_in_the_browser_that_left(
    browser: Browser, deployed: Flask, nhs: Provider, world: World
) -> None:
    back = away(browser, LEAVE)
    other = Browser(deployed.test_client())
    assert "was used before" in words(other.get(back))
    away(other, LEAVE)  # has a try of its own, and still not this one
    assert other.get(back).status_code == 400
    assert "/token" not in nhs.fetched
    kept = browser.client.get_cookie("kith-login")
    assert browser.get(back).status_code == 303
    assert kept is not None
    browser.client.set_cookie("kith-login", kept.value)
    assert browser.get(back).status_code == 400
    assert nhs.fetched.count("/token") == 1
    late = away(browser, LEAVE)
    with clock.at(NOW + timedelta(minutes=10)):
        assert browser.get(late).status_code == 400
    assert len(sessions()) == 1


def test_a_code_of_another_visit_is_refused_by_the_provider(
    browser: Browser, deployed: Flask, nhs: Provider, world: World
) -> None:
    """Somebody gives their own code to another: PKCE and the nonce bind it to the browser that asked."""
    theirs = away(Browser(deployed.test_client()), LEAVE)
    mine = away(browser, LEAVE)
    mixed = f"{BACK}?code={asked_of(theirs)['code']}&state={asked_of(mine)['state']}"
    assert browser.get(mixed).status_code == 400
    assert nhs.refusals == ["another visit's code"]
    assert sessions() == []


@pytest.mark.parametrize("query", ["", "?state=forged&code=x", "?state=&code=", "?code=x", "?state=%00", "?error=x"])
def test_a_forged_return_is_a_plain_page(browser: Browser, nhs: Provider, query: str) -> None:
    browser.get(LEAVE)
    answer = browser.get(BACK + query)
    assert answer.status_code == 400
    assert "not begun in this browser" in words(answer)


def test_each_sign_in_is_a_new_session_and_ends_the_one_before(browser: Browser, nhs: Provider, world: World) -> None:
    browser.client.set_cookie("kith", "planted by somebody")
    first = cookies(there_and_back(browser, LEAVE))["kith"]
    assert first != "planted by somebody"
    second = cookies(there_and_back(browser, LEAVE))["kith"]
    assert first != second
    assert len(sessions()) == 1
    browser.client.set_cookie("kith", first)
    assert browser.get("/").status_code == 303
    assert browser.get("/").headers["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "asked", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(browser: Browser, nhs: Provider, asked: str) -> None:
    back = away(browser, f"{LEAVE}?next={asked}")
    assert browser.get(back).headers["Location"] == "/"


def test_only_what_is_configured_can_be_signed_in_with(app: Flask, browser: Browser, world: World) -> None:
    plain = Browser(app.test_client())
    assert plain.get(LEAVE).status_code == 404
    assert browser.get("/sign-in/with/work").status_code == 404
    assert browser.get("/sign-in/with/nhs_login").status_code == 404


def test_leaving_again_and_again_is_slowed_and_forgotten(deployed: Flask, browser: Browser, nhs: Provider) -> None:
    statuses = [browser.get(LEAVE).status_code for _ in range(federated.LEFT + 1)]
    assert statuses == [303] * federated.LEFT + [429]
    with clock.at(NOW + timedelta(days=2)), unit_of_work():
        assert len(db.session.scalars(select(LoginAttempt)).all()) == federated.LEFT
    assert [job.name for job in deployed.extensions["jobs"]].count("forget sign-ins elsewhere") == 1


def test_description_and_keys_are_asked_for_once_an_hour(browser: Browser, nhs: Provider, world: World) -> None:
    for _ in range(3):
        there_and_back(browser, LEAVE)
    assert nhs.fetched.count("/keys") == nhs.fetched.count("/.well-known/openid-configuration") == 1
    with clock.at(NOW + timedelta(hours=1, minutes=1)):
        there_and_back(browser, LEAVE)
    assert nhs.fetched.count("/keys") == nhs.fetched.count("/.well-known/openid-configuration") == 2


def test_what_is_asserted_is_what_the_provider_asked_for(browser: Browser, nhs: Provider, world: World) -> None:
    assert MARY["nhs_number"] == "9990000018"
    there_and_back(browser, LEAVE)
    assert nhs.fetched[-3:] == ["/token", "/keys", "/userinfo"]
    assert federated.NHS_LOGIN == "nhs_login"
