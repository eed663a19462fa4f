"""The Twilio channel against the stand-in, over real HTTP."""

import ast
import logging
import pathlib
import socket
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from concurrent import futures
from datetime import UTC, datetime, timedelta

import pytest

from app.notifications import channels
from app.notifications.channels import sms
from app.notifications.outcomes import Outcome
from tests.stand_ins import twilio

PUBLIC = "https://kith.example.nhs.uk"
TO = "+447700900123"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def provider() -> Iterator[twilio.TwilioStandIn]:
    with twilio.TwilioStandIn() as stand_in:
        yield stand_in


def _channel(provider: twilio.TwilioStandIn, **changes: object) -> sms.TwilioChannel:
    settings: dict[str, object] = {
        "account_sid": provider.account_sid,
        "auth_token": provider.auth_token,
        "public_url": PUBLIC,
        "from_number": provider.number,
        "base_url": provider.base_url,
        "timeout": timedelta(seconds=5),
    }
    return sms.TwilioChannel(**settings | changes)  # type: ignore[arg-type]


def _handover(body: str = "Kith: Priya, please look.", to: str = TO, minutes: float = 15) -> channels.Handover:
    return channels.Handover(uuid.uuid4(), to, body, timedelta(minutes=minutes))


def test_a_text_is_handed_over_with_our_id_in_its_callback(provider: twilio.TwilioStandIn) -> None:
    handover = _handover("Zoë: £5 & 10 % + more? €")
    attempt = _channel(provider).send(handover)
    [message] = provider.accepted
    assert attempt == channels.Attempt(Outcome.ACCEPTED, message["sid"], "queued")
    assert (message["to"], message["body"], message["from"]) == (TO, handover.body, provider.number)
    assert message["validity_period"] == "900"
    assert provider.callback_url(message["sid"]) == (
        f"{PUBLIC}/webhooks/twilio/status/{handover.delivery_id}#rc=5&rp=all"
    )


def test_a_messaging_service_first_answers_accepted(provider: twilio.TwilioStandIn) -> None:
    service = "MG" + "1" * 32
    attempt = _channel(provider, from_number=None, messaging_service_sid=service).send(_handover())
    assert (attempt.outcome, attempt.provider_status) == (Outcome.ACCEPTED, "accepted")
    assert provider.accepted[0]["messaging_service_sid"] == service


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(-5, "1"), (0, "1"), (0.01, "1"), (10, "600"), (600, "36000"), (6000, "36000")]
)
def test_validity_stays_within_what_twilio_takes(provider: twilio.TwilioStandIn, minutes: float, seconds: str) -> None:
    _channel(provider).send(_handover(minutes=minutes))
    assert provider.accepted[0]["validity_period"] == seconds


ANSWERS = {
    "too many": (twilio.TOO_MANY, Outcome.NOT_PROCESSED, 20429, 1),
    "busy and says when": (twilio.BUSY, Outcome.NOT_PROCESSED, 20503, 2),
    "busy and does not": (twilio.Answer(503, 20503), Outcome.UNKNOWN, 20503, None),
    "broken": (twilio.BROKEN, Outcome.UNKNOWN, 20500, None),
    "bad gateway in HTML": (twilio.Answer(502, text="<html>"), Outcome.UNKNOWN, None, None),
    "gateway timeout": (twilio.Answer(504), Outcome.UNKNOWN, None, None),
    "a number that is none": (twilio.refuse(21211), Outcome.REFUSED_RECIPIENT, 21211, None),
    "a landline": (twilio.refuse(21614), Outcome.REFUSED_RECIPIENT, 21614, None),
    "opted out": (twilio.refuse(21610), Outcome.OPTED_OUT, 21610, None),
    "no such sender": (twilio.refuse(21606), Outcome.CONTENT_OR_SENDER, 21606, None),
    "region not allowed": (twilio.refuse(21408, 403), Outcome.ACCOUNT, 21408, None),
    "queue full": (twilio.refuse(21611), Outcome.ACCOUNT, 21611, None),
    "a code that is new": (twilio.refuse(29999), Outcome.NOT_PROCESSED, 29999, None),
    "a refusal in HTML": (twilio.Answer(403, text="<html>"), Outcome.NOT_PROCESSED, None, None),
    "a code that is no number": (twilio.Answer(400, text='{"code": "x"}'), Outcome.NOT_PROCESSED, None, None),
    "a list": (twilio.Answer(400, text="[21211]"), Outcome.NOT_PROCESSED, None, None),
    "a refusal that is not text": (twilio.Answer(403, text="\udcff"), Outcome.NOT_PROCESSED, None, None),
    "redirected": (twilio.Answer(302, text="", location="Messages.json"), Outcome.NOT_PROCESSED, None, None),
    "garbage": (twilio.GARBAGE, Outcome.UNKNOWN, None, None),
    "a success that is a list": (twilio.Answer(201, text="[]"), Outcome.UNKNOWN, None, None),
    "a success that is null": (twilio.Answer(201, text="null"), Outcome.UNKNOWN, None, None),
    "a success without an id": (twilio.Answer(201, text="{}"), Outcome.UNKNOWN, None, None),
    "ghost": (twilio.GHOST, Outcome.UNKNOWN, None, None),
    "reset after the request": (twilio.RESET, Outcome.UNKNOWN, None, None),
    "a hang": (twilio.hang(30), Outcome.UNKNOWN, None, None),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_has_its_outcome_and_is_asked_for_once(provider: twilio.TwilioStandIn, name: str) -> None:
    answer, outcome, code, wait = ANSWERS[name]
    provider.script(answer)
    began = time.monotonic()
    attempt = _channel(provider, timeout=timedelta(seconds=0.5)).send(_handover())
    assert time.monotonic() - began < 5
    assert (attempt.outcome, attempt.code) == (outcome, code)
    assert attempt.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert provider.requests == 1


WAITS = {
    "30": timedelta(seconds=30),
    "999999999999": timedelta(days=1),
    "Sat, 22 Nov 2036 07:28:00 GMT": timedelta(days=1),
    "Sat, 22 Nov 2014 07:28:00 GMT": timedelta(0),
    "soon": None,
    "-3": None,
}


@pytest.mark.parametrize("retry_after", WAITS)
def test_the_wait_the_provider_asks_for_survives(provider: twilio.TwilioStandIn, retry_after: str) -> None:
    provider.script(twilio.Answer(503, 20503, retry_after=retry_after))
    attempt = _channel(provider).send(_handover())
    assert attempt == channels.Attempt(Outcome.NOT_PROCESSED, code=20503, retry_after=WAITS[retry_after])


def test_what_the_provider_checks_itself_comes_back_as_its_class(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider)
    provider.take_inbound(TO, "Stop")
    assert channel.send(_handover()).outcome is Outcome.OPTED_OUT
    assert channel.send(_handover(to="not a number")).outcome is Outcome.REFUSED_RECIPIENT
    assert channel.send(_handover("", to="+447700900124")).outcome is Outcome.CONTENT_OR_SENDER
    assert channel.send(_handover("a" * 5000, to="+447700900124")).outcome is Outcome.CONTENT_OR_SENDER
    provider.take_inbound(TO, "START")
    assert channel.send(_handover()).outcome is Outcome.ACCEPTED


def test_a_text_that_cannot_be_encoded_never_leaves(provider: twilio.TwilioStandIn) -> None:
    assert _channel(provider).send(_handover("half \ud83d emoji")).outcome is Outcome.CONTENT_OR_SENDER
    assert provider.requests == 0


def test_a_wrong_token_stops_the_channel(provider: twilio.TwilioStandIn) -> None:
    attempt = _channel(provider, auth_token="old").send(_handover())
    assert (attempt.outcome, attempt.code) == (Outcome.ACCOUNT, 20003)


def test_what_was_never_connected_was_not_processed(provider: twilio.TwilioStandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    attempt = _channel(provider, base_url=f"http://127.0.0.1:{port}").send(_handover())
    assert attempt == channels.Attempt(Outcome.NOT_PROCESSED)


def test_after_any_fault_the_next_text_goes_through(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider)
    provider.script(twilio.GHOST, twilio.BROKEN, twilio.RESET)
    outcomes = [channel.send(_handover()).outcome for _ in range(4)]
    assert outcomes == [Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.ACCEPTED]


def test_one_channel_serves_many_threads(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider, connections=8)
    bodies = [f"text {number}" for number in range(200)]
    with futures.ThreadPoolExecutor(8) as senders:
        attempts = list(senders.map(lambda body: channel.send(_handover(body)), bodies))
    by_id = {message["sid"]: message["body"] for message in provider.accepted}
    assert [by_id[attempt.provider_id or ""] for attempt in attempts] == bodies


def test_a_ghost_is_found_by_number_time_and_body(provider: twilio.TwilioStandIn) -> None:
    channel, before = _channel(provider), datetime.now(UTC)
    provider.script(twilio.GHOST)
    assert channel.send(_handover("the lost one")).outcome is Outcome.UNKNOWN
    channel.send(_handover("another"))
    channel.send(_handover("the lost one", to="+447700900124"))
    [found] = channel.look_up(TO, before, "the lost one")
    assert found.provider_id == provider.accepted[0]["sid"]
    assert (found.status, found.sent_at, found.inbound, found.to) == ("queued", None, False, TO)
    assert len(channel.look_up(TO, before)) == 2
    assert channel.look_up(TO, datetime.now(UTC) + timedelta(minutes=5), "the lost one") == []


def test_a_text_that_was_not_processed_is_not_found(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider)
    provider.script(twilio.RESET)
    assert channel.send(_handover("the lost one")).outcome is Outcome.UNKNOWN
    assert channel.look_up(TO, LONG_AGO, "the lost one") == []


def test_one_message_is_fetched_with_its_last_status(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider)
    sid = channel.send(_handover()).provider_id or ""
    provider.set_status(sid, "undelivered", 30003)
    found = channel.fetch(sid)
    assert found is not None
    assert (found.status, found.code) == ("undelivered", 30003)
    assert channel.fetch("SM" + "0" * 32) is None


def test_inbound_texts_are_polled_over_every_page(provider: twilio.TwilioStandIn) -> None:
    for number in range(1203):
        provider.take_inbound(TO, f"reply {number}")
    channel = _channel(provider)
    channel.send(_handover())
    found = channel.messages_since(datetime.now(UTC) - timedelta(hours=1))
    assert [message.body for message in found] == [f"reply {number}" for number in reversed(range(1203))]
    assert found[0].from_ == TO
    assert channel.messages_since(datetime.now(UTC) + timedelta(hours=1)) == []


def test_a_messaging_service_polls_the_whole_account(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider, from_number=None, messaging_service_sid="MG" + "1" * 32)
    provider.set_status(channel.send(_handover()).provider_id or "", "sent")
    provider.take_inbound(TO, "I am coming")
    assert [message.body for message in channel.messages_since(LONG_AGO)] == ["I am coming"]


def test_when_twilio_cannot_be_asked_nothing_is_claimed(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider, auth_token="old")
    for ask in (
        lambda: channel.look_up(TO, LONG_AGO),
        lambda: channel.messages_since(LONG_AGO),
        lambda: channel.fetch("SM" + "0" * 32),
    ):
        with pytest.raises(sms.ProviderUnavailable):
            ask()


def test_no_number_reaches_a_log(provider: twilio.TwilioStandIn, caplog: pytest.LogCaptureFixture) -> None:
    channel = _channel(provider)
    with caplog.at_level(logging.DEBUG):
        provider.script(twilio.RESET, twilio.BROKEN)
        for _ in range(3):
            channel.send(_handover("a canary"))
        channel.look_up(TO, LONG_AGO)
    assert not any(canary in caplog.text for canary in (TO, urllib.parse.quote(TO), "canary", provider.auth_token))


FORM = [
    ("To", "+44"),
    ("Body", " padded é "),
    ("FromCity", ""),
    ("MediaUrl", "b"),
    ("MediaUrl", "a"),
    ("NewField", "1"),
]
TARGET = "/webhooks/twilio/inbound?team=%C3%A9&x=a+b"


def test_a_signed_request_is_recognised(provider: twilio.TwilioStandIn) -> None:
    signature = twilio.sign(provider.auth_token, PUBLIC + TARGET, FORM)
    channel = _channel(provider)
    assert channel.check_signature(TARGET, FORM, signature)
    assert channel.check_signature(TARGET, reversed(FORM), signature)


def test_the_signature_of_twilios_own_documentation_is_recognised(provider: twilio.TwilioStandIn) -> None:
    form = [("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675310"), ("Caller", "+14158675310")]
    form.append(("CallSid", "CA1234567890ABCDE"))
    channel = _channel(provider, auth_token="12345", public_url="https://example.com")
    assert channel.check_signature("/myapp.php?foo=1&bar=2", form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")


FORGED = {
    "no header": (TARGET, FORM, None),
    "an empty header": (TARGET, FORM, ""),
    "another token": (TARGET, FORM, twilio.sign("other", PUBLIC + TARGET, FORM)),
    "another host": (TARGET, FORM, twilio.sign("stand-in-token", "https://evil.example" + TARGET, FORM)),
    "plain http": (TARGET, FORM, twilio.sign("stand-in-token", "http://kith.example.nhs.uk" + TARGET, FORM)),
    "another path": ("/webhooks/twilio/status/1", FORM, twilio.sign("stand-in-token", PUBLIC + TARGET, FORM)),
    "a decoded query": (urllib.parse.unquote(TARGET), FORM, twilio.sign("stand-in-token", PUBLIC + TARGET, FORM)),
    "a blank field dropped": (
        TARGET,
        [field for field in FORM if field[1]],
        twilio.sign("stand-in-token", PUBLIC + TARGET, FORM),
    ),
    "a trimmed field": (
        TARGET,
        [(name, value.strip()) for name, value in FORM],
        twilio.sign("stand-in-token", PUBLIC + TARGET, FORM),
    ),
    "a field added": (TARGET, [*FORM, ("Admin", "1")], twilio.sign("stand-in-token", PUBLIC + TARGET, FORM)),
    "SHA-256 with the account token": (TARGET, FORM, twilio.sign("stand-in-token", PUBLIC + TARGET, FORM, "sha256")),
    "not ASCII": (TARGET, FORM, "é" * 28),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_not(provider: twilio.TwilioStandIn, name: str) -> None:
    assert not _channel(provider).check_signature(*FORGED[name])


def test_each_configured_secret_signs_with_its_own_algorithm_only(provider: twilio.TwilioStandIn) -> None:
    channel = _channel(provider, other_auth_tokens=["next"], shared_keys=["shared"])
    signed = {
        (secret, algorithm): twilio.sign(secret, PUBLIC + TARGET, FORM, algorithm)
        for secret in ("stand-in-token", "next", "shared", "retired")
        for algorithm in ("sha1", "sha256")
    }
    recognised = {pair for pair, header in signed.items() if channel.check_signature(TARGET, FORM, header)}
    assert recognised == {("stand-in-token", "sha1"), ("next", "sha1"), ("shared", "sha256")}


@pytest.mark.parametrize("signed", [PUBLIC + TARGET, f"{PUBLIC}:443{TARGET}"])
@pytest.mark.parametrize("configured", [PUBLIC, PUBLIC + "/", f"{PUBLIC}:443"])
def test_the_port_may_be_named_or_not(provider: twilio.TwilioStandIn, signed: str, configured: str) -> None:
    signature = twilio.sign(provider.auth_token, signed, FORM)
    assert _channel(provider, public_url=configured).check_signature(TARGET, FORM, signature)


WRONG_SETTINGS = {
    "no sender": {"from_number": None},
    "two senders": {"messaging_service_sid": "MG1"},
    "an underscore in the host": {"public_url": "https://kith_test.example.nhs.uk"},
    "no scheme": {"public_url": "kith.example.nhs.uk"},
    "a query": {"public_url": "https://kith.example.nhs.uk/?a=1"},
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_settings_that_cannot_work_are_refused_at_the_start(provider: twilio.TwilioStandIn, name: str) -> None:
    with pytest.raises(ValueError, match=r"Twilio|public address"):
        _channel(provider, **WRONG_SETTINGS[name])


def test_only_one_file_knows_twilio() -> None:
    app = pathlib.Path(sms.__file__).parents[2]
    importing = set()
    for path in app.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "twilio" for name in names):
                importing.add(path.relative_to(app).as_posix())
    assert importing == {"notifications/channels/sms.py"}


def test_a_slow_provider_holds_only_the_thread_that_waits(provider: twilio.TwilioStandIn) -> None:
    channel, asked = _channel(provider), threading.Event()
    attempts: list[channels.Attempt] = []
    provider.script(twilio.Answer(accepts=True, after=0.5, begun=asked))
    waiting = threading.Thread(target=lambda: attempts.append(channel.send(_handover())))
    waiting.start()
    assert asked.wait(5)
    assert channel.send(_handover()).outcome is Outcome.ACCEPTED
    assert attempts == []
    waiting.join()
    assert attempts[0].outcome is Outcome.ACCEPTED
