"""Text messages through Twilio: the only file that knows Twilio.

What its answers mean is data in error_codes.toml. Twilio documents no idempotency for creating a message, so a lost
answer is neither a success nor a failure: our own id is in the callback URL, and `look_up` lists what Twilio has.
"""

import hmac
import logging
import typing
import urllib.parse
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import urllib3
from twilio import request_validator, rest
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from werkzeug.datastructures import MultiDict

from app.notifications import channels, outcomes
from app.notifications.channels import ProviderMessage, ProviderUnavailable, twilio_answers, wire
from app.notifications.channels.twilio_answers import Refused

API = "https://api.twilio.com"
STATUS_PATH = "/webhooks/twilio/status/"
# Twilio tries a webhook once more, and only when it could not connect, unless the URL asks for more.
TRY_HARDER = "#rc=5&rp=all"
LONGEST_VALIDITY = timedelta(seconds=36_000)
MOST_LOOKED_UP = 200
LANES = 32  # requests of one call of `send_all` at the same time
CLOCKS_DIFFER = timedelta(minutes=1)

# The address of a list request holds a phone number, and urllib3 writes addresses into its debug log.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class TwilioChannel:
    """One Twilio account; safe to share between threads."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        messaging_service_sid: str | None = None,
        from_number: str | None = None,
        base_url: str = API,
        timeout: timedelta = timedelta(seconds=10),
        other_auth_tokens: Sequence[str] = (),
        shared_keys: Sequence[str] = (),
        connections: int = 16,
    ) -> None:
        """`other_auth_tokens` and `shared_keys` only check signatures: while the token is rotated, or instead of it."""
        if bool(messaging_service_sid) == bool(from_number):
            raise ValueError("Twilio needs either a messaging service or a number to send from, not both")
        self.account_sid = account_sid
        self._public_url = _public_url(public_url)
        self._from_number = from_number
        self._sender = {"From": from_number} if from_number else {"MessagingServiceSid": messaging_service_sid}
        self._http = _HttpClient(base_url, timeout, connections)
        self._wire = wire.Wire(base_url, timeout=timeout.total_seconds())
        client = rest.Client(account_sid, auth_token, http_client=self._http)
        self._messages = client.messages
        self._messages_path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        basic_auth = urllib3.make_headers(basic_auth=f"{account_sid}:{auth_token}")
        self._headers = {**client.get_headers("POST", None), **basic_auth}
        # Which algorithm a secret is for is our own setting, never what a request says about itself.
        secrets = [(token, "HMAC_SHA1") for token in (auth_token, *other_auth_tokens)]
        secrets += [(key, "HMAC_SHA256") for key in shared_keys]
        self._signers = [(request_validator.RequestValidator(secret), algorithm) for secret, algorithm in secrets]

    def send(self, handover: channels.Handover) -> channels.Attempt:
        """Hand one text over, once; not through the SDK, which takes more time for it than the request itself."""
        try:
            answer = self._http.answer("POST", self._messages_path, body=self._form(handover), headers=self._headers)
        except Refused as refused:
            return refused.attempt()
        except UnicodeEncodeError:  # before anything was sent: no network can carry this text
            return channels.Attempt(outcomes.Outcome.CONTENT_OR_SENDER)
        except _NOT_CONNECTED:
            return channels.Attempt(outcomes.Outcome.NOT_PROCESSED)
        except _UNREADABLE:
            return channels.Attempt(outcomes.Outcome.UNKNOWN)
        return twilio_answers.made(answer.text)

    def send_all(self, handovers: Sequence[channels.Handover], begin_within: timedelta) -> list[channels.Sent | None]:
        """Hand many over at the same time, each once; None for what was not begun in that time."""
        forms = [self._form_or_none(handover) for handover in handovers]
        bodies = [form for form in forms if form is not None]
        begun = begin_within.total_seconds()
        replies = iter(self._wire.post_all(self._messages_path, bodies, self._headers, LANES, begin_within=begun))
        return [twilio_answers.NOT_SENT if form is None else twilio_answers.sent(next(replies)) for form in forms]

    def close(self) -> None:
        """End what `send_all` keeps open; a later call opens it again."""
        self._wire.close()

    def look_up(self, to: str, since: datetime, body: str | None = None) -> list[ProviderMessage]:
        """What was made for this number since then, newest first, with this very body if one is given.

        Twilio's own filter is on the time of sending, which a message still in its queue has not; the filter here is on
        the time of making, a minute wider because it is Twilio's clock.
        """
        found = self._list(to=to, limit=MOST_LOOKED_UP, page_size=MOST_LOOKED_UP)
        earliest = since - CLOCKS_DIFFER
        return [
            message
            for message in found
            if (message.created_at is None or message.created_at >= earliest) and (body is None or message.body == body)
        ]

    def fetch(self, provider_id: str) -> ProviderMessage | None:
        """One message as Twilio has it now; None if it has none of that id."""
        try:
            return _message(self._messages(provider_id).fetch())
        except Refused as refused:
            if refused.status == 404:
                return None
            raise ProviderUnavailable(f"status {refused.status}") from None
        except (*_NOT_CONNECTED, *_UNREADABLE) as error:
            raise ProviderUnavailable(type(error).__name__) from None

    def messages_since(self, when: datetime) -> list[ProviderMessage]:
        """Inbound texts that Twilio has had since then, newest first, for those whose webhook never reached us."""
        filters = {"to": self._from_number} if self._from_number else {}
        found = self._list(date_sent_after=when.astimezone(UTC).replace(microsecond=0), page_size=1000, **filters)
        return [message for message in found if message.inbound]

    def comes_from_provider(self, path_and_query: str, form: Sequence[tuple[str, str]], header: str | None) -> bool:
        """Whether this request is Twilio's, about our account."""
        ours = ("AccountSid", self.account_sid) in form
        return self.check_signature(path_and_query, form, header) and ours

    def check_signature(self, path_and_query: str, form: Iterable[tuple[str, str]], header: str | None) -> bool:
        """Whether Twilio signed this request, sent to our configured public address, with any secret it may use.

        `path_and_query` is as it arrived, undecoded; `form` is every field, blank ones included, nothing trimmed.
        """
        fields = MultiDict(form)
        given = (header or "").encode()
        matches = [
            hmac.compare_digest(signer.compute_signature(url, fields, algorithm).encode(), given)
            for url in self._signed_urls(path_and_query)
            for signer, algorithm in self._signers
        ]
        return any(matches)

    def status_url(self, delivery_id: uuid.UUID) -> str:
        """Where Twilio reports on this delivery."""
        return f"{self._public_url.geturl()}{STATUS_PATH}{delivery_id}{TRY_HARDER}"

    def _form(self, handover: channels.Handover) -> bytes:
        fields = {
            "To": handover.to,
            **self._sender,
            "Body": handover.body,
            "StatusCallback": self.status_url(handover.delivery_id),
            "ValidityPeriod": _seconds(handover.validity),
        }
        return urllib.parse.urlencode(fields).encode()

    def _form_or_none(self, handover: channels.Handover) -> bytes | None:
        try:
            return self._form(handover)
        except UnicodeEncodeError:
            return None

    def _signed_urls(self, path_and_query: str) -> list[str]:
        """Twilio sometimes signs with the port and sometimes without; its retry settings are no part of a request."""
        bases = {request_validator.add_port(self._public_url), request_validator.remove_port(self._public_url)}
        return [base + path_and_query + settings for base in sorted(bases) for settings in ("", TRY_HARDER)]

    def _list(self, **filters: typing.Any) -> list[ProviderMessage]:
        try:
            return [_message(message) for message in self._messages.list(**filters)]
        except Refused as refused:
            raise ProviderUnavailable(f"status {refused.status}") from None
        except (*_NOT_CONNECTED, *_UNREADABLE) as error:
            raise ProviderUnavailable(type(error).__name__) from None


# Raised before a request left; everything else may have reached Twilio.
_NOT_CONNECTED = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
# Lost on the way back, or an answer that is not one.
_UNREADABLE = (urllib3.exceptions.HTTPError, TwilioException, ValueError, TypeError, KeyError, AttributeError)


class _HttpClient:
    """What the SDK needs of an HTTP client, over one pool: own base address, a timeout, no retry, no redirect."""

    is_async = False

    def __init__(self, base_url: str, timeout: timedelta, connections: int) -> None:
        self._path = urllib.parse.urlsplit(base_url).path.rstrip("/")
        # One pool, because a manager of pools reads the address and merges all settings anew for each request.
        self._pool = urllib3.connection_from_url(
            base_url, maxsize=connections, timeout=urllib3.Timeout(total=timeout.total_seconds()), retries=False
        )

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, to our base address whatever host the SDK names; a next page already has its query."""
        parts = urllib.parse.urlsplit(uri)
        query = urllib.parse.urlencode(params) if params else parts.query
        return self.answer(
            method,
            f"{parts.path}?{query}" if query else parts.path,
            body=urllib.parse.urlencode(data).encode() if data else None,
            headers={**(headers or {}), **(urllib3.make_headers(basic_auth=":".join(auth)) if auth else {})},
        )

    def answer(self, method: str, target: str, *, body: bytes | None, headers: Mapping[str, str]) -> Response:
        """The answer to one request; raises Refused for one that is not a success."""
        answer = self._pool.urlopen(method, f"{self._path}{target}", body=body, headers=headers, redirect=False)
        text = answer.data.decode("utf-8", errors="replace")
        if not 200 <= answer.status < 300:
            raise Refused(answer.status, text, answer.headers)
        return Response(answer.status, text, answer.headers)


def _public_url(url: str) -> urllib.parse.ParseResult:
    parsed = urllib.parse.urlparse(url.rstrip("/"))
    if parsed.scheme not in {"http", "https"} or not parsed.hostname or parsed.query or parsed.fragment:
        raise ValueError("the public address must be http(s)://host[:port][/path]")
    if "_" in parsed.hostname:
        raise ValueError("Twilio refuses callbacks to a host name with an underscore")
    return parsed


def _seconds(validity: timedelta) -> int:
    return int(min(max(validity, timedelta(seconds=1)), LONGEST_VALIDITY).total_seconds())


def _message(message: typing.Any) -> ProviderMessage:
    return ProviderMessage(
        provider_id=message.sid,
        inbound=message.direction == "inbound",
        to=message.to or "",
        from_=message.from_,
        body=message.body or "",
        status=str(message.status),
        code=message.error_code,
        created_at=_time(message.date_created),
        sent_at=_time(message.date_sent),
    )


def _time(value: object) -> datetime | None:
    """The SDK hands a time that it cannot read on as it came."""
    return value if isinstance(value, datetime) else None
