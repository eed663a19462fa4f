"""Checks of what an enrolment says: pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nhs_number import constants, validate

ELSEWHERE = (constants.REGION_SCOTLAND, constants.REGION_NORTHERN_IRELAND, constants.REGION_EIRE)


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
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        return "This time zone is not known; it looks like Europe/London."
    return None
