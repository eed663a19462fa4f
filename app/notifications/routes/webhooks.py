"""What the provider of texts calls: reports on what we sent, and texts that people sent us."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, request

from app.access import guards
from app.core import http
from app.notifications import channels
from app.notifications.service import receiving, reporting

routes = http.Routes("webhooks", __name__, url_prefix="/webhooks/twilio", description="Called by the provider of texts")
MOST_FIELDS: Final = 200


def _comes_from_twilio() -> bool:
    """The signature over the configured public address, the raw path and query and the raw form; and our account."""
    request.max_content_length = http.WEBHOOK_BYTES  # before the body is read, and it is read to check the signature
    query = request.query_string.decode("latin-1")
    form = _form()
    path = f"{request.path}?{query}" if query else request.path
    header = request.headers.get("X-Twilio-Signature")
    return bool(form) and channels.of_this_app().comes_from_provider(path, form, header)


def _form() -> list[tuple[str, str]]:
    """Every field as it came: blank ones count, nothing is trimmed."""
    text = request.get_data(cache=True).decode("utf-8", errors="replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


twilio = guards.callback("twilio", _comes_from_twilio)


@routes.post("/status/<uuid:delivery_id>", access=twilio, keyed=False, gives={204: None})
def report(delivery_id: UUID) -> None:
    """Twilio reports what became of one of our texts."""
    fields = _storable()
    code = fields.get("ErrorCode", "")
    sid, status = fields.get("MessageSid"), fields.get("MessageStatus")
    if sid and status:
        reporting.note(delivery_id, sid, status, int(code) if code.isdecimal() else None, fields)


@routes.post("/inbound", access=twilio, keyed=False)
def inbound() -> Response:
    """Somebody has sent us a text: it is kept as it is and understood later."""
    fields = _storable()
    answer = None
    if fields.get("MessageSid") and receiving.keep(fields):
        answer = receiving.neutral_answer(fields)
    said = f"<Message>{escape(answer)}</Message>" if answer else ""
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>', mimetype="text/xml")


def _storable() -> dict[str, str]:
    return {name.replace("\x00", ""): value.replace("\x00", "") for name, value in _form()}
