"""What texts say, as tables in six languages: never a value that was not sent, and nearly always the one that was."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.readings import intake
from app.texting.grammar import forms, words
from app.texting.grammar.said import Known, Readings, Unsure
from app.texting.grammar.tokens import tokens
from app.texting.grammar.understanding import understood
from tests.texting import corpus_read

ROWS = list(corpus_read.rows())
FLOOR = 0.97
READ = [row for row in ROWS if isinstance(understood(row.text, row.known), Readings)]
# Of a weight in stones a number more is the pounds; a number alone answers only what was asked.
PLAIN = [row for row in READ if "[stone_av]" not in row.expected and not row.known.asked.measures]
NOBODY = Known()
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("row", ROWS, ids=[row.label for row in ROWS])
def test_every_text_says_what_it_says(row: corpus_read.Row) -> None:
    assert row.is_met_by(corpus_read.line(understood(row.text, row.known), row.known))


def test_nothing_is_ever_understood_as_something_else() -> None:
    """A text may be asked back; it must not silently say another thing."""
    said = [(row, corpus_read.line(understood(row.text, row.known), row.known)) for row in ROWS]
    wrong = [(row.label, line) for row, line in said if line[0] not in "?-" and line != row.expected]
    assert wrong == []


def test_nearly_all_that_says_something_is_understood() -> None:
    sure = [row for row in ROWS if row.has_value]
    missed = [row.label for row in sure if understood(row.text, row.known) is None or _is_unsure(row)]
    assert len(missed) <= (1 - FLOOR) * len(sure), missed


def test_the_corpus_is_large_and_holds_both_kinds_in_six_languages() -> None:
    count = Counter((row.known.language, row.has_value) for row in ROWS)
    assert len(ROWS) >= 400
    for language in ("en", "cy", "pl", "ur", "bn", "pa"):
        assert count[language, True] >= 40
        assert count[language, False] >= 10


def _is_unsure(row: corpus_read.Row) -> bool:
    return isinstance(understood(row.text, row.known), Unsure)


@pytest.mark.parametrize("row", [row for row in READ if not row.known.asked.measures], ids=lambda row: row.label)
def test_what_was_not_asked_is_of_nobody_in_particular(row: corpus_read.Row) -> None:
    """To somebody with two patients, asked for a weight of their own, only a weight without its name is their own."""
    other = corpus_read.KNOWN["asked_other_circle"]
    own = replace(row.known, patients=other.patients, own=other.own, asked=other.asked)
    said, plain = understood(row.text, own), understood(row.text, row.known)
    assert isinstance(plain, Readings)
    if isinstance(said, Readings) and said.who == "TOM":
        found = tokens(row.text, words.of(row.known.language))
        is_named = any(one.kind in ("measures", "parts") for one in found)
        assert any(one.kind == "mine" for one in found) or (
            not is_named and [one.measure for one in plain.readings] == ["weight"]
        )


@settings(deadline=None)
@given(st.sampled_from(READ), st.sampled_from([str.upper, str.lower, str.title]))
def test_case_is_free(row: corpus_read.Row, written: object) -> None:
    assert callable(written)
    assert understood(written(row.text), row.known) == understood(row.text, row.known)


@settings(deadline=None)
@given(st.sampled_from(READ), st.data())
def test_spaces_and_points_are_free(row: corpus_read.Row, data: st.DataObject) -> None:
    gaps = st.sampled_from([" ", "  ", "\n", "\t ", "\u00a0"])
    spaced = "".join(data.draw(gaps) if character == " " else character for character in row.text)
    ended = (
        data.draw(st.sampled_from(["", " "])) + spaced + data.draw(st.sampled_from(["", ".", "!", " .", " 🙂", "\n"]))
    )
    assert understood(ended, row.known) == understood(row.text, row.known)


@settings(deadline=None)
@given(st.sampled_from(PLAIN), st.integers(0, 40), st.decimals(0, 999, places=1) | st.integers(14, 999))
def test_a_number_more_is_never_stored(row: corpus_read.Row, place: int, number: Decimal | int) -> None:
    """Wherever it is put between the words."""
    words = row.text.split()
    words.insert(place % (len(words) + 1), str(number))
    _stores_nothing_else(" ".join(words), row)


@settings(deadline=None)
@given(st.sampled_from(PLAIN), st.integers(0, 200), st.sampled_from("0123456789.,/"))
def test_a_sign_more_inside_a_number_is_its_value_or_none(row: corpus_read.Row, place: int, sign: str) -> None:
    """What is stored are numbers that stand in the text; a slip in a number is never mended."""
    at = place % (len(row.text) + 1)
    text = row.text[:at] + sign + row.text[at:]
    said = understood(text, row.known)
    if isinstance(said, Readings):
        for value in _numbers(said):
            assert _stands_in(value, text)


@settings(deadline=None)
@given(st.text(st.sampled_from("bpulse sats12345/.,? kgovernot"), max_size=30) | st.text(max_size=60))
def test_no_reading_comes_out_of_nothing(text: str) -> None:
    said = understood(text, NOBODY)
    if isinstance(said, Readings):
        for value in _numbers(said):
            assert _stands_in(value, text)


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from([row.known for row in ROWS]))
def test_any_text_is_taken_without_a_fault(text: str, known: Known) -> None:
    understood(text, known)


@settings(deadline=None)
@given(st.sampled_from(ROWS))
def test_what_the_language_is_changes_no_english_value(row: corpus_read.Row) -> None:
    """A person whose language we have wrong is understood alike, or asked back."""
    assume(row.known.language == "en")
    for language in ("cy", "pl", "ur", "bn", "pa"):
        said = understood(row.text, replace(row.known, language=language))
        if isinstance(said, Readings):
            assert said == understood(row.text, row.known)


def _stores_nothing_else(text: str, row: corpus_read.Row) -> None:
    said = understood(text, row.known)
    assert not isinstance(said, Readings), said


def _numbers(said: Readings) -> list[Decimal]:
    values = [value for one in said.readings for value in (one.value, one.value_2)]
    return [value for value in values if isinstance(value, Decimal)]


def _stands_in(value: Decimal, text: str) -> bool:
    """Whether the number is in the text, with or without its comma, or is stones and pounds of it."""
    western = "".join(str(int(c)) if c.isdecimal() else c for c in text).replace("٫", ".").replace(",", ".")
    figures = set(re.findall(r"[0-9]+(?:\.[0-9]+)*", western))
    whole = {figure.replace(".", "") for figure in figures}
    return str(value) in figures | whole or set(map(str, divmod(value, 14))) <= figures


@pytest.mark.parametrize("row", READ, ids=[row.label for row in READ])
def test_the_readings_slice_takes_what_is_understood(row: corpus_read.Row) -> None:
    said = understood(row.text, row.known)
    assert isinstance(said, Readings)
    for one in said.readings:
        entry = intake.Entry(id=uuid4(), measure=one.measure, measured_at=NOW, source="sms", **one.entered)
        taken = intake.examine(entry, now=NOW)
        assert isinstance(taken, intake.Accepted), taken


def test_many_numbers_have_few_ways() -> None:
    """Somebody who pastes a column of numbers is asked back at once."""
    known = corpus_read.KNOWN["asked_bp_pulse"]
    row = tokens("142 88 " * 12, words.of("en"))
    assert len(list(forms._ways(row, known.asked.measures))) <= len(row)
    assert isinstance(understood("142 88 " * 12, known), Unsure)
