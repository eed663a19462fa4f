"""What Twilio reports, in any order, doubled, early, replayed and forged, over HTTP."""

from __future__ import annotations

import itertools
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.models import OutOfReach, Receipt
from app.notifications.service import reporting, sending
from tests.conftest import NOW
from tests.notifications.conftest import PUBLIC, Tell, row, send_at
from tests.queries_counted import counted
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

NOBODYS = UUID(int=1)  # no delivery's id


def receipts() -> int:
    with unit_of_work():
        return db.session.scalar(select(func.count()).select_from(Receipt)) or 0


def sent_sid(provider: TwilioStandIn) -> str:
    sending.send_all_due()
    return str(provider.accepted[-1]["sid"])


@pytest.mark.parametrize("order", list(itertools.permutations(["sending", "sent", "delivered"])))
def test_any_order_ends_at_the_same_place(provider: TwilioStandIn, tell: Tell, order: tuple[str, ...]) -> None:
    delivery_id = tell()
    sid = sent_sid(provider)
    assert [provider.call_back(sid, status) for status in order] == [204, 204, 204]
    told = row(delivery_id)
    assert (told.state, told.provider_status, told.settled_at) == ("delivered", "delivered", NOW)
    assert receipts() == 3


@given(
    st.lists(
        st.sampled_from(["queued", "sending", "sent", "delivered", "undelivered", "bogus"]), min_size=1, max_size=8
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_final_status_stays(provider: TwilioStandIn, tell: Tell, reported: list[str]) -> None:
    delivery_id = tell()
    sid = sent_sid(provider)
    before = receipts()
    for status in reported:
        assert provider.call_back(sid, status, 30006 if status == "undelivered" else None) == 204
    final = next((status for status in reported if status in ("delivered", "undelivered")), "accepted")
    assert row(delivery_id).state == final
    assert receipts() - before == len(set(reported))
    with unit_of_work():
        db.session.query(OutOfReach).update({"back_at": NOW})


def test_a_replay_is_kept_once_and_changes_nothing(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    sid = sent_sid(provider)
    assert {provider.call_back(sid, "sent") for _ in range(3)} == {204}
    provider.call_back(sid, "delivered")
    assert provider.call_back(sid, "sent") == 204
    assert row(delivery_id).provider_status == "delivered"
    assert receipts() == 2


def test_a_callback_before_the_answer_is_believed(provider: TwilioStandIn, tell: Tell) -> None:
    """Twilio may call back while we still wait for its answer to the create request."""
    delivery_id = tell()
    [due] = sending.claim(1)
    with TwilioStandIn() as elsewhere:
        form = {"MessageSid": "SM" + "e" * 32, "MessageStatus": "delivered"}
        assert elsewhere.accepted == []
    with unit_of_work():
        reporting.note(delivery_id, form["MessageSid"], form["MessageStatus"], None, form)
    assert row(delivery_id).state == "delivered"
    sending.hand_over(due)
    assert (row(delivery_id).state, row(delivery_id).provider_id) == ("delivered", form["MessageSid"])


def test_a_number_the_network_refuses_is_not_tried_again(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    assert provider.call_back(sent_sid(provider), "undelivered", 30006) == 204
    assert (row(delivery_id).state, row(delivery_id).last_code) == ("undelivered", "30006")
    second = tell()
    sending.send_all_due()
    assert row(second).state == "failed"
    assert len(provider.accepted) == 1


def test_a_phone_that_is_off_gets_one_more_and_then_somebody_hears(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    provider.call_back(sent_sid(provider), "undelivered", 30003)
    assert row(delivery_id).state == "pending"
    send_at(NOW + timedelta(minutes=15))
    assert len(provider.accepted) == 2
    provider.call_back(provider.accepted[0]["sid"], "delivered")  # of the first try: kept, and no longer ours
    assert row(delivery_id).state == "accepted"
    provider.call_back(provider.accepted[1]["sid"], "undelivered", 99999)
    assert row(delivery_id).state == "undelivered"


def test_a_report_about_nothing_we_know_is_kept(provider: TwilioStandIn) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "sent"), ("AccountSid", provider.account_sid)]
    assert provider.post_signed(f"{PUBLIC}/webhooks/twilio/status/{uuid4()}", form) == 204
    assert receipts() == 1


FORM = [("MessageSid", "SM" + "f" * 32), ("MessageStatus", "delivered"), ("AccountSid", "AC" + "5" * 32)]


def test_what_twilio_did_not_sign_is_refused(provider: TwilioStandIn, tell: Tell, client: FlaskClient) -> None:
    delivery_id = tell()
    path = f"/webhooks/twilio/status/{delivery_id}"
    good = twilio.sign(provider.auth_token, PUBLIC + path, FORM)
    tries = {
        "no signature": ({}, FORM, path),
        "another token": ({"X-Twilio-Signature": twilio.sign("guess", PUBLIC + path, FORM)}, FORM, path),
        "another form": ({"X-Twilio-Signature": good}, [*FORM, ("ErrorCode", "1")], path),
        "another delivery": ({"X-Twilio-Signature": good}, FORM, f"/webhooks/twilio/status/{uuid4()}"),
        "another query": ({"X-Twilio-Signature": good}, FORM, f"{path}?a=1"),
        "another host": (
            {"X-Twilio-Signature": twilio.sign(provider.auth_token, "http://evil" + path, FORM), "Host": "evil"},
            FORM,
            path,
        ),
        "another account": _signed(provider, path, [*FORM[:2], ("AccountSid", "AC" + "6" * 32)]),
        "two accounts": _signed(provider, path, [*FORM[:2], ("AccountSid", "")]),
        "no form": _signed(provider, path, []),
    }
    for name, (headers, form, address) in tries.items():
        body = "&".join(f"{key}={value}" for key, value in form)
        answer = client.post(address, data=body, headers=headers, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 403, name
        assert answer.mimetype == "application/problem+json"
    assert receipts() == 0
    assert row(delivery_id).state == "pending"


def _signed(provider: TwilioStandIn, path: str, form: twilio.Form) -> tuple[dict[str, str], twilio.Form, str]:
    return {"X-Twilio-Signature": twilio.sign(provider.auth_token, PUBLIC + path, form)}, form, path


@pytest.mark.parametrize("path", ["inbound", f"status/{NOBODYS}"])
def test_a_thousand_forged_calls_ask_the_database_nothing_and_lock_nobody_out(
    provider: TwilioStandIn, client: FlaskClient, path: str
) -> None:
    """That is the limit: no count is kept that the provider's own calls could be refused by."""
    address = f"/webhooks/twilio/{path}"
    headers, form, _ = _signed(provider, address, [*FORM, ("From", "+447700900999"), ("Body", "hello")])
    with client.application.app_context(), counted() as statements:
        for number in range(1000):
            forged = {"X-Twilio-Signature": twilio.sign("guess", PUBLIC + address, [*FORM, ("Body", str(number))])}
            assert client.post(address, data=dict(form), headers=forged).status_code == 403
    assert statements == []
    assert client.post(address, data=dict(form), headers=headers).status_code in (200, 204)


@pytest.mark.parametrize("path", ["inbound", f"status/{NOBODYS}"])
def test_a_large_body_is_not_read(provider: TwilioStandIn, client: FlaskClient, path: str) -> None:
    body = "Body=" + "a" * (64 * 1024)
    answer = client.post(f"/webhooks/twilio/{path}", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


@pytest.mark.parametrize("body", ["&" * 1000, "%00=%00&MessageSid=%00", "\udc80", "a" * 60_000])
def test_odd_bodies_are_refused_and_never_a_failure(provider: TwilioStandIn, client: FlaskClient, body: str) -> None:
    data = body.encode("utf-8", "surrogateescape")
    answer = client.post("/webhooks/twilio/inbound", data=data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 403


def test_a_sandbox_has_no_provider_that_could_call(tell: Tell, client: FlaskClient) -> None:
    assert client.post("/webhooks/twilio/inbound", data={"Body": "hello"}).status_code == 403


def test_what_is_never_reported_is_asked_about_after_a_quarter_of_an_hour(provider: TwilioStandIn, tell: Tell) -> None:
    arrived, lost, gone = tell(), tell(body="Kith: two."), tell(body="Kith: three.")
    sending.send_all_due()
    by_body = {message["body"]: message["sid"] for message in provider.accepted}
    provider.set_status(row(arrived).provider_id or "", "delivered")
    provider.set_status(by_body["Kith: two."], "undelivered", 30005)
    with unit_of_work():
        db.session.merge(row(gone)).provider_id = "SM" + "0" * 32
    with clock.at(NOW + timedelta(minutes=14)):
        assert reporting.ask_about_unconfirmed() == 0
    with clock.at(NOW + timedelta(minutes=15)):
        assert reporting.ask_about_unconfirmed() == 3
        assert reporting.ask_about_unconfirmed() == 0
    assert [row(one).state for one in (arrived, lost, gone)] == ["delivered", "undelivered", "accepted"]
    assert row(gone).last_outcome == "not_confirmed"


def test_what_is_not_confirmed_in_three_days_is_asked_about_no_more(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    provider.set_status(sent_sid(provider), "sent")
    asked = 0
    for quarter in range(1, 300):
        with clock.at(NOW + timedelta(minutes=15 * quarter)):
            asked += reporting.ask_about_unconfirmed()
    assert 288 <= asked <= 290
    assert (row(delivery_id).state, row(delivery_id).last_outcome) == ("accepted", "not_confirmed")


def test_a_provider_that_cannot_be_asked_is_asked_later(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    provider.set_status(sent_sid(provider), "delivered")
    provider.cannot_be_asked = True
    with clock.at(NOW + timedelta(minutes=20)):
        reporting.ask_about_unconfirmed()
        assert row(delivery_id).state == "accepted"
        provider.cannot_be_asked = False
        reporting.ask_about_unconfirmed()
    assert row(delivery_id).state == "delivered"
