"""Words that texts take from other files, a consent's and an instrument's, in any language. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

from app.notifications import segments
from app.patients import consents

LONGEST_QUESTION: Final = 400
_SIGNS: Final = frozenset(" ,.;:'()?!&/-\u060c\u061b\u061f\u06d4\u0964\u200c\u200d")  # the last two join letters
_WORDS: Final = ("L", "M", "N")  # letters, their marks and numbers, as Unicode has them


def consent(value: str) -> str | None:
    """Words of a consent to texts, or a half of them where a text has no room for the whole."""
    known = [one for one in consents.every() if one.id == consents.TEXTS]
    return value if any(value in (one.whole, one.will, one.will_not) for one in known) else None


def question(value: str) -> str | None:
    """What an instrument asks, which is of nobody: words, numbers and punctuation of any language, on one line."""
    is_plain = all(one in _SIGNS or unicodedata.category(one)[0] in _WORDS for one in value)
    return value if is_plain and 0 < len(value) <= LONGEST_QUESTION else None


def in_gsm_7(value: str) -> str:
    """The same without the marks that GSM-7 has not; as it is where letters would be lost."""
    return segments.fold(value) if has_latin_form(value) else value


def has_latin_form(value: str) -> bool:
    """Whether every letter can be written in GSM-7."""
    letters = filter(str.isalpha, unicodedata.normalize("NFC", value))
    return all(segments.fold(one) for one in letters)
