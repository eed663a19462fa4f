"""Admins and leads in a real browser: a team made, a role given and ended, a caseload handed over, a lock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.access.roles import Role
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity import tokens
from app.identity.models import Person
from app.teams import service as teams
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
HOW = "Mary said yes on the phone on 16 November, after Priya read her the words."


def has_signed_in(window: Window, person: Person) -> Window:
    """As after signing in with both factors; how that goes is another journey."""
    secret = tokens.new_secret()
    with unit_of_work():
        lasts = timedelta(hours=12)
        session = identity.new_session(person, "browser", "a test's browser", lasts, second_factor=True)
        session.secret_hash = tokens.hashed(secret)
    cookie = {"name": window.site.app.config["KITH"].cookie_name, "value": secret, "url": window.site.url}
    window.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return window


@SIZES
def test_an_admin_makes_a_team_gives_a_role_and_ends_it(opens: Opens, world: World, size: dict[str, int]) -> None:
    ruth = has_signed_in(opens(size), world.admin)
    ruth.go("/")
    ruth.looks_right("Riverside Care")
    given_a_new_team(ruth)
    when_nell_gets_a_role(ruth)
    ruth.looks_right("Riverside Nights")

    ruth.page.get_by_role("link", name="Nell Newcomer").click()
    ruth.looks_right("Nell Newcomer")
    expect(ruth.page.get_by_text("Clinician, Riverside Nights", exact=True)).to_be_visible()
    ruth.page.get_by_role("button", name="End the role Clinician").click()
    expect(ruth.page.get_by_text("The role has ended.")).to_be_visible()
    expect(ruth.page.get_by_text("Nobody works here yet.")).to_be_visible()
    ruth.looks_right("Riverside Nights")


def given_a_new_team(ruth: Window) -> None:
    ruth.page.get_by_role("link", name="Make a team").click()
    ruth.looks_right("Make a team")
    ruth.page.get_by_label("Saturday from").fill("09:00")
    ruth.page.get_by_role("button", name="Make this team").click()
    expect(ruth.page.get_by_role("alert")).to_contain_text("Write the name of the team")
    expect(ruth.page.get_by_role("alert")).to_contain_text("Saturday: write from when until later when")
    ruth.complaints.clear()  # the browser notes the 422 that was meant
    ruth.looks_right("Make a team")
    ruth.page.get_by_label("Name of the team").fill("Riverside Nights")
    ruth.page.get_by_label("Saturday to").fill("13:00")
    ruth.page.get_by_role("button", name="Make this team").click()
    expect(ruth.page.get_by_text("The team is made.")).to_be_visible()
    ruth.looks_right("Riverside Nights")


def when_nell_gets_a_role(ruth: Window) -> None:
    ruth.page.get_by_label("First name").fill("Nell")
    ruth.page.get_by_label("Last name").fill("Newcomer")
    ruth.page.get_by_label("Work e-mail address").fill("nell.newcomer@kith.example")
    ruth.page.get_by_label("Role", exact=True).select_option("Clinician")
    ruth.page.get_by_role("button", name="Give this role").click()
    expect(ruth.page.get_by_text("The role is given.")).to_be_visible()


@SIZES
def test_a_lead_hands_over_and_then_the_role_can_end(opens: Opens, world: World, size: dict[str, int]) -> None:
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    grace = has_signed_in(opens(size), world.lead)
    grace.go("/console/worklist")
    grace.page.get_by_role("link", name="Teams and people").click()
    grace.page.get_by_role("link", name="Riverside Long-Term Conditions").click()
    grace.page.get_by_role("button", name="End the role Coordinator of Priya Shah").click()
    expect(grace.page.get_by_role("alert")).to_contain_text("2 patients have this person as named coordinator")
    grace.complaints.clear()  # the browser notes the 409 that was meant
    grace.looks_right("Riverside Long-Term Conditions")
    grace.page.get_by_label("From", exact=True).select_option("Priya Shah (2 patients)")
    grace.page.get_by_label("To", exact=True).select_option("Anna Lind")
    grace.page.get_by_role("button", name="Hand over all").click()
    expect(grace.page.get_by_text("All patients are handed over.")).to_be_visible()
    grace.page.get_by_role("button", name="End the role Coordinator of Priya Shah").click()
    expect(grace.page.get_by_text("The role has ended.")).to_be_visible()
    grace.looks_right("Riverside Long-Term Conditions")


@SIZES
def test_the_next_click_of_a_locked_person_is_refused(opens: Opens, world: World, size: dict[str, int]) -> None:
    ruth, priya = has_signed_in(opens(size), world.admin), has_signed_in(opens(size), world.priya)
    priya.go("/console/worklist")
    ruth.go("/admin/")
    ruth.page.get_by_role("link", name="Priya Shah").click()
    ruth.looks_right("Priya Shah")
    ruth.page.get_by_role("button", name="Lock this account").click()
    expect(ruth.page.get_by_text("The account is locked.")).to_be_visible()
    ruth.looks_right("Priya Shah")
    priya.page.get_by_role("link", name="Shared with us").click()
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    ruth.page.get_by_role("button", name="Unlock").click()
    expect(ruth.page.get_by_text("The account is open again.")).to_be_visible()


@SIZES
def test_a_record_is_shared_and_seen_by_the_team_elsewhere(opens: Opens, world: World, size: dict[str, int]) -> None:
    priya, owen = has_signed_in(opens(size), world.priya), has_signed_in(opens(size), world.other_coordinator)
    owen.go("/console/shared")
    owen.looks_right("Shared with us")
    given_priya_shares_mary(priya, world)
    owen.page.reload()
    owen.looks_right("Shared with us")
    owen.page.get_by_role("link", name="Mary Okafor").click()
    owen.looks_right("Mary Okafor")
    priya.page.get_by_role("button", name="End this").click()
    expect(priya.page.get_by_text("The team does not see the record any more.")).to_be_visible()
    owen.page.reload()
    expect(owen.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")


def given_priya_shares_mary(priya: Window, world: World) -> None:
    priya.go(f"/shared-care/{world.mary_patient.id}")
    priya.looks_right("Teams elsewhere that see the record of Mary Okafor")
    priya.page.get_by_label("Name of the organisation").fill("Hillside Care")
    priya.page.get_by_label("Name of the team").fill("Hillside Community Team")
    priya.page.get_by_label("Until").fill("2027-05-01")
    priya.page.get_by_role("button", name="Share the record").click()
    expect(priya.page.get_by_role("alert")).to_contain_text("Write how and when it was agreed")
    priya.complaints.clear()  # the browser notes the 422 that was meant
    priya.looks_right("Teams elsewhere")
    priya.page.get_by_label("How and when Mary Okafor agreed").fill(HOW)
    priya.page.get_by_role("button", name="Share the record").click()
    expect(priya.page.get_by_text("The team sees the record now.")).to_be_visible()
    priya.looks_right("Teams elsewhere")


@SIZES
def test_every_page_of_admins_and_leads(opens: Opens, world: World, size: dict[str, int]) -> None:
    organisation, team = f"/admin/organisations/{world.organisation.id}", f"/admin/teams/{world.team.id}"
    pages = {
        organisation: "Riverside Care",
        f"{organisation}/admins/new": "Make an administrator",
        f"{organisation}/people/{world.lind.id}": "Anna Lind",
        team: "Riverside Long-Term Conditions",
        f"{team}/change": "Change Riverside Long-Term Conditions",
        f"{organisation}/audit": "Who did what",
        f"{organisation}/keeping": "What is kept, and legal holds",
    }
    of_admins = ("admins", "audit", "keeping")
    for who in (world.admin, world.lead):
        window = has_signed_in(opens(size), who)
        for path, heading in pages.items():
            if who is world.admin or not any(name in path for name in of_admins):
                assert window.go(path).status == 200
                window.looks_right(heading)


@SIZES
def test_an_admin_sets_a_hold_and_finds_who_did_it(opens: Opens, world: World, size: dict[str, int]) -> None:
    ruth = has_signed_in(opens(size), world.admin)
    ruth.go("/")
    ruth.page.get_by_role("link", name="What is kept, and legal holds").click()
    ruth.page.get_by_role("button", name="Set this hold").click()
    expect(ruth.page.get_by_role("alert")).to_contain_text("Choose whether one record or all of them are on hold")
    ruth.complaints.clear()  # the browser notes the 422 that was meant
    ruth.looks_right("What is kept, and legal holds")
    ruth.page.get_by_label("One patient’s record").check()
    ruth.page.get_by_label("The record, if it is one").fill(f"/console/patients/{world.mary_patient.id}")
    ruth.page.get_by_label("Why", exact=True).fill("A claim was made in November.")
    ruth.page.get_by_role("button", name="Set this hold").click()
    expect(ruth.page.get_by_text("The hold is set")).to_be_visible()
    expect(ruth.page.get_by_role("heading", name="Mary Okafor")).to_be_visible()
    ruth.looks_right("What is kept, and legal holds")
    ruth.page.get_by_role("button", name="Lift this hold").click()
    expect(ruth.page.get_by_text("No hold runs.")).to_be_visible()

    ruth.page.get_by_role("link", name="Teams and people").first.click()
    ruth.page.get_by_role("link", name="Who did what").click()
    ruth.page.get_by_label("Who", exact=True).select_option(world.admin.name)
    ruth.page.get_by_role("button", name="Search").click()
    expect(ruth.page.get_by_text(f"{world.admin.name}, an administrator, set a legal hold.")).to_be_visible()
    expect(ruth.page.get_by_text("lifted a legal hold.")).to_be_visible()
    ruth.looks_right("Who did what")
