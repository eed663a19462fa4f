"""The patients of one phone: their codes, and which of them a text is about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.texting.grammar import people
from app.texting.grammar.said import Asked, Called, Command, Known, Readings, Unsure
from app.texting.grammar.understanding import understood

MARY, ANOTHER, BOB = (
    Called("MARYOK", ("Mary", "Mary O.")),
    Called("MARYSM", ("Mary", "Mary S.")),
    Called("BOB", ("Bob",)),
)


@pytest.mark.parametrize(
    "names, codes",
    [
        ([("Mary", "Okafor"), ("Tom", "Okafor")], ("MARY", "TOM")),
        ([("Mary", "Okafor"), ("Mary", "Smith")], ("MARYO", "MARYS")),
        ([("Mary", "Okafor"), ("Mary", "Okoye")], ("MARYOKA", "MARYOKO")),
        ([("Mary", "Okafor"), ("Maryam", "Khan")], ("MARYO", "MARYAM")),
        ([("Mary", "Okafor"), ("Mary", "Okafor")], ("MARYOKAFORA", "MARYOKAFORB")),
        ([("Zoë", "Łoś"), ("Anne-Marie", "X"), ("Mary Ann", "Y")], ("ZOE", "ANNEMARIE", "MARY")),
        ([("بشریٰ", "خان"), ("Tom", "Z"), ("মিনা", "দাস")], ("PA", "TOM", "PC")),
        ([("Pulse", "Jones"), ("Stop", "Smith"), ("Done", "Dee")], ("PULSEJ", "STOPS", "DONED")),
        ([("J", "Smith")], ("JS",)),
        ([], ()),
    ],
)
def test_codes_are_short_and_distinct(names: list[tuple[str, str]], codes: tuple[str, ...]) -> None:
    assert people.codes(names) == codes


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Mary", "Maryo", "Tom", "Ok", "Y", "بشریٰ", ""]), st.text(max_size=4)), max_size=8
    )
)
def test_codes_are_always_distinct_and_no_word_of_ours(names: list[tuple[str, str]]) -> None:
    codes = people.codes(names)
    assert len(set(codes)) == len(names)
    assert not any(map(people.is_ours, codes))
    known = Known(patients=tuple(map(Called, codes)))
    for code in codes:
        assert understood(f"go {code.lower()}", known) == Command("go", who=code)


def test_a_name_that_two_have_names_nobody() -> None:
    known = Known(patients=(MARY, ANOTHER, BOB))
    assert understood("GO mary", known) == Unsure("command", "who", ("go",))
    assert understood("BP 142/88 mary", known) == Unsure("readings", "who", ("blood_pressure",))
    assert understood("GO maryok", known) == Command("go", who="MARYOK")
    assert understood("go Mary O. 2", known) == Command("go", 2, "MARYOK")


def test_the_one_who_was_asked_is_meant_by_the_numbers_alone() -> None:
    known = Known(patients=(MARY, BOB), asked=Asked(measures=("blood_pressure",), who="BOB"))
    said = understood("142/88", known)
    assert isinstance(said, Readings)
    assert said.who == "BOB"
    assert understood("BP 142/88", known) == Unsure("readings", "who", ("blood_pressure",))
    assert understood("78.4 kg", known) == Unsure("readings", "who", ("weight",))
    assert understood("POST all well", known) == Unsure("post", "who")
    named = understood("mary 142/88", known)
    assert isinstance(named, Readings)
    assert named.who == "MARYOK"


def test_my_own_is_the_patients_own() -> None:
    known = Known(patients=(MARY, BOB), own="BOB")
    said = understood("my bp is 142/88", known)
    assert isinstance(said, Readings)
    assert said.who == "BOB"


def test_a_name_that_is_a_word_of_ours_is_that_word() -> None:
    said = understood("weight 78.4kg", Known(patients=(Called("WEIGHTX", ("Weight",)),)))
    assert isinstance(said, Readings)
