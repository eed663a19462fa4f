"""What an enrolment says, and the checks of it: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nhs_number import constants, validate

from app.identity.introductions import Introduced

ELSEWHERE = (constants.REGION_SCOTLAND, constants.REGION_NORTHERN_IRELAND, constants.REGION_EIRE)


_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
LONDON = ZoneInfo("Europe/London")  # whose day it is when a date of birth is checked
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What an enrolment says, besides who the person is."""

    coordinator_id: UUID
    zone: str = "Europe/London"
    nhs_number: str | None = None
    born_on: date | None = None
    is_pregnant: bool = False
    communication_needs: str | None = None
    allergies: str | None = None
    conditions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody to be enrolled: who they are said to be, and what their enrolment says."""

    who: Introduced
    new: NewPatient


def applicant_faults(applicant: Applicant, today: date) -> list[tuple[str, str]]:
    """Everything wrong with what is said of somebody to be enrolled: field and reason."""
    found = {"phone": contact_fault(applicant), "language": language_fault(applicant.who.language)}
    return [(name, detail) for name, detail in found.items() if detail] + faults(applicant.new, today)


def faults(new: NewPatient, today: date) -> list[tuple[str, str]]:
    """Everything wrong with what an enrolment says by itself: field and reason."""
    found = {
        "nhs_number": nhs_number_fault(new.nhs_number) if new.nhs_number else None,
        "born_on": born_on_fault(new.born_on, today) if new.born_on else None,
        "zone": zone_fault(new.zone),
    }
    return [(name, detail) for name, detail in found.items() if detail]


def language_fault(language: str) -> str | None:
    """What is wrong with a language; None if nothing is."""
    return None if _LANGUAGE.fullmatch(language) else "Not a language code such as en or ur."


def contact_fault(applicant: Applicant) -> str | None:
    """What is wrong where somebody could not be found again; None if nothing is."""
    if applicant.who.phone or applicant.who.email or applicant.new.nhs_number:
        return None
    return "Give a phone, an e-mail or an NHS number: by one of them this person is found again."


def born_on_fault(born_on: date, today: date) -> str | None:
    """What is wrong with a date of birth; None if nothing is."""
    if born_on > today:
        return "The date of birth is in the future."
    if born_on < EARLIEST_BIRTH:
        return "The date of birth is before 1900."
    return None


def grant_fault(ends_on: date, today: date) -> str | None:
    """What is wrong with the last day of a grant, which is at most a year ahead; None if nothing is."""
    if ends_on < today:
        return "A grant must end in the future."
    if ends_on > a_year_after(today):
        return "A grant lasts a year at most; it can be given again."
    return None


def a_year_after(today: date) -> date:
    """The same day of the next year; 29 February ends with the last day of February."""
    return date(today.year + 1, 2, 28) if (today.month, today.day) == (2, 29) else today.replace(today.year + 1)


def nhs_number_fault(text: str) -> str | None:
    """What is wrong with an NHS number (modulus 11, English and Welsh range or test range 999); None if nothing is.

    Source: NHS Data Dictionary, NHS NUMBER. Scottish and Irish numbers pass the same sum but belong elsewhere.
    """
    digits = "".join(character for character in text if character not in " -")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return "An NHS number has 10 digits."
    if not validate.is_valid(digits):
        return "The check digit does not fit: please compare it with the letter or the app."
    if any(validate.is_valid(digits, for_region=region) for region in ELSEWHERE):
        return "This number belongs to another country's register."
    return None


def nhs_number_digits(text: str) -> str:
    """The ten digits, as stored."""
    return "".join(character for character in text if character.isdigit())


def nhs_number_shown(digits: str) -> str:
    """The number as people read it: 3-3-4."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def zone_fault(name: str) -> str | None:
    """What is wrong with a time zone's name; None if nothing is."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "This time zone is not known; it looks like Europe/London."
    return None
