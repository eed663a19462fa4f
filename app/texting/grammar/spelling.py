"""One way to write what people write in many: case, accents, digits, quotation marks, abbreviations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# Marks of all scripts we read are part of words; the sign that makes an emoji of a digit is not.
MARKS: Final = "".join(chr(c) for c in range(0x300, 0xE00) if unicodedata.category(chr(c)).startswith("M"))
_ACCENTS: Final = re.compile("[\u0300-\u036f\u064b-\u065f]")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff]+")
_BETWEEN_DIGITS: Final = re.compile(rf"(?<=[0-9]){_UNSEEN.pattern}(?=[0-9])")
_INITIALS: Final = re.compile(r"(?<![^\W\d_])([a-z])\.([a-z])(?:\.(?![0-9])|(?![^\W_]))")
_WRITTEN_AS: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {"ł": "l", "ı": "i", "°": " ", "º": " ", "ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "٫": ".", "؟": "?", "٪": "%"}
)


def folded(text: str, digits: Mapping[int, str]) -> str:
    """The text in lower case without accents, its digits the ones that we count with; figures are never made up."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    plain = unicodedata.normalize("NFC", bare).translate(_WRITTEN_AS).translate(digits)
    seen = _UNSEEN.sub("", _BETWEEN_DIGITS.sub(" ", plain))
    return _INITIALS.sub(r"\1\2 ", seen)
