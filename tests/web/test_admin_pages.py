"""The pages of admins and leads: what they show to whom, what their forms do, what a refusal leaves as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import Invitation, Person
from app.patients.models import Patient, SharedCare
from app.teams import service as teams
from app.teams.models import Membership, Team
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
HOW = "Mary said yes on the phone on 16 November, after Priya read her the words."
HILLSIDE = {
    "organisation": "Hillside Care",
    "team": "Hillside Community Team",
    "ends_on": "2027-05-01",
    "agreement": HOW,
}


@pytest.fixture
def ruth(browser_of: BrowserOf, world: World) -> Browser:
    return browser_of(world.admin)


@pytest.fixture
def grace(browser_of: BrowserOf, world: World) -> Browser:
    return browser_of(world.lead)


def organisation(world: World) -> str:
    return f"/admin/organisations/{world.organisation.id}"


def team(world: World) -> str:
    return f"/admin/teams/{world.team.id}"


def held(person: Person) -> UUID:
    mine = (Membership.person_id == person.id, Membership.ended_at.is_(None))
    return db.session.scalars(select(Membership.id).where(*mine)).one()


def filled(browser: Browser, path: str) -> dict[str, str]:
    """What stands in the inputs, texts and choices of a form, as a browser would send it."""
    page = browser.get(path).get_data(as_text=True)
    form = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page))
    form |= {name: value for value, name in re.findall(r'value="([^"]*)"[^>]* name="(\w+)"', page)}
    form |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)', page))
    form.pop("csrf_token", None)
    return form


def test_an_admin_begins_at_their_organisation(ruth: Browser, world: World) -> None:
    start = ruth.get("/")
    assert start.headers["Location"] == "/admin/"
    assert ruth.get("/admin/").headers["Location"] == organisation(world)
    page = words(ruth.get(organisation(world)))
    for said in ("Riverside Care", "3 people work here, 2 patients", "Led by Grace Mensah", "There until 18:00 today"):
        assert said in page
    for name in ("Priya Shah", "Anna Lind", "Grace Mensah", "Ruth Adler", "Make a team", "Make an administrator"):
        assert name in page
    assert "Hillside" not in page


def test_a_lead_sees_their_own_team_and_makes_none(grace: Browser, world: World) -> None:
    with unit_of_work():
        teams.add_team(world.organisation.id, "Riverside Nights")
    page = words(grace.get(organisation(world)))
    assert "Riverside Long-Term Conditions" in page
    for absent in ("Nights", "Ruth Adler", "Make a team", "Make an administrator"):
        assert absent not in page
    assert "Teams and people" in words(grace.get("/console/worklist"))


# Pages an admin can open, none of which may name a patient.
ADMIN_PAGES: dict[str, Callable[[World], str]] = {
    "organisation": organisation,
    "team": team,
    "change": lambda world: f"{team(world)}/change",
    "person": lambda world: f"{organisation(world)}/people/{world.priya.id}",
    "new team": lambda world: f"{organisation(world)}/teams/new",
    "new admin": lambda world: f"{organisation(world)}/admins/new",
}


@pytest.mark.parametrize("page", ADMIN_PAGES.values(), ids=ADMIN_PAGES)
def test_an_admin_reads_no_patients_name(
    browser_of: BrowserOf, ruth: Browser, world: World, page: Callable[[World], str]
) -> None:
    share(browser_of(world.priya), world)
    answer = ruth.get(page(world))
    assert answer.status_code == 200
    for name in ("Mary", "Okafor", "Khan", str(world.mary_patient.id), str(world.khan_patient.id)):
        assert name not in answer.text


@pytest.mark.parametrize("page", ADMIN_PAGES.values(), ids=ADMIN_PAGES)
def test_the_pages_of_another_organisation_are_not_there(
    browser_of: BrowserOf, world: World, page: Callable[[World], str]
) -> None:
    with unit_of_work():
        teams.give_role(world.elsewhere.id, None, world.stranger.id, Role.ADMIN)
    answer = browser_of(world.stranger).get(page(world))
    assert answer.status_code == 404
    assert "Riverside" not in answer.text


def test_an_admin_makes_a_team(ruth: Browser, world: World) -> None:
    path = f"{organisation(world)}/teams/new"
    made = ruth.post(path, filled(ruth, path) | {"name": "Riverside Nights"})
    assert made.status_code == 303
    page = words(ruth.get(made.headers["Location"]))
    assert "Riverside Nights" in page
    assert "The team is made" in page
    assert "Monday 08:00 to 18:00" in page
    assert "Saturday Closed" in page
    again = ruth.post(path, filled(ruth, path) | {"name": "Riverside Nights"})
    assert again.status_code == 409
    assert "A team of this name is there already." in words(again)


TYPED: dict[str, tuple[dict[str, str], str]] = {
    "no name": ({"name": " "}, "Write the name of the team"),
    "an hour alone": ({"mon_to": ""}, "Monday: write from when until later when"),
    "hours that end first": ({"tue_from": "18:00", "tue_to": "08:00"}, "Tuesday: write from when until later when"),
    "minutes in words": ({"minutes_red": "soon"}, "Red: write 1 to 1440 minutes"),
    "no minutes": ({"minutes_amber": "0"}, "Amber: write 1 to 1440 minutes"),
    "a sentence without help": ({"out_of_hours_sentence": "We are closed."}, "call 111, or 999 in an emergency"),
    "no number": ({"out_of_hours_number": "call us"}, "Write a number to call"),
    "no zone": ({"zone": "Nowhere"}, "Write a time zone"),
    "an older version": ({"version": "0"}, "The team was changed since you read it."),
    "no version": ({"version": ""}, "The team was changed since you read it."),
}


@pytest.mark.parametrize(("typed", "said"), TYPED.values(), ids=TYPED)
def test_what_does_not_fit_is_said_beside_its_field(
    grace: Browser, world: World, typed: dict[str, str], said: str
) -> None:
    path, version = f"{team(world)}/change", world.team.version
    answer = grace.post(path, filled(grace, path) | typed)
    assert answer.status_code in (412, 422)
    assert said in words(answer)
    assert "There is a problem" in words(answer)
    assert db.session.get_one(Team, world.team.id, populate_existing=True).version == version


def test_a_lead_changes_hours_and_minutes(grace: Browser, world: World) -> None:
    path = f"{team(world)}/change"
    form = filled(grace, path)
    assert "lead_id" not in form
    saved = grace.post(path, form | {"sat_from": "09:00", "sat_to": "13:00", "minutes_red": "20"})
    page = words(grace.get(saved.headers["Location"]))
    for said in ("The changes are saved.", "Saturday 09:00 to 13:00", "Red 20 minutes", "Emergency 15 minutes"):
        assert said in page
    assert "Somebody" not in page


def test_an_admin_says_who_leads(ruth: Browser, world: World) -> None:
    path = f"{team(world)}/change"
    assert ruth.post(path, filled(ruth, path) | {"lead_id": ""}).status_code == 303
    assert "Nobody yet" in words(ruth.get(team(world)))
    refused = ruth.post(path, filled(ruth, path) | {"lead_id": str(world.priya.id)})
    assert refused.status_code == 422
    assert db.session.get_one(Team, world.team.id, populate_existing=True).lead_id is None


def test_roles_are_given_and_ended_from_the_team(grace: Browser, world: World) -> None:
    page = words(grace.get(team(world)))
    assert "End the role Lead of Grace Mensah" not in page
    assert "End the role Clinician of Anna Lind" in page
    noor = {"given_name": "Noor", "family_name": "Haddad", "email": "noor.haddad@kith.example", "role": "visitor"}
    given = grace.post(f"{team(world)}/roles", noor)
    assert given.status_code == 303, words(given)
    assert "Noor Haddad Visitor" in words(grace.get(given.headers["Location"]))
    person = queries.person_by_contact(noor["email"])
    assert person is not None
    ended = grace.post(f"{team(world)}/roles/{held(person)}/end")
    assert "Noor Haddad" not in words(grace.get(ended.headers["Location"]))


Refusals = dict[str, tuple[str, Callable[[World], tuple[str, dict[str, Any]]], int, str]]
SAM = {"given_name": "Sam", "family_name": "Stranger", "email": "sam.stranger@kith.example"}
REFUSED: Refusals = {
    "a lead makes a lead": ("lead", lambda w: (f"{team(w)}/roles", SAM | {"role": "lead"}), 403, "Only an admin"),
    "a lead ends a lead": ("lead", lambda w: (f"{team(w)}/roles/{held(w.lead)}/end", {}), 403, "Only an admin"),
    "somebody known otherwise": (
        "lead",
        lambda w: (f"{team(w)}/roles", SAM | {"role": "visitor"}),
        409,
        "Invite them into a team first",
    ),
    "no role chosen": ("lead", lambda w: (f"{team(w)}/roles", SAM | {"role": ""}), 422, "Choose a role"),
    "no e-mail": ("lead", lambda w: (f"{team(w)}/roles", SAM | {"role": "visitor", "email": "x"}), 422, "e-mail"),
    "a coordinator with patients": (
        "admin",
        lambda w: (f"{team(w)}/roles/{held(w.priya)}/end", {}),
        409,
        "2 patients have this person as named coordinator.",
    ),
    "the lead of the team": ("admin", lambda w: (f"{team(w)}/roles/{held(w.lead)}/end", {}), 409, "Name another lead"),
    "oneself locked": ("admin", lambda w: (f"{organisation(w)}/people/{w.admin.id}/lock", {}), 409, "own account"),
    "oneself ended": ("admin", lambda w: (f"{organisation(w)}/admins/{held(w.admin)}/end", {}), 409, "own role"),
    "handing over to nobody": (
        "lead",
        lambda w: (f"{team(w)}/hand-over", {"from_id": str(w.priya.id)}),
        422,
        "Choose who has",
    ),
    "handing over to a clinician": (
        "lead",
        lambda w: (f"{team(w)}/hand-over", {"from_id": str(w.priya.id), "to_id": str(w.lind.id)}),
        422,
        "Holds no role coordinator",
    ),
    "handing over by an admin": (
        "admin",
        lambda w: (f"{team(w)}/hand-over", {"from_id": str(w.priya.id), "to_id": str(w.lind.id)}),
        403,
        "",
    ),
    "a coordinator runs a team": ("priya", lambda w: (f"{team(w)}/roles", SAM | {"role": "visitor"}), 403, ""),
}


@pytest.mark.parametrize(("who", "what", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_said_and_changes_nothing(
    browser_of: BrowserOf,
    world: World,
    who: str,
    what: Callable[[World], tuple[str, dict[str, Any]]],
    status: int,
    said: str,
) -> None:
    browser, (path, form), before = browser_of(getattr(world, who)), what(world), witness()
    browser.get("/")
    answer = browser.post(path, form)
    assert answer.status_code == status
    assert said in words(answer)
    assert witness() == before


def witness() -> list[tuple[Any, ...]]:
    db.session.rollback()
    roles = db.session.execute(select(Membership.id, Membership.ended_at).order_by(Membership.id))
    accounts = db.session.execute(select(Person.id, Person.locked_at).order_by(Person.id))
    coordinators = db.session.execute(select(Patient.id, Patient.coordinator_id).order_by(Patient.id))
    return [tuple(row) for rows in (roles, accounts, coordinators) for row in rows]


def test_without_its_token_a_form_changes_nothing(ruth: Browser, world: World) -> None:
    ruth.get(team(world))
    before = witness()
    for path in (f"{team(world)}/roles/{held(world.lind)}/end", f"{organisation(world)}/people/{world.lind.id}/lock"):
        assert ruth.post(path, {"csrf_token": "0" * 64}).status_code == 403
    assert witness() == before


def test_a_lead_hands_over(grace: Browser, world: World) -> None:
    assert "Hand over all patients" not in words(grace.get(team(world)))
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    assert "Priya Shah (2 patients)" in words(grace.get(team(world)))
    form = {"from_id": str(world.priya.id), "to_id": str(world.lind.id)}
    done = grace.post(f"{team(world)}/hand-over", form)
    assert "All patients are handed over." in words(grace.get(done.headers["Location"]))
    assert set(db.session.scalars(select(Patient.coordinator_id))) == {world.lind.id}


def test_a_locked_persons_next_page_asks_to_sign_in(browser_of: BrowserOf, ruth: Browser, world: World) -> None:
    priya, path = browser_of(world.priya), f"{organisation(world)}/people/{world.priya.id}"
    assert priya.get("/console/worklist").status_code == 200
    ruth.get(path)
    done = ruth.post(f"{path}/lock")
    page = words(ruth.get(done.headers["Location"]))
    assert "The account is locked." in page
    assert "Unlock" in page
    refused = priya.get("/console/worklist")
    assert refused.status_code == 303
    assert refused.headers["Location"].startswith("/sign-in")
    ruth.post(f"{path}/unlock")
    assert "Lock this account" in words(ruth.get(path))


def share(browser: Browser, world: World, **changes: str) -> Any:
    path = f"/shared-care/{world.mary_patient.id}"
    browser.get(path)
    return browser.post(path, HILLSIDE | changes)


def test_a_record_is_shared_seen_and_taken_back(browser_of: BrowserOf, grace: Browser, world: World) -> None:
    priya, owen = browser_of(world.priya), browser_of(world.other_coordinator)
    assert "Nobody is shared with this team." in words(owen.get("/console/shared"))
    done = share(priya, world)
    page = words(priya.get(done.headers["Location"]))
    for said in ("The team sees the record now.", "Hillside Community Team, Hillside Care", "1 May 2027", HOW):
        assert said in page
    shared = words(owen.get("/console/shared"))
    assert "Mary Okafor Riverside Long-Term Conditions, Riverside Care until 1 May 2027" in shared
    assert owen.get(f"/console/patients/{world.mary_patient.id}").status_code == 200
    assert "Mary Okafor Hillside Community Team, Hillside Care, until 1 May 2027" in words(grace.get(team(world)))
    (row,) = db.session.scalars(select(SharedCare.id))
    priya.post(f"/shared-care/{world.mary_patient.id}/{row}/end")
    assert "Mary" not in words(owen.get("/console/shared"))
    assert owen.get(f"/console/patients/{world.mary_patient.id}").status_code == 404


def test_a_patient_shares_their_own_record(browser_of: BrowserOf, world: World) -> None:
    mary = browser_of(world.mary)
    done = share(mary, world)
    page = words(mary.get(done.headers["Location"]))
    assert "Teams elsewhere that see my record" in page
    assert "written down by Mary Okafor" in page
    assert "Worklist" not in page


MISTYPED: dict[str, tuple[dict[str, str], str]] = {
    "another name": ({"team": "Hillside"}, "There is no team of this name"),
    "no day": ({"ends_on": ""}, "Choose the last day"),
    "hardly a word": ({"agreement": "Yes."}, "Write how and when it was agreed, in 20 characters or more"),
    "past a year": ({"ends_on": "2028-01-01"}, "a year at most"),
}


@pytest.mark.parametrize(("typed", "said"), MISTYPED.values(), ids=MISTYPED)
def test_an_agreement_that_does_not_fit_is_said_beside_its_field(
    priya: Browser, world: World, typed: dict[str, str], said: str
) -> None:
    answer = share(priya, world, **typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert db.session.scalars(select(SharedCare)).all() == []


def test_somebody_is_invited_and_taken_back(grace: Browser, world: World) -> None:
    grace.get(team(world))
    sent = grace.post(f"{team(world)}/invitations", {"contact": "07700 900555", "invited_role": "visitor"})
    assert sent.status_code == 303, words(sent)
    page = words(grace.get(sent.headers["Location"]))
    assert "The invitation is sent." in page
    assert "+447700900555 , Visitor Invited by Grace Mensah, waits until" in page
    (invitation,) = db.session.scalars(select(Invitation))
    back = grace.post(f"{team(world)}/invitations/{invitation.id}/revoke")
    assert "+447700900555" not in words(grace.get(back.headers["Location"]))


def test_whoever_came_is_confirmed_by_whoever_asked(grace: Browser, ruth: Browser, world: World) -> None:
    grace.get(team(world))
    grace.post(f"{team(world)}/invitations", {"contact": "sam.stranger@kith.example", "invited_role": "clinician"})
    with unit_of_work():
        invitation = db.session.scalars(select(Invitation)).one()
        invitation.state, invitation.person_id, invitation.accepted_at = "accepted", world.stranger.id, clock.now()
        confirm = f"{team(world)}/invitations/{invitation.id}/confirm"
    assert "Sam Stranger , Clinician Invited by Grace Mensah, accepted at" in words(grace.get(team(world)))
    ruth.get(team(world))
    assert ruth.post(confirm).status_code == 403  # Ruth did not ask them, so she cannot know them
    before = witness()
    assert before == witness()
    assert grace.post(confirm).status_code == 303
    assert db.session.get_one(Membership, held(world.stranger)).role == "clinician"


INVITED: dict[str, tuple[dict[str, str], int, str]] = {
    "nowhere": ({"contact": "", "invited_role": "visitor"}, 422, "Write a mobile number or an e-mail address"),
    "no role": ({"contact": "07700 900555", "invited_role": ""}, 422, "Choose a role"),
    "no number": ({"contact": "12", "invited_role": "visitor"}, 422, ""),
    "a lead by a lead": ({"contact": "07700 900555", "invited_role": "lead"}, 403, "Only an admin"),
}


@pytest.mark.parametrize(("form", "status", "said"), INVITED.values(), ids=INVITED)
def test_an_invitation_that_does_not_fit_is_not_sent(
    grace: Browser, world: World, form: dict[str, str], status: int, said: str
) -> None:
    grace.get(team(world))
    answer = grace.post(f"{team(world)}/invitations", form)
    assert answer.status_code == status
    assert said in words(answer)
    assert "There is a problem" in words(answer)
    assert db.session.scalars(select(Invitation)).all() == []


def test_a_lost_second_factor_is_reset_after_an_identity_check(ruth: Browser, world: World) -> None:
    path = f"{organisation(world)}/people/{world.priya.id}"
    ruth.get(path)
    refused = ruth.post(f"{path}/second-factor", {"reason": "She called."})
    assert refused.status_code == 422
    assert "Write how you checked who they are" in words(refused)
    done = ruth.post(f"{path}/second-factor", {"reason": "In person at the desk, with her staff card."})
    assert "set up a new one when they sign in next" in words(ruth.get(done.headers["Location"]))
    assert db.session.get_one(Person, world.priya.id, populate_existing=True).second_factor_since is None
