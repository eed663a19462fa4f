"""In the browser: a doctor opens a record in an emergency, the patient reads who and why, a lead looks at it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.access.roles import Role
from app.core import audit, clock
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity import service as identity
from app.identity import tokens
from app.identity.models import Person
from app.teams import service as teams
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.people import World, code_of

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
REASON = "Found unwell at the day centre, needs her medicines."


@pytest.fixture
def noor(world: World) -> Person:
    """A doctor of Mary's organisation who has nothing to do with her."""
    with unit_of_work():
        team = teams.add_team(world.organisation.id, "Riverside Urgent Care")
        person = people.person("Noor", "Haddad", "07700900301")
        teams.give_role(world.organisation.id, team.id, person.id, Role.CLINICIAN)
    return person


def come_in(window: Window, person: Person) -> Window:
    """As after signing in with a second factor just now."""
    secret = tokens.new_secret()
    with unit_of_work():
        lasts = timedelta(hours=12)
        session = identity.new_session(person, "browser", "a test's browser", lasts, second_factor=True)
        session.secret_hash = tokens.hashed(secret)
    cookie = {"name": window.site.app.config["KITH"].cookie_name, "value": secret, "url": window.site.url}
    window.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return window


@SIZES
def test_an_emergency_from_its_reason_to_its_review(
    opens: Opens, world: World, noor: Person, size: dict[str, int]
) -> None:
    doctor = come_in(opens(size), noor)
    when_the_record_is_opened(doctor)
    mary = come_in(opens(size), world.mary)
    then_mary_reads_who_and_why(mary, f"/my/{world.mary_patient.id}/")
    when_a_lead_looks_at_it_again(come_in(opens(size), world.lead))
    mary.page.reload()
    assert mary.page.get_by_text("Grace Mensah has looked at it again.").is_visible()
    doctor.page.get_by_role("button", name="End it now").click()
    doctor.page.wait_for_load_state()
    assert doctor.go(f"/console/patients/{world.mary_patient.id}").status == 404


def when_the_record_is_opened(doctor: Window) -> None:
    assert doctor.go("/console/emergency").status == 200
    doctor.looks_right("Open a record in an emergency")
    doctor.page.get_by_label("NHS number").fill("999 000 0018")
    doctor.page.get_by_label("Why do you need it now?").fill("Unwell")
    doctor.page.get_by_role("button", name="Open the record").click()
    doctor.page.get_by_role("heading", name="There is a problem").wait_for()
    doctor.complaints.clear()  # the browser notes the 422 that was meant
    doctor.looks_right("Open a record in an emergency")
    assert doctor.page.get_by_label("NHS number").input_value() == "999 000 0018"
    doctor.page.get_by_label("Why do you need it now?").fill(REASON)
    doctor.page.get_by_role("button", name="Open the record").click()
    doctor.page.get_by_role("heading", level=1, name="Mary Okafor").wait_for()
    doctor.looks_right("Mary Okafor")
    assert doctor.page.get_by_text("You can see it and change nothing.").is_visible()
    assert doctor.page.get_by_role("heading", name="To do").count() == 0


def then_mary_reads_who_and_why(mary: Window, home: str) -> None:
    mary.go(home)
    mary.looks_right("Good morning, Mary")
    mary.page.get_by_role("link", name="Who and why").click()
    mary.page.get_by_role("heading", name="Who looked at my record").wait_for()
    mary.looks_right("Who looked at my record")
    assert mary.page.get_by_text(f"“{REASON}”").is_visible()
    assert mary.page.get_by_text("Noor Haddad, a clinician, opened your record in an emergency.").is_visible()
    assert mary.page.get_by_text("Noor Haddad, by emergency access, read your alerts.").is_visible()


def when_a_lead_looks_at_it_again(lead: Window) -> None:
    assert lead.go("/console/emergencies").status == 200
    lead.looks_right("Emergency openings")
    lead.page.get_by_role("button", name="Reviewed").click()
    lead.page.get_by_role("heading", name="There is a problem").wait_for()
    lead.complaints.clear()  # the 422 that was meant
    lead.page.get_by_label("What came of it").fill("Rightly opened; I have spoken with Mary.")
    lead.page.get_by_role("button", name="Reviewed").click()
    lead.page.get_by_text("None to review.").wait_for()
    lead.page.get_by_role("link", name="All").click()
    lead.page.get_by_text("I have spoken with Mary").wait_for()
    lead.looks_right("Emergency openings")


@SIZES
def test_a_month_of_looks_by_day_folded_and_unfolded(
    app: Flask, opens: Opens, world: World, size: dict[str, int]
) -> None:
    with unit_of_work():
        for hours, person, role, action in (
            (1, world.priya, "coordinator", "see_readings"), (2, world.priya, "coordinator", "see_readings"),
            (3, world.priya, "coordinator", "see_readings"), (4, world.tom, "member", "see_readings"),
            (26, world.tom, "member", "refused see_plan"), (27, world.device, "service", "add_readings"),
            (200, world.lind, "clinician", "change_plan"),
        ):  # fmt: skip
            entry = audit.Entry(
                role=role,
                action=action,
                organisation_id=world.organisation.id,
                patient_id=world.mary_patient.id,
                actor_id=person.id,
                created_at=NOW - timedelta(hours=hours),
            )
            audit.note(entry)
    mary = come_in(opens(size), world.mary)
    assert mary.go(f"/my/{world.mary_patient.id}/who-looked").status == 200
    mary.looks_right("Who looked at my record")
    days = mary.page.get_by_role("heading", level=2)
    assert days.all_inner_texts() == ["Today", "Yesterday", "10 November"]
    mary.page.get_by_text("3 times, last at 09:00").click()
    assert mary.page.locator('time[datetime^="2026-11-18T07:00"]').is_visible()
    mary.looks_right("Who looked at my record")
    mary.page.get_by_text("Show one person only").click()
    mary.page.get_by_role("link", name="Tom Okafor").click()
    mary.page.get_by_text("Only Tom Okafor.").wait_for()
    assert mary.page.get_by_text("Priya Shah, your care coordinator").count() == 0
    assert mary.page.get_by_text("tried to read your plan, and was refused").is_visible()
    mary.looks_right("Who looked at my record")
    mary.page.get_by_role("link", name="Show everybody").click()
    mary.page.get_by_role("link", name="7 days").click()
    mary.page.wait_for_load_state()
    assert mary.page.get_by_text("Anna Lind").count() == 0


def test_a_second_factor_is_asked_for_again_before_the_glass(opens: Opens, world: World) -> None:
    lead = come_in(opens(windows.DESK), world.lead)
    with clock.at(NOW + timedelta(minutes=6)):
        lead.go("/console/emergency")
        assert "/sign-in/second-factor" in lead.page.url
        lead.page.get_by_label("Code").first.fill(code_of(world.lead))
        lead.page.get_by_role("button", name="Go on").click()
        lead.page.get_by_role("heading", name="Open a record in an emergency").wait_for()
