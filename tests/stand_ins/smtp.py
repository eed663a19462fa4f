"""A mail server of our own, on loopback: real SMTP, with the faults a real one has when asked for."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ipaddress
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import stand_ins

HOST = "127.0.0.1"
USER, PASSWORD = "kith", "a password of a stand-in"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at one word of one message: an answer, or (None) the line goes dead; perhaps after a while."""

    at: str  # MAIL, RCPT or DATA
    answer: str | None = None
    after: float = 0.0
    keeps: bool = False  # DATA: the message is kept all the same


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it was taken."""

    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def words(self) -> str:
        """Everything but whom it is for: the other headers and the text."""
        message = self.message
        headers = [f"{name}: {value}" for name, value in message.items() if name.lower() != "to"]
        body = message.get_body(("plain", "html"))
        return "\n".join([*headers, body.get_content() if body else ""])


class SmtpStandIn:
    """`with SmtpStandIn() as mail:` serves; `mail.script(...)` says what goes wrong, a message each."""

    def __init__(self, *, secure: ssl.SSLContext | None = None, tls_at_once: bool = False, wants_sign_in: bool = False):
        self._tls_at_once = secure if tls_at_once else None
        self._options: dict[str, Any] = {
            "hostname": HOST,
            "tls_context": None if tls_at_once else secure,
            "require_starttls": secure is not None and not tls_at_once,
            "auth_required": wants_sign_in,
            "auth_require_tls": True,
            "authenticator": _authenticate if wants_sign_in else None,
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail server", daemon=True)
        self._script: deque[Fault] = deque()
        self._now: Fault | None = None
        self.accepted: list[Mail] = []
        self.begun = 0
        self.port = 0

    def script(self, *faults: Fault) -> None:
        """Let the next messages go wrong like this, one fault for each."""
        self._script.extend(faults)

    def __enter__(self) -> SmtpStandIn:
        self._thread.start()
        made = self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, **self._options), HOST, 0, ssl=self._tls_at_once
        )
        # Never in this thread: once a browser was driven from it, a loop of the browser's runs here.
        self._server = asyncio.run_coroutine_threadsafe(made, self._loop).result(5)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stopped(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _stopped(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in others:
            talk.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def handle_MAIL(  # noqa: N802  the library calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.begun += 1
        self._now = self._script.popleft() if self._script else None
        envelope.mail_from = address
        return await self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer(server, "RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        is_refused = self._now is not None and self._now.at == "DATA" and not self._now.keeps
        if not is_refused:
            content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
            mail = Mail(envelope.mail_from or "", ",".join(envelope.rcpt_tos), content)
            self.accepted.append(mail)
            stand_ins.tell(mail.words)
        return await self._answer(server, "DATA", "250 Taken")

    async def _answer(self, server: SMTP, word: str, otherwise: str) -> str:
        fault = self._now
        if fault is None or fault.at != word:
            return otherwise
        if fault.after:
            await asyncio.sleep(fault.after)
        if fault.answer is None:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return fault.answer or "421 gone"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_ours = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_ours, handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own for loopback, and a client's that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client
