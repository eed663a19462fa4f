"""Dosage text brought to one form before it is read: case, number words, halves, Latin with dots, clock times."""

from __future__ import annotations

import re
import unicodedata

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS)} | {
    "fourteen": "14", "fifteen": "15", "twenty one": "21", "twenty four": "24", "twenty eight": "28",
    "forty eight": "48", "seventy two": "72", "twenty": "20", "thirty": "30", "nil": "0",
    "ii": "2", "iii": "3", "second": "2nd", "third": "3rd", "fourth": "4th", "seventh": "7th",
}  # fmt: skip
FRACTIONS = {"½": "5", "¼": "25", "¾": "75"}
# One word for each unit, whatever abbreviation or plural stands there.
UNITS = {
    "tablet": "tab tabs tablets caplet caplets", "capsule": "cap caps capsules", "puff": "puffs",
    "inhalation": "inhalations", "spray": "sprays", "drop": "drops gtt", "patch": "patches", "sachet": "sachets",
    "suppository": "suppositories supp", "pessary": "pessaries", "lozenge": "lozenges", "spoonful": "spoonfuls",
    "application": "applications", "injection": "injections", "ampoule": "ampoules", "vial": "vials",
    "dose": "doses", "unit": "units iu", "mg": "milligram milligrams mgs", "mcg": "microgram micrograms ug",
    "g": "gram grams gm", "ml": "millilitre millilitres mls",
    "hour": "hours hr hrs h", "hourly": "hrly", "minute": "minutes min mins", "day": "days", "week": "weeks wk wks",
    "month": "months", "time": "times", "max": "maximum maxim", "meal": "meals", "mealtime": "mealtimes",
}  # fmt: skip
FORMS = frozenset(list(UNITS)[: list(UNITS).index("dose") + 1]) - {"dose"}  # counted one by one
STRENGTHS = frozenset({"mg", "mcg", "g"})
_ONE_WORD = {plural: unit for unit, plurals in UNITS.items() for plural in plurals.split()}

_HALF_DAY = r"(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))?"


def normalised(text: str) -> str:
    """The text in lower case with digits for numbers, @08:00 for clock times and ; for what separates."""
    plain = _halves(" ".join(text.lower().replace("\n", " ; ").split()))
    plain = unicodedata.normalize("NFKC", plain)
    plain = re.sub(r"[‐‑‒–—−]", "-", plain).replace("×", "x").replace("’", "'").replace("&", " and ")
    plain = re.sub(r"(?<!\d) - | - (?!\d)", " ; ", plain)
    plain = re.sub(r"\b(max|tabs?|caps?)\.", r"\1", plain).replace("μg", "mcg")
    plain = re.sub(r"\b((?:[a-z]\.)+[a-z])\b\.?", lambda found: found[1].replace(".", ""), plain)  # p.r.n.
    plain = _clock_times(plain)
    plain = re.sub(r"\bq\s?(\d+)\s?h(?:(?:ou)?rs?)?\b", r"every \1 hour", plain)
    plain = re.sub(r"(?<=[a-z])-(?=[a-z0-9])|(?<=\d)-(?=[a-z])", " ", plain)  # twice-daily, 5-day
    plain = re.sub(r"(?<![@\d:])(\d+(?:\.\d+)?)(?=[a-z])", r"\1 ", plain)  # 500mg
    plain = re.sub(r"\b(\d+) (st|nd|rd|th)\b", r"\1\2", plain)
    plain = re.sub(r"(?<!\d)[.]|[.](?!\d)|(?<!\d),|,(?!\d{3})|(?<!\d):|:(?!\d)|[;()\[\]!?\"]", " ; ", plain)
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    return re.sub(r"\s+", " ", _one_words(plain)).strip(" ;")


def _halves(text: str) -> str:
    """½ and "one and a half" as decimals; 1/2 stays as it is: it may mean one or two."""
    text = re.sub(r"(\d*)\s?([½¼¾])", lambda found: f" {found[1] or '0'}.{FRACTIONS[found[2]]} ", text)
    text = re.sub(r"\b(\w+)(?: tablets?)? and (?:a )?half(?: tablets?)?\b", _and_a_half, text)
    return re.sub(r"\b(?:a )?half(?: of)?(?: an?)?(?= \w)", "0.5", text)


def _and_a_half(found: re.Match[str]) -> str:
    whole = NUMBER_WORDS.get(found[1], found[1])
    unit = " tablets" if "tablet" in found[0] else ""
    return f"{whole}.5{unit}" if whole.isdigit() else found[0]


def _clock_times(text: str) -> str:
    """8am, at 8 am, 08:00 and 0800 hours as @08:00. "One am" is left: it may be one tablet in the morning."""
    text = re.sub(rf"\b{_HALF_DAY}(?P<half>am|pm)\b", _of_half_day, text)
    text = re.sub(rf"\bat {_HALF_DAY} (?P<half>am|pm)\b", _of_half_day, text)
    text = re.sub(r"(?<![\d@:])([01]?\d|2[0-3]):([0-5]\d)(?: ?(?:hours|hrs|h))?\b(?! ?[ap]m)", _of_day, text)
    text = re.sub(r"(?<![\d@:.])([01]\d|2[0-3])([0-5]\d) ?(?:hours|hrs|h)\b", _of_day, text)
    text = re.sub(r"\bat ([01]\d|2[0-3])([0-5]\d)\b", _of_day, text)
    text = re.sub(r"\b(?:12 )?(noon|midnight)\b", lambda found: " @12:00 " if found[1] == "noon" else " @00:00 ", text)
    following = re.compile(rf"(@\d\d:\d\d ?(?:,|and|;) ?){_HALF_DAY} ?(?P<half>am|pm)\b")
    while (more := following.sub(lambda found: found[1] + _of_half_day(found), text)) != text:
        text = more
    return text


def _of_half_day(found: re.Match[str]) -> str:
    hour, minute = int(found["h"]), found["m"] or "00"
    if not 1 <= hour <= 12:
        return found[0]
    return f" @{hour % 12 + (12 if found['half'] == 'pm' else 0):02}:{minute}"


def _of_day(found: re.Match[str]) -> str:
    return f" @{int(found[1]):02}:{found[2]}"


def _one_words(text: str) -> str:
    """Number words as digits, once and twice as times, one word for each unit. "At once" is no number."""
    text = re.sub(r"(?<!at )\bonce\b", "1 time", text)
    text = re.sub(r"\btwice\b", "2 time", text)
    text = re.sub(r"\bthrice\b", "3 time", text)
    for word, digits in sorted(NUMBER_WORDS.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"\b{word}\b", digits, text)
    return re.sub(r"[a-z]+", lambda found: _ONE_WORD.get(found[0], found[0]), text)
