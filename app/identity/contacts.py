"""Phones and e-mails in one form, so that the same one is found again however it was typed."""

from __future__ import annotations

import re

import phonenumbers

from app.core.errors import Invalid

_EMAIL = re.compile(r"[^@\s\x00]{1,64}@[^@\s\x00]{1,190}\.[^@\s\x00.]{2,60}")


def phone(text: str, region: str = "GB") -> str:
    """A phone in E.164, as in +447700900123; raises Invalid."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Invalid("This is not a phone number.", errors=[_fault("phone", "not a phone number")]) from None
    # Ofcom's drama numbers are possible but not valid; they are the only ones a demo may use.
    if not phonenumbers.is_possible_number(number):
        raise Invalid("This is not a phone number.", errors=[_fault("phone", "not a phone number")])
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(text: str) -> str:
    """An e-mail address in lower case; raises Invalid."""
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise Invalid("This is not an e-mail address.", errors=[_fault("email", "not an e-mail address")])
    return address


def masked(contact: str) -> str:
    """A phone or an e-mail that can be recognised by those who know it: +44 ... 101, m...@kith.example."""
    local, at, domain = contact.partition("@")
    if at:
        return f"{local[:1]}...@{domain}"
    return f"{contact[:3]} ... {contact[-3:]}" if len(contact) > 8 else "..."


def normal(identifier: str) -> str:
    """An e-mail or phone in its one form; what is neither, as it was typed."""
    try:
        return email(identifier) if "@" in identifier else phone(identifier)
    except Invalid:
        return identifier.strip().lower()


def _fault(field: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/{field}", "detail": detail}
