"""E-mails at SMTP's own protocol: what leaves, what every answer means, and what a lost one means."""

from __future__ import annotations

import dataclasses
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import posting
from app.identity.models import Person
from app.notifications import channels, queries
from app.notifications.channels import Handover, configured
from app.notifications.channels.email import EmailChannel
from app.notifications.models import ChannelPause, Delivery
from app.notifications.outcomes import Outcome
from app.notifications.service import sending
from tests.conftest import NOW
from tests.notifications.conftest import outcomes_of, row, send_at
from tests.people import World
from tests.stand_ins import smtp
from tests.stand_ins.smtp import Fault, SmtpStandIn
from tests.stand_ins.twilio import TwilioStandIn

CODE = {"code": "048151", "link": "http://localhost/sign-in/code/enter"}
SENDER = "kith@riverside.example"
Post = Callable[..., UUID]


@pytest.fixture
def mail(app: Flask) -> Iterator[SmtpStandIn]:
    """A mail server, and the app sending through it."""
    before = app.extensions["channels"]
    with SmtpStandIn() as stand_in:
        settings = dataclasses.replace(
            app.config["KITH"],
            email_channel="smtp",
            smtp_host=smtp.HOST,
            smtp_port=stand_in.port,
            smtp_tls="none",
            smtp_from=SENDER,
        )
        app.extensions["channels"] = before | {"email": configured.by_name(settings)["email"]}
        yield stand_in
    app.extensions["channels"] = before


@pytest.fixture
def post(world: World) -> Post:
    """Post in a transaction of its own: a code to Mary's e-mail, unless said otherwise."""

    def posted(person: Person | None = world.mary, to: str = "email", **more: object) -> UUID:
        facts = {"template": "sign_in_code", "variables": CODE} | more
        with unit_of_work():
            return posting.post(person.id if person else None, to, **facts)  # type: ignore[arg-type]

    return posted


def handover(to: str = "mary.okafor@kith.example", body: str = "A subject\n\nA body.\n") -> Handover:
    return Handover(new_id(), to, body, timedelta(minutes=10))


def channel(port: int, **more: object) -> EmailChannel:
    facts = {"security": "none", "timeout": timedelta(seconds=2)} | more
    return EmailChannel(host=smtp.HOST, port=port, sender=SENDER, sender_name="Kith", **facts)  # type: ignore[arg-type]


def test_a_code_is_one_plain_message_that_names_its_delivery(mail: SmtpStandIn, post: Post) -> None:
    delivery_id = post()
    assert sending.send_all_due() == 1
    [taken] = mail.accepted
    assert (taken.sender, taken.to) == (SENDER, "mary.okafor@kith.example")
    message = taken.message
    assert message["From"] == f"Kith <{SENDER}>"
    assert message["To"] == "mary.okafor@kith.example"
    assert message["Subject"] == "Your code to sign in to Kith"
    assert message["Message-ID"] == f"<{delivery_id}@riverside.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "text/plain"
    assert message.get_content().startswith("048151 is your code")
    sent = row(delivery_id)
    assert (sent.state, sent.channel, sent.organisation_id, sent.attempts) == ("accepted", "email", None, 1)
    assert outcomes_of(delivery_id) == ["accepted"]


def test_a_code_to_a_phone_goes_by_text(provider: TwilioStandIn, post: Post) -> None:
    delivery_id = post(to="phone")
    assert sending.send_all_due() == 1
    assert provider.accepted[0]["to"] == "+447700900201"
    assert provider.accepted[0]["body"].startswith("Kith: 048151 is your code")
    assert provider.accepted[0]["validity_period"] == "600"
    assert row(delivery_id).recipient_id is not None


def test_the_address_is_looked_up_when_it_is_sent(mail: SmtpStandIn, post: Post, world: World) -> None:
    post()
    with unit_of_work():
        db.session.get_one(Person, world.mary.id).email = "mary@elsewhere.example"
    sending.send_all_due()
    assert [one.to for one in mail.accepted] == ["mary@elsewhere.example"]


def test_somebody_kith_does_not_know_is_written_to_at_an_address(mail: SmtpStandIn, post: Post) -> None:
    invited = {"inviter": "Mary", "link": "http://localhost/join", "invitation": "7ZK9Q-0M4XA"}
    about = new_id()
    delivery_id = post(None, template="invitation", variables=invited, about_id=about, address="zoe@family.example")
    assert b"zoe@" not in (row(delivery_id).address_sealed or b"")
    assert (row(delivery_id).about_id, row(delivery_id).useful_until) == (about, NOW + timedelta(minutes=10))
    assert send_at(NOW + timedelta(minutes=9)) == 1
    assert (mail.accepted[0].to, mail.accepted[0].message["Subject"]) == (
        "zoe@family.example",
        "Mary invites you to Kith",
    )


def test_who_has_no_email_is_sent_nothing(mail: SmtpStandIn, post: Post, world: World) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.mary.id).email = None
    delivery_id = post()
    sending.send_all_due()
    assert (row(delivery_id).state, row(delivery_id).last_outcome) == ("failed", "no_email")
    assert mail.begun == 0


def test_a_phone_that_was_stopped_stops_no_email_and_gets_no_code(
    mail: SmtpStandIn, provider: TwilioStandIn, post: Post
) -> None:
    provider.take_inbound("+447700900201", "STOP")
    first = post(to="phone")
    sending.send_all_due()
    again, to_the_number = post(to="phone"), post(None, "phone", address="+447700900201")
    by_email = post()
    sending.send_all_due()
    assert {row(one).last_outcome for one in (first, again, to_the_number)} == {"opted_out"}
    assert row(by_email).state == "accepted"


ANSWERS = {
    "mailbox busy": (Fault("RCPT", "450 4.2.0 Busy"), Outcome.NOT_PROCESSED, 450),
    "closing": (Fault("MAIL", "421 4.3.2 Closing"), Outcome.NOT_PROCESSED, 421),
    "not now": (Fault("DATA", "451 4.3.0 Later"), Outcome.NOT_PROCESSED, 451),
    "no such mailbox": (Fault("RCPT", "550 5.1.1 Nobody"), Outcome.REFUSED_RECIPIENT, 550),
    "mailbox full": (Fault("RCPT", "552 5.2.2 Full"), Outcome.RECIPIENT_FOR_NOW, 552),
    "mailbox full for now": (Fault("RCPT", "452 4.2.2 Full"), Outcome.RECIPIENT_FOR_NOW, 452),
    "sender refused": (Fault("MAIL", "553 5.1.8 Not you"), Outcome.CONTENT_OR_SENDER, 553),
    "content refused": (Fault("DATA", "554 5.7.1 Spam"), Outcome.CONTENT_OR_SENDER, 554),
    "wants a sign-in": (Fault("MAIL", "530 5.7.0 Sign in"), Outcome.ACCOUNT, 530),
    "gone before the data": (Fault("RCPT"), Outcome.NOT_PROCESSED, None),
    "gone after the data": (Fault("DATA"), Outcome.UNKNOWN, None),
    "gone after the data, and kept": (Fault("DATA", keeps=True), Outcome.UNKNOWN, None),
    "slow before the data": (Fault("RCPT", "250 OK", after=1.5), Outcome.NOT_PROCESSED, None),
    "slow after the data": (Fault("DATA", "250 OK", after=1.5), Outcome.UNKNOWN, None),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_answer_means(name: str) -> None:
    fault, outcome, code = ANSWERS[name]
    with SmtpStandIn() as mail:
        mail.script(fault)
        attempt = channel(mail.port, timeout=timedelta(seconds=1)).send(handover())
    assert (attempt.outcome, attempt.code, attempt.provider_id) == (outcome, code, None)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind((smtp.HOST, 0))  # bound and not listening: connections are refused
        attempt = channel(taken.getsockname()[1]).send(handover())
    assert attempt.outcome is Outcome.NOT_PROCESSED


@pytest.mark.parametrize(
    "address",
    [
        "tom@kith.example> NOTIFY=SUCCESS",
        "tom@kith.example\r\nRCPT TO:<sam@kith.example",
        "tom@kith.example,sam@kith.example",
        '"tom"@kith.example',
        "tömchen@kith.example",
        "tom@kith",
        "tom",
        "",
        "tom@" + "a" * 70 + ".example",
    ],
)
def test_an_address_that_could_be_more_than_one_is_not_sent_to(address: str) -> None:
    with SmtpStandIn() as mail:
        assert channel(mail.port).send(handover(address)).outcome is Outcome.REFUSED_RECIPIENT
        assert mail.begun == 0


def test_a_domain_in_other_letters_is_written_as_the_network_has_it() -> None:
    with SmtpStandIn() as mail:
        assert channel(mail.port).send(handover("mary@bücher.example")).outcome is Outcome.ACCEPTED
    assert mail.accepted[0].to == "mary@xn--bcher-kva.example"


def test_a_line_break_in_a_subject_makes_no_header() -> None:
    with SmtpStandIn() as mail:
        broken = channel(mail.port).send(handover(body="A subject\rBcc: sam@kith.example\n\nText."))
        assert broken.outcome is Outcome.CONTENT_OR_SENDER
        assert mail.begun == 0


def test_a_body_arrives_as_it_was_written() -> None:
    body = "Zoë:\n.\n..two dots\n" + "a long line " * 120 + "\nthe end\n"
    with SmtpStandIn() as mail:
        assert channel(mail.port).send(handover(body=f"Größe\n\n{body}")).outcome is Outcome.ACCEPTED
    message = mail.accepted[0].message
    assert (message["Subject"], message.get_content().replace("\r\n", "\n")) == ("Größe", body)
    assert max(len(line) for line in mail.accepted[0].raw.split(b"\r\n")) < 999


def test_a_secret_connection_and_a_sign_in(tmp_path: Path) -> None:
    served, trusts = smtp.certificate(tmp_path)
    with SmtpStandIn(secure=served, wants_sign_in=True) as mail:
        how = {"security": "starttls", "trusts": trusts, "user": smtp.USER}
        assert channel(mail.port, **how, password=smtp.PASSWORD).send(handover()).outcome is Outcome.ACCEPTED
        refused = channel(mail.port, **how, password="another").send(handover())
        assert (refused.outcome, refused.code, len(mail.accepted)) == (Outcome.ACCOUNT, 535, 1)


def test_a_connection_that_is_secret_from_its_first_byte(tmp_path: Path) -> None:
    served, trusts = smtp.certificate(tmp_path)
    with SmtpStandIn(secure=served, tls_at_once=True) as mail:
        assert channel(mail.port, security="tls", trusts=trusts).send(handover()).outcome is Outcome.ACCEPTED
        unknown = ssl.create_default_context()
        assert channel(mail.port, security="tls", trusts=unknown).send(handover()).outcome is Outcome.ACCOUNT


def test_nothing_is_sent_past_a_server_that_is_not_who_it_says(tmp_path: Path) -> None:
    served, _ = smtp.certificate(tmp_path)
    with SmtpStandIn(secure=served) as mail:
        attempt = channel(mail.port, security="starttls", trusts=ssl.create_default_context()).send(handover())
        assert (attempt.outcome, mail.begun) == (Outcome.ACCOUNT, 0)
    with SmtpStandIn() as open_one:
        attempt = channel(open_one.port, security="starttls").send(handover())
        assert (attempt.outcome, open_one.begun) == (Outcome.ACCOUNT, 0)


def test_a_code_whose_fate_is_unknown_is_sent_again_under_its_own_name(mail: SmtpStandIn, post: Post) -> None:
    mail.script(Fault("DATA", keeps=True))
    delivery_id = post()
    sending.send_all_due()
    assert row(delivery_id).state == "unknown"
    send_at(NOW + timedelta(seconds=5))
    assert row(delivery_id).state == "accepted"
    assert len({one.message["Message-ID"] for one in mail.accepted}) == 1
    assert len(mail.accepted) == 2


def test_a_code_is_not_doubled_for_ever(mail: SmtpStandIn, post: Post) -> None:
    mail.script(*[Fault("DATA", keeps=True)] * 10)
    delivery_id = post()
    for seconds in range(0, 500, 10):
        send_at(NOW + timedelta(seconds=seconds))
    assert len(mail.accepted) == 4
    assert (row(delivery_id).state, row(delivery_id).last_outcome) == ("failed", "unknown")


def test_a_message_whose_fate_is_unknown_is_never_sent_twice(mail: SmtpStandIn, post: Post) -> None:
    mail.script(Fault("DATA", keeps=True))
    delivery_id = post(kind="message")
    for minutes in range(10):
        send_at(NOW + timedelta(minutes=minutes))
    assert len(mail.accepted) == 1
    assert (row(delivery_id).state, row(delivery_id).last_outcome) == ("failed", "unknown")


def test_what_was_taken_is_not_confirmed_by_anybody(mail: SmtpStandIn, post: Post) -> None:
    delivery_id = post()
    sending.send_all_due()
    assert row(delivery_id).settled_at is None
    with clock.at(NOW + timedelta(minutes=16)), unit_of_work():
        assert [one.id for one in queries.unconfirmed()] == [delivery_id]
    assert channels.of_this_app("email").fetch(row(delivery_id).provider_id or "") is None


def test_a_refused_account_stops_e_mails_and_no_text(
    mail: SmtpStandIn, provider: TwilioStandIn, post: Post, app: Flask
) -> None:
    mail.script(Fault("MAIL", "530 5.7.0 Sign in"))
    stopped, text = post(), post(to="phone")
    sending.send_all_due()
    assert (row(stopped).state, row(text).state) == ("pending", "accepted")
    with unit_of_work():
        [pause] = db.session.scalars(select(ChannelPause)).all()
        assert (pause.channel, pause.code) == ("email", "530")
    send_at(NOW + timedelta(seconds=61))
    assert row(stopped).state == "accepted"


def test_texts_and_e_mails_have_hands_of_their_own(mail: SmtpStandIn, post: Post) -> None:
    by_email, by_text = post(), post(to="phone")
    assert [one.id for one in sending.claim(10)] == [by_text]
    assert [one.id for one in sending.claim_emails(10)] == [by_email]


def test_the_queue_holds_no_code_and_no_address_in_clear(mail: SmtpStandIn, post: Post) -> None:
    post(None, address="zoe@family.example")
    with unit_of_work():
        [waiting] = db.session.execute(select(Delivery.__table__)).mappings().all()
    kept = repr(dict(waiting)).encode() + b"".join(bytes(one) for one in waiting.values() if isinstance(one, bytes))
    assert b"048151" not in kept
    assert b"zoe@family.example" not in kept


def test_without_a_channel_only_phones_are_used(app: Flask, post: Post) -> None:
    before = app.extensions["channels"]
    app.extensions["channels"] = configured.by_name(dataclasses.replace(app.config["KITH"], email_channel="none"))
    try:
        with pytest.raises(Invalid, match="only a phone"):
            post()
        assert row(post(to="phone")).channel == "sms"
    finally:
        app.extensions["channels"] = before


def test_the_sandbox_keeps_e_mails_too(post: Post) -> None:
    post()
    post(None, template="contact_code", variables={"code": "048151"}, address="zoe@family.example")
    sending.send_all_due()
    with unit_of_work():
        kept = {(one.channel, one.recipient, one.address) for one in queries.sandbox_messages()}
    assert kept == {("email", "Mary Okafor", "m...@kith.example"), ("email", "", "z...@family.example")}
