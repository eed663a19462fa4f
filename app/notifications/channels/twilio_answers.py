"""What an answer of Twilio's API to a new message means; pure."""

import email.utils
import json
from collections.abc import Mapping
from datetime import timedelta

from app.notifications import channels, outcomes
from app.notifications.channels import wire

LONGEST_WAIT = timedelta(days=1)
# No network can carry this text, so nothing was sent.
NOT_SENT = channels.Sent(channels.Attempt(outcomes.Outcome.CONTENT_OR_SENDER), 0)


class Refused(Exception):
    """An answer that is not a success, raised before the SDK sees it: its own exceptions drop the headers."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self._text = text
        self._headers = headers

    def attempt(self) -> channels.Attempt:
        code, wait = _code(self._text), self._headers.get("Retry-After")
        outcome = outcomes.of_refusal(self.status, code, asks_to_wait=wait is not None)
        return channels.Attempt(outcome, code=code, retry_after=_wait(wait, self._headers.get("Date")))


def sent(reply: wire.Reply | None) -> channels.Sent | None:
    """What one request of many came to; None: it was not begun."""
    if reply is None:
        return None
    if reply.status is None:
        lost = outcomes.Outcome.UNKNOWN if reply.has_left else outcomes.Outcome.NOT_PROCESSED
        return channels.Sent(channels.Attempt(lost), reply.milliseconds)
    if not 200 <= reply.status < 300:
        return channels.Sent(Refused(reply.status, reply.text, reply.headers).attempt(), reply.milliseconds)
    return channels.Sent(made(reply.text), reply.milliseconds)


def made(text: str) -> channels.Attempt:
    """What a success says of the message; one that cannot be read may be none."""
    try:
        message = json.loads(text)
        provider_id, status = message.get("sid"), message.get("status")
    except (ValueError, AttributeError):
        return channels.Attempt(outcomes.Outcome.UNKNOWN)
    if not provider_id:
        return channels.Attempt(outcomes.Outcome.UNKNOWN)
    return channels.Attempt(outcomes.Outcome.ACCEPTED, provider_id, str(status))


def _code(text: str) -> int | None:
    try:
        code = json.loads(text)["code"]
    except (ValueError, TypeError, KeyError):
        return None
    return code if isinstance(code, int) else None


def _wait(retry_after: str | None, date: str | None) -> timedelta | None:
    """Seconds, or a date, which is compared with the answer's own clock and not with ours."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return timedelta(seconds=min(int(retry_after), int(LONGEST_WAIT.total_seconds())))
    try:
        wait = email.utils.parsedate_to_datetime(retry_after) - email.utils.parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
