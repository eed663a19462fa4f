"""What is read in typed dosage text, line by line, and that the reading never guesses."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.medicines.dosage import text
from app.medicines.dosage.facts import Kind
from tests.medicines.dosage.telling import told

LINES = (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()
TABLE = [tuple(part.strip() for part in f"{line} ".split(" | ")) for line in LINES if not line.startswith("#")]


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 120
    assert len({line for line, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("line", "expected"), TABLE, ids=[line for line, _ in TABLE])
def test_says(line: str, expected: str) -> None:
    assert told(line) == expected


@pytest.mark.parametrize(("line", "expected"), TABLE, ids=[line for line, _ in TABLE])
def test_case_and_spacing_do_not_matter(line: str, expected: str) -> None:
    assert told(f"  {line.upper().replace(' ', '   ')} ") == expected


def test_elapsed_hours_are_told_apart_from_times_of_the_day() -> None:
    assert text.understood("every 6 hours").facts.kind is Kind.ELAPSED
    assert text.understood("four times a day").facts.kind is Kind.WALL
    assert text.understood("two tablets").facts.kind is None


NEGATIONS = (
    "not",
    "never",
    "except at night",
    "unless unwell",
    "omit if dizzy",
    "if your pulse is over 60",
    "stop if sick",
)


@pytest.mark.parametrize("words", NEGATIONS)
@pytest.mark.parametrize("line", ["one tablet twice a day {}", "{} one tablet at night", "one, {}, every 6 hours"])
def test_what_is_excepted_is_never_read_over(line: str, words: str) -> None:
    assert not text.understood(line.format(words)).whole


WORDS = " ".join(line for line, _ in TABLE).split()


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_order_of_words_is_read_without_falling_over(line: str) -> None:
    read = text.understood(line)
    assert read.text == line
    assert read.steps


@given(st.text(max_size=40) | st.text(alphabet=string.printable + "½¼×–µ²", max_size=60))
def test_any_text_is_read_without_falling_over(line: str) -> None:
    assert text.understood(line).text == line


@pytest.mark.parametrize("word", ["zyx", "blue", "dinner", "alternately", "nurse", "later"])
@pytest.mark.parametrize("line", ["one tablet twice a day", "every 6 hours", "one at night"])
def test_an_unknown_word_is_always_listed(line: str, word: str) -> None:
    assert word in " ".join(text.understood(f"{line} {word}").unread)
