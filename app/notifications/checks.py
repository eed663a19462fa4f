"""What must be right about the settings of texts before anybody relies on them, for `flask doctor`. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from app import config
from app.config import Settings
from app.notifications import languages

_SID, _TOKEN = "{}[0-9a-f]{{32}}", "[0-9a-f]{32}"
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")


def settings_fault() -> str | None:
    """Whether the settings of texts can be what their provider gave."""
    found = faults(config.current())
    return " ".join(found) or None


def languages_fault() -> str | None:
    """Whether a text lags behind the English, or a language was approved in which there is none."""
    behind = [f"{code}: {', '.join(sorted(one.lagging))}" for code, one in languages.ALL.items() if one.lagging]
    unknown = sorted(config.current().languages_approved - languages.ALL.keys())
    found = [f"Texts that are not as the English is now go out in English: {one}." for one in behind]
    found += [f"LANGUAGES_APPROVED names {', '.join(unknown)}, and there are no texts in it."] if unknown else []
    return " ".join(found) or None


def faults(settings: Settings) -> list[str]:
    """Everything about these settings that Twilio would refuse."""
    if settings.sms_channel == "sandbox":
        return []
    found = []
    if not re.fullmatch(_SID.format("AC"), settings.twilio_account_sid):
        found.append("TWILIO_ACCOUNT_SID is no account: AC and 32 digits (0-9, a-f).")
    if not all(re.fullmatch(_TOKEN, token) for token in settings.twilio_auth_tokens):
        found.append("TWILIO_AUTH_TOKEN is no token: 32 digits (0-9, a-f).")
    service, number = settings.twilio_messaging_service_sid, settings.twilio_from_number
    if service and not re.fullmatch(_SID.format("MG"), service):
        found.append("TWILIO_MESSAGING_SERVICE_SID is none: MG and 32 digits (0-9, a-f).")
    if number and not _NUMBER.fullmatch(number):
        found.append("TWILIO_FROM_NUMBER is no number such as +447700900000.")
    return found


def callback_fault() -> str | None:
    """Whether the provider can call us back: its reports and people's answers come to PUBLIC_URL."""
    settings = config.current()
    address = urlsplit(settings.public_url)
    if settings.sms_channel == "sandbox":
        return None
    if address.scheme != "https" or "." not in (address.hostname or "") or "_" in (address.hostname or ""):
        return "Twilio cannot call PUBLIC_URL back: it must be https, with a public host without an underscore."
    return None
