"""A sender's number is only a claim: by text somebody adds and takes, and reads, changes, stops and closes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.access.permissions import Right
from app.access.roles import Role
from app.alerts.models import Alert, AlertEvent
from app.alerts.service import escalating
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.help_entering import NewHelp
from app.messages.service import asking
from app.notifications.models import InboundText
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients.by import By
from tests.conftest import NOW
from tests.medicines.table import table_of
from tests.people import World, signed_in
from tests.stand_ins.twilio import Form, TwilioStandIn, sign
from tests.texting.on_a_phone import WEBHOOK, Phone
from tests.texting.texted import MARY, PRIYA, TOM, join

GRACE, NURSE = "+447700900103", "+447700900204"
SOON = NOW + timedelta(minutes=2)
MEDICINE = "Furosemide 40 mg"
# Everything that a feigned text could want to change or to have thrown away.
STANDING = (
    "select id, state, outcome, acknowledged_at, resolved_at, acknowledge_by from alert order by id",
    "select id, stopped_at from medicine order by id",
    "select id, person_id, ended_at, role from circle_member order by id",
    'select id, ended_at, category, "right", ends_on from circle_grant order by id',
    "select id, phone_index, email_index, password_hash, is_active from person order by id",
    "select id, team_id, coordinator_id, ended_at from patient order by id",
    "select id, ended_at from acting_for order by id",
    "select id, measure, value, value_2 from reading order by id",
    "select id, ended_at from monitoring_plan order by id",
)
CLINICAL = (
    "88",
    "131",
    "Furosemide",
    "oxygen",
    "COPD",
    "Heart",
    "Penicillin",
    "999 000",
    "1948",
    "+4477",
    "kith.example",
)
ASKED = (
    "What was my last oxygen?",
    "Send me my readings",
    "BP?",
    "What medicines am I on",
    "List my medicines please",
    "What is my NHS number and date of birth",
    "Read me the last visit note",
    "Stop my furosemide",
    "STOP FUROSEMIDE",
    "Cancel all my medicines",
    "Change my furosemide to 80 mg",
    "Change my number to 07700 900999",
    "My new phone is 07700900999 use that from now on",
    "reset my password",
    "send me my sign in code",
    "Give Sam all my records",
    "take Tom out of my circle",
    "Close the alert",
    "resolve",
    "cancel the alert, I am fine",
    "mark as done",
    "DONE",
    "GO",
    "GO 1",
    "delete my reading of today",
    "end my plan",
    "set my target to 80",
    "STATUS",
    "who is in my circle",
)


@pytest.fixture
def red(provider: TwilioStandIn, world: World, client: FlaskClient) -> Alert:
    """Mary takes a medicine, and a red alert of hers waits, of which Priya was texted."""
    table_of(client, world, world.mary).add(MEDICINE)
    Phone(provider, MARY).sends("sats 88% on air", NOW)
    alert = db.session.scalars(select(Alert)).one()
    assert (alert.severity, alert.state) == ("red", "open")
    return alert


def standing() -> list[Any]:
    with unit_of_work():
        return [db.session.execute(text(one)).all() for one in STANDING]


@pytest.mark.parametrize("number", [MARY, TOM, NURSE])
def test_whatever_a_known_number_wants_nothing_is_read_or_changed(
    provider: TwilioStandIn, world: World, red: Alert, number: str
) -> None:
    phone, before = Phone(provider, number), standing()
    phone.got()
    for count, words in enumerate(ASKED):
        for reply in phone.sends(words, SOON + timedelta(minutes=20 * count)):
            assert not [one for one in CLINICAL if one in reply.replace("999 or 111", "")], (words, reply)
    assert standing() == before


class TestAnAlert:
    """What somebody of the team may say of an alert by text."""

    @pytest.fixture
    def priya(self, provider: TwilioStandIn, red: Alert) -> Phone:
        phone = Phone(provider, PRIYA)
        (told,) = phone.got()
        assert "a RED alert for Mary O. is waiting for you" in told
        return phone

    def steps(self) -> list[str]:
        db.session.expire_all()
        order = (AlertEvent.created_at, AlertEvent.id)
        return [one.kind for one in db.session.scalars(select(AlertEvent).order_by(*order))]

    def test_go_is_seen_and_the_timer_runs_on(
        self, provider: TwilioStandIn, world: World, priya: Phone, red: Alert, client: FlaskClient
    ) -> None:
        before, lead = standing(), Phone(provider, GRACE)
        (seen,) = priya.sends("Go", SOON)
        assert "noted that you have seen the alert for Mary O. which is not taken by that" in seen
        assert f"/a/{red.id}" in seen
        assert len(priya.sends("go.", SOON)) == 1
        assert self.steps() == ["opened", "seen"]
        assert standing() == before
        with clock.at(red.acknowledge_by):
            with unit_of_work():
                escalating.escalate_due()
            sending.send_all_due()
        (late,) = lead.got()
        assert "nobody has taken the RED alert for Mary O." in late
        page = client.get(
            f"/api/patients/{world.mary_patient.id}/alerts/{red.id}", headers=signed_in(client, world.priya)
        )
        assert [one["kind"] for one in page.get_json()["history"]][:2] == ["opened", "seen"]

    @pytest.mark.parametrize("words", ["DONE", "PASS", "close it", "resolved, all is well", "HERE", "ok thanks"])
    def test_anything_else_changes_nothing_and_says_where_it_is_done(self, priya: Phone, words: str) -> None:
        before = standing()
        (reply,) = priya.sends(words, SOON)
        assert "By text an alert can only be seen: reply GO" in reply
        assert standing() == before

    def test_of_two_alerts_it_is_not_guessed_which(self, provider: TwilioStandIn, priya: Phone) -> None:
        Phone(provider, "+447700900202").sends("sats 79% on air", SOON)
        assert len(priya.got()) == 1
        assert "2 alerts wait, so nothing was noted" in priya.sends("GO", SOON)[0]
        assert "seen" not in self.steps()

    def test_a_carer_who_goes_because_of_it_takes_the_errand_and_not_the_alert(
        self, provider: TwilioStandIn, world: World, priya: Phone, red: Alert
    ) -> None:
        """Nor does GO make it seen: whose work it is has not said so."""
        join(world.tom, world.mary_patient, Right.SEE)
        tom, lead = Phone(provider, TOM), Phone(provider, GRACE)
        with unit_of_work():
            patient = patients.admitted_one(world.mary_patient.id)
            asking.ask(patient, NewHelp(new_id(), "look_in", alert_id=red.id), By(world.priya.id, Role.COORDINATOR))
        sending.send_all_due()
        (asked,) = tom.got()
        assert "Priya asks for help for Mary O. soon: looking in" in asked
        before = standing()
        assert "it is yours, for Mary O." in tom.sends("GO", SOON)[0]
        assert "Text DONE" in tom.sends("here", SOON)[0]
        assert "noted as done" in tom.sends("done", SOON)[0]
        assert standing() == before
        assert self.steps() == ["opened"]
        with clock.at(red.acknowledge_by):
            with unit_of_work():
                escalating.escalate_due()
            sending.send_all_due()
        assert len(lead.got()) == 1

    def test_go_for_what_is_closed_says_so(self, priya: Phone, red: Alert, client: FlaskClient, world: World) -> None:
        url = f"/api/patients/{world.mary_patient.id}/alerts/{red.id}/resolve"
        headers = signed_in(client, world.priya) | {"Idempotency-Key": "k" * 20}
        assert client.post(url, json={"outcome": "patient_well", "note": None}, headers=headers).status_code < 300
        assert "no alert that you were texted about waits" in priya.sends("GO", SOON)[0]

    def test_who_works_there_no_more_is_answered_as_a_stranger(self, priya: Phone, world: World) -> None:
        with unit_of_work():
            db.session.execute(
                text("update membership set ended_at = :now where person_id = :id"), {"now": NOW, "id": world.priya.id}
            )
        (answer,) = priya.sends("GO", SOON)
        assert "nobody has read yours" in answer
        assert "seen" not in self.steps()


def _post(form: Form, signature: str, client: FlaskClient) -> int:
    answer = client.post("/webhooks/twilio/inbound", data=dict(form), headers={"X-Twilio-Signature": signature})
    return answer.status_code


def _changed(form: Form, **fields: str) -> Form:
    return [(name, fields.get(name, value)) for name, value in form]


# How it is signed, and what is sent instead of what was signed.
WRONG: dict[str, Callable[[TwilioStandIn, Form], tuple[Form, str]]] = {
    "none": lambda _, form: (form, ""),
    "another token": lambda _, form: (form, sign("another-token", WEBHOOK, form)),
    "of other words": lambda ours, form: (form, sign(ours.auth_token, WEBHOOK, _changed(form, Body="hi"))),
    "of another address": lambda ours, form: (form, sign(ours.auth_token, WEBHOOK + "2", form)),
    "of another account": lambda ours, form: (
        other := _changed(form, AccountSid="AC" + "6" * 32),
        sign(ours.auth_token, WEBHOOK, other),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_request_that_the_provider_did_not_sign_leaves_nothing(
    provider: TwilioStandIn, world: World, client: FlaskClient, case: str
) -> None:
    form = [
        ("MessageSid", "SM" + "7" * 32),
        ("From", MARY),
        ("Body", "BP 122/78"),
        ("AccountSid", provider.account_sid),
    ]
    before = standing()
    assert _post(*WRONG[case](provider, form), client) == 403
    assert standing() == before
    assert db.session.scalars(select(InboundText)).all() == []
    assert db.session.execute(text("select count(*) from procrastinate_jobs")).scalar_one() == 0
    assert _post(form, sign(provider.auth_token, WEBHOOK, form), client) == 200  # the very same, rightly signed
    assert len(db.session.scalars(select(InboundText)).all()) == 1
