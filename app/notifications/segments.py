"""How many parts a text is sent in, and how a name is written so that it does not double them.

Source: 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table) and TS 23.040 (concatenated messages).
"""

import dataclasses
import itertools
import re
import typing
import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each is sent as an escape and a character: two units
_GSM7 = _BASIC | _EXTENDED
_PLAIN = re.compile(r"[\n\f\r -_a-~]*")  # of ASCII what GSM-7 has: all but the backtick and most control characters

# Letters that Unicode does not decompose, and the punctuation that word processors put in.
_WRITTEN_AS = str.maketrans(
    {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "Œ": "Oe", "œ": "oe", "ı": "i"}
    | {"Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "ẞ": "SS", "Ə": "E", "ə": "e", "Ŋ": "Ng", "ŋ": "ng"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u02bb\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u00a0\u2009\u202f\t", " ")
    | {"\u2026": "..."}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text as the network counts it; units are septets (GSM-7) or 16-bit words (UCS-2)."""

    encoding: typing.Literal["GSM-7", "UCS-2"]
    segments: int
    units: int


def count(text: str) -> Segments:
    """Count like the provider: 160 or 153 a part in GSM-7, 70 or 67 as soon as one character is outside it."""
    if _is_gsm7(text):
        return _fill("GSM-7", [2 if character in _EXTENDED else 1 for character in text], alone=160, joined=153)
    return _fill("UCS-2", [2 if ord(character) > 0xFFFF else 1 for character in text], alone=70, joined=67)


def fold(text: str) -> str:
    """Write the text in GSM-7: `Zoë` becomes `Zoe`, `Łukasz` becomes `Lukasz`; what has no Latin form is left out."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(itertools.chain.from_iterable(_fold_character(character) for character in _composed(text)))


def _is_gsm7(text: str) -> bool:
    return _GSM7.issuperset(text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_WRITTEN_AS)


def _fold_character(character: str) -> str:
    if _is_gsm7(character):
        return character
    return "".join(part for part in unicodedata.normalize("NFKD", character) if _is_gsm7(part))


def _fill(encoding: typing.Literal["GSM-7", "UCS-2"], sizes: list[int], *, alone: int, joined: int) -> Segments:
    units = sum(sizes)
    if units <= alone:
        return Segments(encoding, 1 if units else 0, units)
    parts, used = 1, 0
    for size in sizes:
        # An escape and its character, or two surrogates, are never put into different parts.
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return Segments(encoding, parts, units)
