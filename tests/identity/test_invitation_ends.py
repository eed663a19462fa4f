"""What ends an invitation: the inviter's role, their acting for the patient; and invitations into a team."""

from __future__ import annotations

from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import rows
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity import service as identity
from app.identity.models import Invitation
from app.identity.service import inviting
from app.teams.models import Membership
from app.teams.service import inviting as team_invitations
from app.teams.service import roles
from tests.identity.test_invitations import accept, invite, last_code, proven, stored, type_code
from tests.people import World, signed_in


def ask_staff(client: FlaskClient, world: World, role: str, phone: str = "07700 900556") -> str:
    """Grace, the lead, asks somebody into the team; gives the path of the invitation."""
    path = f"/api/teams/{world.team.id}/invitations"
    headers = signed_in(client, world.lead) | {"Idempotency-Key": str(uuid4())}
    answer = client.post(path, json={"role": role, "phone": phone}, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return f"{path}/{answer.get_json()['id']}"


def states() -> list[str]:
    rows.reach(rows.SERVICE)
    with unit_of_work():
        return list(db.session.scalars(select(Invitation.state).order_by(Invitation.id)))


def test_an_inviter_who_works_here_no_more_lets_nobody_in(client: FlaskClient, world: World) -> None:
    assert invite(client, world, by=world.lead).status_code == 201
    code = last_code()
    ask_staff(client, world, "clinician")
    assert invite(client, world, phone="07700 900557").status_code == 201
    rows.reach(rows.SERVICE)
    with unit_of_work():
        held = select(Membership).where(Membership.person_id == world.lead.id)
        roles.end(db.session.scalars(held).one())
    assert states() == ["closed", "closed", "waiting"]
    assert type_code(client, code).status_code == 422


def test_who_acts_no_more_for_one_patient_has_still_invited_for_another(client: FlaskClient, world: World) -> None:
    invite(client, world, by=world.priya)
    for patient, left in ((world.khan_patient, "waiting"), (world.mary_patient, "closed")):
        with unit_of_work():
            inviting.close_of(world.priya.id, world.organisation.id, patient_id=patient.id)
        assert stored().state == left


def test_somebody_joins_a_team_when_its_lead_has_confirmed_them(client: FlaskClient, world: World) -> None:
    path = ask_staff(client, world, "clinician")
    opened = type_code(client, last_code()).get_json()["invitation"]
    assert (opened["inviter"], opened["into"], opened["role"]) == ("Grace", world.team.name, "clinician")
    assert accept(client, proven(client, last_code()), password="seven calm words and more").status_code == 204
    other = client.post(f"{path}/confirm", headers=signed_in(client, world.admin))
    assert other.status_code == 403
    confirmed = client.post(f"{path}/confirm", headers=signed_in(client, world.lead))
    assert confirmed.status_code == 201
    assert (confirmed.get_json()["family_name"], confirmed.get_json()["role"]) == ("Bell", "clinician")
    assert client.post(f"{path}/confirm", headers=signed_in(client, world.lead)).status_code == 409


def test_nobody_joins_a_team_who_signs_in_by_texts_alone(client: FlaskClient, world: World) -> None:
    """Whoever gets their texts would set up a second factor in their name."""
    path = ask_staff(client, world, "clinician")
    assert accept(client, proven(client, last_code())).status_code == 204
    refused = client.post(f"{path}/confirm", headers=signed_in(client, world.lead))
    assert (refused.status_code, refused.get_json()["detail"]) == (409, team_invitations.TEXT_ALONE)
    with unit_of_work():
        person = queries.person_by_contact("07700 900556")
        assert person is not None
        identity.set_password(person, "seven calm words and more")
    assert client.post(f"{path}/confirm", headers=signed_in(client, world.lead)).status_code == 201


def test_a_lead_makes_no_lead_and_another_organisation_finds_nothing(client: FlaskClient, world: World) -> None:
    path = f"/api/teams/{world.team.id}/invitations"
    asked = {"role": "lead", "phone": "07700 900556"}
    headers = signed_in(client, world.lead) | {"Idempotency-Key": str(uuid4())}
    assert client.post(path, json=asked, headers=headers).status_code == 403
    mine = ask_staff(client, world, "visitor")
    owen = signed_in(client, world.other_coordinator)
    assert client.delete(mine, headers=owen).status_code == 403
    assert states() == ["waiting"]
