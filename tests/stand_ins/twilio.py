"""A stand-in for Twilio: its REST API for messages, its faults on demand, its signed webhooks.

Written from Twilio's public documentation, without its library, so that both sides of the protocol are checked.
On its own: `python -m tests.stand_ins.twilio --port 8089`.
"""

import argparse
import base64
import collections
import contextlib
import dataclasses
import email.utils
import hashlib
import hmac
import http.server
import itertools
import json
import random
import re
import signal
import socket
import socketserver
import sys
import threading
import time
import typing
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent import futures
from datetime import UTC, datetime

import urllib3

from tests import stand_ins

Form = list[tuple[str, str]]
STOP_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
START_WORDS = {"start", "yes", "unstop"}
SENT_STATUSES = {"sent", "delivered", "undelivered"}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """How one create request is answered.

    `text` replaces Twilio's JSON, `after` is how many seconds it takes, `begun` is set when those begin, and `until`
    ends them early.
    """

    status: int = 201
    code: int | None = None
    retry_after: str | None = None
    location: str | None = None
    accepts: bool = False
    drops: bool = False
    text: str | None = None
    after: float = 0.0
    begun: threading.Event | None = None
    until: threading.Event | None = None


ACCEPT = Answer(accepts=True)
GHOST = Answer(accepts=True, drops=True)  # Twilio has it, and we never hear so
RESET = Answer(drops=True)
GARBAGE = Answer(200, accepts=True, text="<html>upstream said hello")
BROKEN = Answer(500, 20500)
TOO_MANY = Answer(429, 20429, retry_after="1")
BUSY = Answer(503, 20503, retry_after="2")


def hang(seconds: float, *, accepts: bool = False) -> Answer:
    """Say nothing for so long, then close."""
    return Answer(accepts=accepts, drops=True, after=seconds)


def slow(seconds: float) -> Answer:
    """Accept, late."""
    return Answer(accepts=True, after=seconds)


def refuse(code: int, status: int = 400) -> Answer:
    """Refuse with one of Twilio's error codes."""
    return Answer(status, code)


def sign(token: str, url: str, form: Iterable[tuple[str, str]], algorithm: str = "sha1") -> str:
    """Twilio's signature: the address without its fragment, then each field's name and value in the order of names."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    signed = (url.partition("#")[0] + fields).encode()
    return base64.b64encode(hmac.new(token.encode(), signed, algorithm).digest()).decode()


class TwilioStandIn:
    """One account at Twilio; use it as a context manager."""

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "5" * 32,
        auth_token: str = "stand-in-token",
        number: str = "+447700900000",
        port: int = 0,
        callbacks: Sequence[str] = (),
        rate_limit: int | None = None,
        reroute: tuple[str, str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`callbacks` are the statuses reported of each message; `reroute` is (public base, where it really is)."""
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.requests = 0
        self.cannot_be_asked = False
        self._callbacks, self._rate_limit, self._reroute, self._now = callbacks, rate_limit, reroute, now
        self._messages: dict[str, dict[str, typing.Any]] = {}
        self._callback_urls: dict[str, str] = {}
        self._opted_out: set[str] = set()
        self._script: collections.deque[Answer] = collections.deque()
        self._storm: tuple[Sequence[Answer], Sequence[float]] = ((ACCEPT,), (1.0,))
        self._rng = random.Random(0)
        self._second, self._in_second = 0, 0
        self._sids = itertools.count(1)
        self._lock = threading.Lock()
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._posts = futures.ThreadPoolExecutor(2, "twilio-webhooks")
        self._pending: set[futures.Future[int]] = set()
        self._http = urllib3.PoolManager(timeout=15, retries=False)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def accepted(self) -> list[dict[str, typing.Any]]:
        """Every outbound message taken, oldest first."""
        with self._lock:
            return [dict(message) for message in self._messages.values() if message["direction"] == "outbound-api"]

    def __enter__(self) -> "TwilioStandIn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.close_all()
        self._thread.join()
        self._posts.shutdown(cancel_futures=True)
        self._http.clear()

    def script(self, *answers: Answer) -> None:
        """Answer the next create requests so, one after the other."""
        with self._lock:
            self._script.extend(answers)

    def storm(self, faults: Mapping[Answer, float], seed: int = 0) -> None:
        """From now on give each of these answers with its probability; an empty mapping ends it."""
        with self._lock:
            self._storm = ((*faults, ACCEPT), (*faults.values(), max(0.0, 1 - sum(faults.values()))))
            self._rng = random.Random(seed)

    def callback_url(self, sid: str) -> str:
        """Where this message's sender asked to be told."""
        return self._callback_urls[sid]

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Change what the API says about a message, without a callback."""
        with self._lock:
            message = self._messages[sid]
            message |= {"status": status, "error_code": error_code, "date_updated": self._date()}
            if status in SENT_STATUSES and message["date_sent"] is None:
                message["date_sent"] = self._date()

    def call_back(self, sid: str, status: str, error_code: int | None = None) -> int:
        """Post one signed status callback now and give the answer's status; the message itself is not changed."""
        message, url = self._messages[sid], self._callback_urls[sid]
        form = [("SmsSid", sid), ("SmsStatus", status), ("MessageStatus", status), ("MessageSid", sid)]
        form += [("To", message["to"]), ("From", message["from"] or self.number), ("AccountSid", self.account_sid)]
        form += [("ApiVersion", "2010-04-01"), ("ChannelStatusMessage", "")]
        form += [("ErrorCode", str(error_code))] if error_code else []
        form += [("RawDlrDoneDate", self._now().strftime("%y%m%d%H%M"))] if status == "delivered" else []
        return self.post_signed(url, form)

    def deliver_inbound(self, webhook_url: str, from_: str, body: str, *, sid: str | None = None) -> int:
        """Take a text from a phone and post it; 0 when there was no answer. With a known `sid` it is posted again."""
        message = self._messages.get(sid or "") or self.take_inbound(from_, body)
        sid, word = message["sid"], body.strip().lower()
        form = [("ToCountry", "GB"), ("ToState", ""), ("SmsMessageSid", sid), ("NumMedia", "0"), ("ToCity", "")]
        form += [("FromZip", ""), ("SmsSid", sid), ("SmsStatus", "received"), ("FromCity", ""), ("Body", body)]
        form += [("FromCountry", "GB"), ("To", self.number), ("NumSegments", "1"), ("MessageSid", sid)]
        form += [("AccountSid", self.account_sid), ("From", from_), ("ApiVersion", "2010-04-01")]
        form += [("OptOutType", "STOP")] if word in STOP_WORDS else []
        return self.post_signed(webhook_url, form)

    def take_inbound(self, from_: str, body: str) -> dict[str, typing.Any]:
        """Take a text from a phone whose webhook is lost: only the list has it."""
        word = body.strip().lower()
        with self._lock:
            if word in STOP_WORDS:
                self._opted_out.add(from_)
            elif word in START_WORDS:
                self._opted_out.discard(from_)
            message = self._new(self.number, from_, body, "inbound", "received")
            message["date_sent"] = message["date_created"]
            return message

    def post_signed(self, url: str, form: Form) -> int:
        """Post a form as Twilio does, signed over the public address; 0 when there was no answer."""
        headers = {"X-Twilio-Signature": sign(self.auth_token, url, form), "User-Agent": "TwilioProxy/1.1"}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        target = url.partition("#")[0]
        if self._reroute:
            target = target.replace(*self._reroute, 1)
        body = urllib.parse.urlencode(form).encode()
        try:
            return self._http.request("POST", target, body=body, headers=headers, redirect=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def wait_for_callbacks(self, seconds: float = 10) -> list[int]:
        """Wait until every callback under way is answered, and give the statuses of those."""
        with self._lock:
            pending = set(self._pending)
        return [future.result() for future in futures.wait(pending, seconds).done]

    def create(self, form: dict[str, str]) -> tuple[Answer, dict[str, typing.Any] | None]:
        """Decide on one create request; a message that is accepted is kept before anything is answered."""
        with self._lock:
            self.requests += 1
            answer = self._script.popleft() if self._script else self._by_chance()
            if not answer.accepts:
                return answer, None
            refusal = self._refusal(form)
            if refusal:
                return refuse(refusal), None
            service = form.get("MessagingServiceSid")
            status = "accepted" if service else "queued"
            message = self._new(form["To"], form.get("From"), form["Body"], "outbound-api", status)
            stand_ins.tell(form["Body"])
            message |= {"messaging_service_sid": service, "num_segments": "0" if service else "1"}
            message["validity_period"] = form.get("ValidityPeriod")
            if form.get("StatusCallback"):
                self._callback_urls[message["sid"]] = form["StatusCallback"]
        if form.get("StatusCallback") and self._callbacks:
            with self._lock:
                self._pending.add(self._posts.submit(self._report, message["sid"]))
        return answer, message

    def listing(self, query: Mapping[str, str]) -> dict[str, typing.Any]:
        """One page of messages, newest first. As at Twilio a filter on DateSent leaves out what is not sent yet."""
        size, page = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
        with self._lock:
            found = [dict(message) for message in reversed(self._messages.values()) if _wanted(message, query)]
        more = {**query, "PageSize": str(size), "Page": str(page + 1), "PageToken": f"PA{page + 1}"}
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        rest = len(found) > (page + 1) * size
        return {
            "messages": found[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "uri": path,
            "first_page_uri": path,
            "previous_page_uri": None,
            "next_page_uri": f"{path}?{urllib.parse.urlencode(more)}" if rest else None,
        }

    def message(self, sid: str) -> dict[str, typing.Any] | None:
        """One message as it is now."""
        with self._lock:
            return dict(self._messages[sid]) if sid in self._messages else None

    def _report(self, sid: str) -> int:
        status = 0
        for new in self._callbacks:
            self.set_status(sid, new)
            status = self.call_back(sid, new)
        return status

    def _by_chance(self) -> Answer:
        second = int(time.monotonic())
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        if self._rate_limit is not None and self._in_second > self._rate_limit:
            return TOO_MANY
        answers, weights = self._storm
        return answers[0] if len(answers) == 1 else self._rng.choices(answers, weights)[0]

    def _refusal(self, form: dict[str, str]) -> int | None:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")):
            return 21211
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return 21603
        if not form.get("Body"):
            return 21602
        if len(form["Body"]) > 1600:
            return 21617
        return 21610 if form["To"] in self._opted_out else None

    def _date(self) -> str:
        return email.utils.format_datetime(self._now())

    def _new(self, to: str, from_: str | None, body: str, direction: str, status: str) -> dict[str, typing.Any]:
        sid = "SM" + hashlib.md5(f"{self.account_sid}{next(self._sids)}".encode(), usedforsecurity=False).hexdigest()
        path, date = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}", self._date()
        message: dict[str, typing.Any] = {
            "sid": sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": body,
            "to": to,
        }
        message |= {"from": from_, "direction": direction, "status": status, "num_segments": "1", "num_media": "0"}
        message |= {"date_created": date, "date_updated": date, "date_sent": None, "error_code": None}
        message |= {"error_message": None, "messaging_service_sid": None, "price": None, "price_unit": "GBP"}
        message |= {"uri": f"{path}.json", "subresource_uris": {"media": f"{path}/Media.json"}}
        self._messages[sid] = message
        return message


def _wanted(message: dict[str, typing.Any], query: Mapping[str, str]) -> bool:
    if any(query.get(name, message[field]) != message[field] for name, field in (("To", "to"), ("From", "from"))):
        return False
    after, before = query.get("DateSent>"), query.get("DateSent<")
    if not after and not before:
        return True
    if message["date_sent"] is None:
        return False
    sent = email.utils.parsedate_to_datetime(message["date_sent"])
    return (not after or sent >= datetime.fromisoformat(after)) and (
        not before or sent <= datetime.fromisoformat(before)
    )


class _Server(socketserver.ThreadingTCPServer):
    """Closes its kept-alive connections when it stops, so that no thread outlives it."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    stand_in: TwilioStandIn

    def __init__(self, address: tuple[str, int], handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: typing.Any, client_address: typing.Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: typing.Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        """End every connection and the listening socket."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection. The answer leaves in one write: two of them meet delayed acknowledgement and cost 40 ms."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        address = urllib.parse.urlsplit(self.path)
        if not self._admitted(address.path):
            return
        if self.server.stand_in.cannot_be_asked:
            self._error(503, 20503)
            return
        sid = re.fullmatch(r".*/Messages/(\w+)\.json", address.path)
        if not sid:
            self._json(200, self.server.stand_in.listing(dict(urllib.parse.parse_qsl(address.query))))
            return
        message = self.server.stand_in.message(sid[1])
        self._json(200, message) if message else self._error(404, 20404)

    def do_POST(self) -> None:
        stand_in = self.server.stand_in
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self._admitted(self.path):
            return
        answer, message = stand_in.create(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))
        if answer.begun:
            answer.begun.set()
        if answer.after:
            (answer.until or stand_in.stopped).wait(answer.after)
        if answer.drops:
            self.close_connection = True
        elif answer.text is not None:
            self._write(
                answer.status, answer.text, "text/html", {"Location": answer.location} if answer.location else {}
            )
        elif message:
            self._json(201, message)
        else:
            self._error(answer.status, answer.code, answer.retry_after)

    def _admitted(self, path: str) -> bool:
        stand_in = self.server.stand_in
        expected = base64.b64encode(f"{stand_in.account_sid}:{stand_in.auth_token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._error(401, 20003)
        elif not path.startswith(f"/2010-04-01/Accounts/{stand_in.account_sid}/Messages"):
            self._error(404, 20404)
        else:
            return True
        return False

    def _error(self, status: int, code: int | None, retry_after: str | None = None) -> None:
        info = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": f"error {code}", "more_info": info, "status": status}
        self._write(status, json.dumps(body), "application/json", {"Retry-After": retry_after} if retry_after else {})

    def _json(self, status: int, body: object) -> None:
        self._write(status, json.dumps(body), "application/json", {})

    def _write(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        data = text.encode(errors="surrogateescape")
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


FAULTS = {
    "500": BROKEN,
    "429": TOO_MANY,
    "503": BUSY,
    "ghost": GHOST,
    "reset": RESET,
    "garbage": GARBAGE,
    "hang": hang(30),
}


def say(words: str) -> None:
    """A line for whoever started it."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stopped, then say how many requests and messages there were."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.twilio", description=__doc__)
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--account-sid", default="AC" + "5" * 32)
    parser.add_argument("--auth-token", default="stand-in-token")
    parser.add_argument("--callback", action="append", default=[], help="status to report, may be repeated")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND=SHARE", help=f"one of {', '.join(FAULTS)}"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate-limit", type=int)
    chosen = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    faults = [fault.split("=", 1) for fault in chosen.fault]
    stand_in = TwilioStandIn(
        account_sid=chosen.account_sid,
        auth_token=chosen.auth_token,
        port=chosen.port,
        callbacks=chosen.callback,
        rate_limit=chosen.rate_limit,
    )
    with stand_in:
        stand_in.storm({FAULTS[kind]: float(share) for kind, share in faults}, chosen.seed)
        say(f"Twilio stand-in at {stand_in.base_url}, account {chosen.account_sid}")
        stop.wait()
        say(f"{stand_in.requests} create requests, {len(stand_in.accepted)} messages")


if __name__ == "__main__":
    main()
