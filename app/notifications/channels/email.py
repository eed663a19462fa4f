"""E-mails by SMTP: plain text, no pictures, no links but our own, nothing that tells when it was read.

A mail server gives no receipt and answers no question, so what was lost on the way back stays unknown. The Message-ID
is made from the delivery's id: a second copy of one message can be known as such by whoever has both.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from app.core import clock
from app.notifications import channels
from app.notifications.channels import Attempt
from app.notifications.outcomes import Outcome

# What may stand between the angle brackets of RCPT TO: nothing that a server could read as more than an address.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_MAILBOX_FULL: Final = (452, 552)


class EmailChannel:
    """One mail server, a connection for each message; safe to share between threads."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        sender_name: str,
        security: str = "starttls",
        user: str = "",
        password: str = "",
        timeout: timedelta = timedelta(seconds=20),
        trusts: ssl.SSLContext | None = None,
    ) -> None:
        """`security` is starttls, tls or none; `timeout` is for the whole conversation, within a sender's lease."""
        if not _ADDRESS.fullmatch(sender):
            raise ValueError("the address that e-mails come from is no e-mail address")
        self._server, self._security, self._timeout = (host, port), security, timeout.total_seconds()
        self._account, self._trusts = (user, password), trusts or ssl.create_default_context()
        self._sender, self._sender_name, self._domain = sender, sender_name, sender.rpartition("@")[2]

    def send(self, handover: channels.Handover) -> Attempt:
        """Hand one e-mail over, once."""
        to = _on_the_wire(handover.to)
        if to is None:
            return Attempt(Outcome.REFUSED_RECIPIENT)
        try:
            message = self._message(handover, to)
        except ValueError:  # a line break in a header, before anything was sent
            return Attempt(Outcome.CONTENT_OR_SENDER)
        talk = _Conversation(self._server, self._security, self._trusts, self._domain, self._timeout)
        try:
            talk.open(self._account)
            talk.hand_over(self._sender, to, bytes(message))
        except _Refused as refused:
            return Attempt(refused.outcome, code=refused.code)
        except (OSError, smtplib.SMTPException, ValueError) as lost:
            return _lost(lost, talk.may_have_arrived)
        finally:
            talk.end()
        return Attempt(Outcome.ACCEPTED, message["Message-ID"])

    def look_up(self, to: str, since: datetime, body: str | None = None) -> list[channels.ProviderMessage]:
        """Never to be known: a mail server lists nothing."""
        raise channels.CannotBeAsked

    def fetch(self, provider_id: str) -> channels.ProviderMessage | None:
        """Nothing: what a mail server has taken it does not tell about."""
        return None

    def messages_since(self, when: datetime) -> list[channels.ProviderMessage]:
        """Nobody writes to Kith by e-mail."""
        return []

    def comes_from_provider(self, path_and_query: str, form: Sequence[tuple[str, str]], header: str | None) -> bool:
        """A mail server calls nobody."""
        return False

    def _message(self, handover: channels.Handover, to: str) -> EmailMessage:
        subject, _, body = handover.body.partition("\n")
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        message["From"] = f'"{self._sender_name}" <{self._sender}>'
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{handover.delivery_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine is to answer it
        message.set_content(body.lstrip("\n"))
        return message


class _Refused(Exception):
    """An answer that is not a success, and what it means where it was given."""

    def __init__(self, code: int, for_good: Outcome) -> None:
        super().__init__(f"code {code}")
        self.code = code
        # 4yz: try again; 421 closes the connection. A full mailbox may be empty in a while (RFC 5321, 4.2.1 and 4.2.2).
        if for_good is Outcome.REFUSED_RECIPIENT and code in _MAILBOX_FULL:
            self.outcome = Outcome.RECIPIENT_FOR_NOW
        else:
            self.outcome = for_good if code >= 500 else Outcome.NOT_PROCESSED


class _Conversation:
    """One connection to a mail server, with one deadline for all of it."""

    def __init__(
        self, server: tuple[str, int], security: str, trusts: ssl.SSLContext, domain: str, timeout: float
    ) -> None:
        self._server, self._security, self._trusts, self._domain = server, security, trusts, domain
        self._deadline = time.monotonic() + timeout
        self._smtp: smtplib.SMTP | None = None
        self.may_have_arrived = False

    def open(self, account: tuple[str, str]) -> None:
        """Connect, make it secret, sign in."""
        left = self._left()
        if self._security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                *self._server, local_hostname=self._domain, timeout=left, context=self._trusts
            )
        else:
            smtp = smtplib.SMTP(*self._server, local_hostname=self._domain, timeout=left)
        self._smtp = smtp
        smtp.ehlo()
        if self._security == "starttls":
            self._hurry()
            smtp.starttls(context=self._trusts)
            smtp.ehlo()
        if account[0]:
            self._hurry()
            self._sign_in(smtp, account)

    def hand_over(self, sender: str, to: str, message: bytes) -> None:
        """From the envelope to the dot; what breaks after the word to begin may have arrived."""
        self._say(f"MAIL FROM:<{sender}>", (250,), Outcome.CONTENT_OR_SENDER)
        self._say(f"RCPT TO:<{to}>", (250, 251), Outcome.REFUSED_RECIPIENT)
        self._say("DATA", (354,), Outcome.CONTENT_OR_SENDER)
        self.may_have_arrived = True
        self._hurry()
        self._connected.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
        code, _ = self._connected.getreply()
        if code != 250:
            raise _Refused(code, Outcome.CONTENT_OR_SENDER)

    def end(self) -> None:
        """Hang up; what the server says to that changes nothing."""
        if self._smtp is not None:
            self._smtp.close()

    def _sign_in(self, smtp: smtplib.SMTP, account: tuple[str, str]) -> None:
        try:
            smtp.login(*account)
        except smtplib.SMTPAuthenticationError as refused:
            raise _Refused(refused.smtp_code, Outcome.ACCOUNT) from None
        except smtplib.SMTPNotSupportedError:
            raise _Refused(504, Outcome.ACCOUNT) from None

    def _say(self, command: str, expected: tuple[int, ...], for_good: Outcome) -> None:
        self._hurry()
        code, _ = self._connected.docmd(command)
        if code == 530:  # it wants us to sign in, or a secret connection, first (RFC 4954, RFC 3207)
            raise _Refused(code, Outcome.ACCOUNT)
        if code not in expected:
            raise _Refused(code, for_good)

    @property
    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise smtplib.SMTPServerDisconnected
        return self._smtp

    def _hurry(self) -> None:
        """Give the next step no longer than is left."""
        if (socket := self._connected.sock) is not None:
            socket.settimeout(self._left())

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _lost(error: Exception, may_have_arrived: bool) -> Attempt:
    if may_have_arrived:
        return Attempt(Outcome.UNKNOWN)
    # A server that is not who it says, or offers no secret connection, is for operators: nothing is sent past it.
    if isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError):
        return Attempt(Outcome.ACCOUNT)
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
    return Attempt(Outcome.NOT_PROCESSED, code=code)


def _on_the_wire(address: str) -> str | None:
    """The address in ASCII, its domain as the DNS has it; None where no mail server could be asked for it."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_form = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return ascii_form if _ADDRESS.fullmatch(ascii_form) else None
