"""The stand-in itself: what others rely on when they test against it."""

import base64
import collections
import email.utils
import http.server
import json
import queue
import re
import subprocess
import sys
import threading
import typing
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import urllib3

from tests.stand_ins import twilio

TO = "+447700900123"
PUBLIC = "https://kith.example.nhs.uk"


class Api:
    """The REST API as a plain HTTP client sees it."""

    def __init__(self, stand_in: twilio.TwilioStandIn, token: str = "stand-in-token") -> None:
        self.messages = f"/2010-04-01/Accounts/{stand_in.account_sid}/Messages.json"
        self._base = stand_in.base_url
        self._headers = urllib3.make_headers(basic_auth=f"{stand_in.account_sid}:{token}")
        self._http = urllib3.PoolManager(retries=False, timeout=5)

    def get(self, path: str, **query: str) -> urllib3.BaseHTTPResponse:
        query_string = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._http.request("GET", self._base + path + query_string, headers=self._headers)

    def create(self, **fields: str) -> urllib3.BaseHTTPResponse:
        form = {"To": TO, "From": "+447700900000", "Body": "hello"} | fields
        body = urllib.parse.urlencode(form)
        return self._http.request("POST", self._base + self.messages, body=body, headers=self._headers)


class Receiver:
    """A place for webhooks: keeps what comes and answers with the status it is told."""

    def __init__(self, status: int = 204) -> None:
        self.received: queue.Queue[tuple[str, str | None, list[tuple[str, str]]]] = queue.Queue()
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = urllib.parse.parse_qsl(body, keep_blank_values=True)
                received.put((self.path, self.headers["X-Twilio-Signature"], form))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> typing.Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stand_in() -> Iterator[twilio.TwilioStandIn]:
    with twilio.TwilioStandIn() as running:
        yield running


@pytest.fixture
def api(stand_in: twilio.TwilioStandIn) -> Api:
    return Api(stand_in)


def test_a_created_message_looks_like_twilios(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    answer = api.create(Body="£5 & more")
    message = answer.json()
    assert answer.status == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", message["sid"])
    assert (message["status"], message["direction"], message["date_sent"]) == ("queued", "outbound-api", None)
    assert (message["body"], message["to"], message["account_sid"]) == ("£5 & more", TO, stand_in.account_sid)
    assert email.utils.parsedate_to_datetime(message["date_created"]).tzinfo is UTC
    assert api.get(message["uri"]).json() == message


@pytest.mark.parametrize("token", ["wrong", ""])
def test_a_wrong_token_is_refused(stand_in: twilio.TwilioStandIn, token: str) -> None:
    answer = Api(stand_in, token).create()
    assert (answer.status, answer.json()["code"]) == (401, 20003)
    assert stand_in.accepted == []


CHECKED = {
    "a number that is none": ({"To": "07700"}, 21211),
    "no sender": ({"From": ""}, 21603),
    "no text": ({"Body": ""}, 21602),
    "a long text": ({"Body": "a" * 1601}, 21617),
}


@pytest.mark.parametrize("name", CHECKED)
def test_what_twilio_checks_is_checked(stand_in: twilio.TwilioStandIn, api: Api, name: str) -> None:
    fields, code = CHECKED[name]
    answer = api.create(**fields)
    assert (answer.status, answer.json()["code"]) == (400, code)
    assert stand_in.accepted == []


def test_a_script_is_followed_once(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    stand_in.script(twilio.TOO_MANY, twilio.refuse(21610), twilio.GARBAGE, twilio.BROKEN)
    answers = [api.create() for _ in range(5)]
    assert [answer.status for answer in answers] == [429, 400, 200, 500, 201]
    assert answers[0].headers["Retry-After"] == "1"
    assert (stand_in.requests, len(stand_in.accepted)) == (5, 2)


@pytest.mark.parametrize(("answer", "kept"), [(twilio.GHOST, 1), (twilio.RESET, 0), (twilio.hang(0.05), 0)])
def test_a_dropped_connection_keeps_the_message_or_not(
    stand_in: twilio.TwilioStandIn, api: Api, answer: twilio.Answer, kept: int
) -> None:
    stand_in.script(answer)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        api.create()
    assert len(stand_in.accepted) == kept


def test_a_storm_is_the_same_each_time_for_a_seed_and_ends(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    def weather() -> list[int]:
        stand_in.storm({twilio.BROKEN: 0.3, twilio.TOO_MANY: 0.2}, seed=7)
        return [api.create().status for _ in range(200)]

    first = weather()
    assert weather() == first
    seen = collections.Counter(first)
    assert 40 <= seen[500] <= 80
    assert 20 <= seen[429] <= 60
    stand_in.storm({})
    assert {api.create().status for _ in range(20)} == {201}


def test_more_than_the_rate_is_refused(api: Api, stand_in: twilio.TwilioStandIn) -> None:
    with twilio.TwilioStandIn(rate_limit=5) as limited:
        statuses = collections.Counter(Api(limited).create().status for _ in range(50))
    assert statuses[429] >= 30
    assert statuses[201] >= 5


def test_the_list_is_paged_newest_first_and_filtered(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    for number in range(5):
        api.create(Body=str(number))
    api.create(To="+447700900999")
    page = api.get(api.messages, To=TO, PageSize="2").json()
    bodies = [message["body"] for message in page["messages"]]
    while page["next_page_uri"]:
        page = api.get(page["next_page_uri"]).json()
        bodies += [message["body"] for message in page["messages"]]
    assert bodies == ["4", "3", "2", "1", "0"]


def test_a_filter_on_the_time_of_sending_leaves_out_what_is_queued(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    queued, sent = api.create().json()["sid"], api.create().json()["sid"]
    stand_in.set_status(sent, "sent")
    found = api.get(api.messages, **{"DateSent>": "2020-01-01T00:00:00Z"}).json()["messages"]
    assert [message["sid"] for message in found] == [sent]
    assert api.get(api.messages, **{"DateSent<": "2020-01-01T00:00:00Z"}).json()["messages"] == []
    assert {message["sid"] for message in stand_in.accepted} == {queued, sent}


def test_the_clock_can_be_moved() -> None:
    with twilio.TwilioStandIn(now=lambda: datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) as stand_in:
        assert Api(stand_in).create().json()["date_created"] == "Sun, 25 Oct 2026 01:30:00 +0000"


def test_callbacks_come_signed_over_the_public_address_in_order() -> None:
    with (
        Receiver() as receiver,
        twilio.TwilioStandIn(callbacks=["sent", "delivered"], reroute=(PUBLIC, receiver.url)) as stand_in,
    ):
        callback = f"{PUBLIC}/webhooks/twilio/status/1#rc=5&rp=all"
        sid = Api(stand_in).create(StatusCallback=callback).json()["sid"]
        assert stand_in.wait_for_callbacks() == [204]
        events = [receiver.received.get_nowait() for _ in range(2)]
        assert stand_in.accepted[0]["status"] == "delivered"
    assert [dict(form)["MessageStatus"] for _, _, form in events] == ["sent", "delivered"]
    for path, signature, form in events:
        assert path == "/webhooks/twilio/status/1"
        assert signature == twilio.sign(stand_in.auth_token, PUBLIC + path, form)
        assert (dict(form)["MessageSid"], dict(form)["AccountSid"]) == (sid, stand_in.account_sid)
        assert "" in dict(form).values()


def test_a_failure_is_reported_with_its_code() -> None:
    with Receiver(status=500) as receiver, twilio.TwilioStandIn() as stand_in:
        sid = Api(stand_in).create(StatusCallback=f"{receiver.url}/s").json()["sid"]
        assert stand_in.call_back(sid, "undelivered", 30003) == 500
        [(_, _, form)] = [receiver.received.get_nowait()]
    assert dict(form)["ErrorCode"] == "30003"


def test_an_inbound_text_is_posted_signed_and_again_under_the_same_id(stand_in: twilio.TwilioStandIn) -> None:
    with Receiver() as receiver:
        webhook = f"{receiver.url}/webhooks/twilio/inbound?team=%C3%A9"
        assert stand_in.deliver_inbound(webhook, TO, "on my way ") == 204
        first = receiver.received.get_nowait()
        sid = dict(first[2])["MessageSid"]
        assert stand_in.deliver_inbound(webhook, TO, "on my way ", sid=sid) == 204
        assert receiver.received.get_nowait() == first
    assert dict(first[2])["Body"] == "on my way "
    assert first[1] == twilio.sign(stand_in.auth_token, webhook, first[2])
    assert stand_in.deliver_inbound(webhook, TO, "nobody is there") == 0


def test_stop_and_start_are_acted_upon(stand_in: twilio.TwilioStandIn, api: Api) -> None:
    with Receiver() as receiver:
        stand_in.deliver_inbound(receiver.url, TO, " Stop ")
        assert dict(receiver.received.get_nowait()[2])["OptOutType"] == "STOP"
        assert api.create().json()["code"] == 21610
        stand_in.deliver_inbound(receiver.url, TO, "start")
    assert api.create().status == 201


def test_signatures_follow_the_documented_example() -> None:
    form = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675310"), ("Digits", "1234")]
    form += [("From", "+14158675310"), ("To", "+18005551212")]
    signed = twilio.sign("12345", "https://example.com/myapp.php?foo=1&bar=2", form)
    assert signed == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert len(base64.b64decode(signed)) == 20


def test_it_runs_on_its_own() -> None:
    command = [sys.executable, "-m", "tests.stand_ins.twilio", "--port", "0", "--fault", "500=1", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert address is not None
        url = f"{address[0]}/2010-04-01/Accounts/AC{'5' * 32}/Messages.json"
        headers = urllib3.make_headers(basic_auth=f"AC{'5' * 32}:stand-in-token")
        with urllib3.PoolManager(retries=False) as http_client:
            answer = http_client.request("POST", url, body="To=%2B447700900123&From=x&Body=y", headers=headers)
        assert json.loads(answer.data)["code"] == 20500
        process.terminate()
        assert process.stdout.readline() == "1 create requests, 0 messages\n"
    assert process.returncode == 0
