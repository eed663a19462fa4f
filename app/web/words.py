"""Readings in the words of pages: names of measures, what was said with a reading, sentences of a plan. Pure."""

from __future__ import annotations

import re
from typing import Final

import babel
import phonenumbers

from app.readings import catalogue, units
from app.readings.catalogue import Measure
from app.readings.intake import Accepted
from app.readings.models import Reading, ReadingState

_NOT_DIALLED: Final = re.compile(r"[^\d+]")
# What people call it, where the catalogue's word is a professional's.
# A unit as it stands beside a number, and as it is read aloud.
_UNITS: Final = {
    "mm[Hg]": ("mmHg", "millimetres of mercury"),
    "/min": ("a minute", "times a minute"),
    "%": ("%", "per cent"),
    "Cel": ("°C", "degrees Celsius"),
    "kg": ("kg", "kilograms"),
    "mmol/L": ("mmol/L", "millimoles a litre"),
    "L/min": ("L/min", "litres a minute"),
    "L": ("L", "litres"),
    "/d": ("steps", "steps in the day"),
    "{score}": ("points", "points"),
}
_TITLES: Final = {"oxygen_saturation": "Oxygen level", "ketones": "Ketones"}


def title(measure: Measure | str) -> str:
    """The measure as patients call it."""
    one = catalogue.MEASURES[measure] if isinstance(measure, str) else measure
    return _TITLES.get(one.name, one.label)


def value(one: Reading | ReadingState | Accepted) -> str:
    """The value as people read it."""
    return catalogue.shown(one.measure, one.value, one.value_2, one.comparator, one.code)


def unit(code: str) -> tuple[str, str]:
    """A unit as it stands beside a number, and as it is read aloud."""
    plain = units.plain(code)
    return _UNITS.get(code, (plain, plain))


def around(reading: Reading) -> str:
    """The context of a reading in a few words: "on air", "before a meal"."""
    told = []
    if reading.on_oxygen is not None:
        told.append("on oxygen" if reading.on_oxygen else "on air")
    if reading.meal is not None:
        told.append(catalogue.MEALS[reading.meal])
    if reading.at_rest is False:
        told.append("not rested")
    return ", ".join(told)


def symptoms(reading: Reading) -> str:
    """What was felt: "with chest pain, dizziness"; nothing where nothing was told."""
    told = [catalogue.SYMPTOMS.get(code, code) for code in reading.symptoms or ()]
    return f"with {', '.join(told)}" if told else ""


def sentences(text: str) -> list[str]:
    """A text of the protocol as one sentence a line."""
    return [f"{part.rstrip('.')}." for part in text.split(". ") if part.strip()]


def upper(text: str) -> str:
    """A sentence from the words that begin it."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """A title inside a sentence; an abbreviation (FEV1, INR) stays."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def language(code: str) -> str:
    """A language by its English name: "Urdu"."""
    try:
        return str(babel.Locale.parse(code.replace("-", "_")).get_display_name("en") or code)
    except (ValueError, babel.UnknownLocaleError):
        return code


def phone(number: str) -> str:
    """A number as people write it down: at home without the country's code."""
    try:
        read = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        return number
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(read, style.NATIONAL if read.country_code == 44 else style.INTERNATIONAL))


def dialled(number: str) -> str:
    """The link that dials a number."""
    return f"tel:{_NOT_DIALLED.sub('', number)}"
