"""Parts of a text, and names in the network's alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications import segments

CASES = {
    "nothing": ("", "GSM-7", 0, 0),
    "one full part": ("a" * 160, "GSM-7", 1, 160),
    "one more needs joining": ("a" * 161, "GSM-7", 2, 161),
    "two full parts": ("a" * 306, "GSM-7", 2, 306),
    "three parts": ("a" * 307, "GSM-7", 3, 307),
    "the pound is basic": ("£" * 160, "GSM-7", 1, 160),
    "the euro is extended": ("€" * 80, "GSM-7", 1, 160),
    "one euro too many": ("€" * 80 + "a", "GSM-7", 2, 161),
    "an escape moves to the next part": ("a" * 152 + "€" + "a" * 151, "GSM-7", 2, 305),
    "and may so cost a part": ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 306),
    "all extended characters": ("\f^{}\\[~]|€", "GSM-7", 1, 20),
    "accents of the basic table": ("èéùìòàÄÖÑÜäöñüåÅÉæøß", "GSM-7", 1, 20),
    "Zoë is not": ("Zoë", "UCS-2", 1, 3),
    "a capital cedilla is, a small one is not": ("ç", "UCS-2", 1, 1),
    "one full part of UCS-2": ("ë" * 70, "UCS-2", 1, 70),
    "one more of UCS-2": ("ë" * 71, "UCS-2", 2, 71),
    "two full parts of UCS-2": ("ë" * 134, "UCS-2", 2, 134),
    "three parts of UCS-2": ("ë" * 135, "UCS-2", 3, 135),
    "beyond the basic plane takes two": ("😀" * 35, "UCS-2", 1, 70),
    "surrogates are not torn": ("😀" * 67, "UCS-2", 3, 134),
    "a typographic apostrophe": ("don\u2019t", "UCS-2", 1, 5),
}


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_counted_as_the_network_counts(name: str) -> None:
    text, encoding, parts, units = CASES[name]
    assert segments.count(text) == segments.Segments(encoding, parts, units)  # type: ignore[arg-type]


FOLDED = {
    "Zoë": "Zoe",
    "Zoe\u0308": "Zoe",
    "Siân": "Sian",
    "Łukasz Żółć": "Lukasz Zolc",
    "René": "René",
    "Rene\u0301": "René",
    "François": "Francois",
    "Ñoño": "Ñoño",
    "O\u2019Brien\u2014Smith": "O'Brien-Smith",
    "Đặng Thị": "Dang Thi",
    "Þór": "Thor",
    "李": "",
    "Mary 😀": "Mary ",
}


@pytest.mark.parametrize("written", FOLDED)
def test_a_name_is_written_in_the_basic_alphabet(written: str) -> None:
    assert segments.fold(written) == FOLDED[written]


@given(st.text())
def test_what_is_folded_is_always_gsm7_and_stays_so(text: str) -> None:
    once = segments.fold(text)
    assert segments.count(once).encoding == "GSM-7"
    assert segments.fold(once) == once


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_parts(first: str, second: str) -> None:
    assert segments.count(first + second).segments >= segments.count(first).segments
