"""The words of each language: none means two things, none is the provider's, and every one of them is understood."""

from __future__ import annotations

import pathlib

import pytest

from app.notifications import keywords
from app.texting.grammar import slips, words
from app.texting.grammar.said import Asked, Called, Command, Known, Readings
from app.texting.grammar.understanding import understood
from app.texting.grammar.words import BadWords

CONTENT = pathlib.Path(words.__file__).parent.parent / "content"
ENGLISH = (CONTENT / "en.toml").read_text("utf-8")
VALUES = {
    "blood_pressure": "142/88",
    "pulse": "70",
    "oxygen_saturation": "91",
    "temperature": "38.2",
    "respiratory_rate": "18",
    "weight": "78.4kg",
    "glucose": "3.9",
    "ketones": "0.4",
    "peak_flow": "320",
    "fev1": "2.1",
    "steps": "4521",
    "pain": "7",
    "mood": "6",
    "breathlessness": "5",
    "breathlessness_mrc": "3",
    "breathlessness_mmrc": "3",
    "inr": "2.5",
}
SAID = [
    (language, " ".join(phrase), meaning)
    for language, one in words.ALL.items()
    for phrase, meaning in one.phrases.items()
]
MEASURES = [(language, phrase, one.name) for language, phrase, one in SAID if one.kind == "measures"]
COMMANDS = [(language, phrase, one.name) for language, phrase, one in SAID if one.kind == "commands"]


def loaded(**files: str) -> dict[str, words.Words]:
    return words.loaded({"en": ENGLISH, **files})


def test_there_are_six_languages() -> None:
    assert set(words.ALL) == {"en", "cy", "pl", "ur", "bn", "pa"}
    assert words.of("pl-PL") is words.ALL["pl"]
    assert words.of("fr") is words.ALL["en"]


@pytest.mark.parametrize(
    "text",
    [
        "languages = ['xx']\n[measures]\npulse = ['tep']\nweight = ['tep']",
        "languages = ['xx']\nfillers = ['tep']\n[measures]\npulse = ['tep']",
        "languages = ['xx']\n[measures]\npulse = ['Tép']\nweight = ['tep']",
        "languages = ['xx']\n[commands]\ndone = ['go']",
        "languages = ['xx']\n[commands]\nleave = ['end']",
        "languages = ['xx']\n[doses]\nyes = ['YES']",
        "languages = ['xx']\n[commands]\ngo = ['']",
        "languages = ['xx']\n[measures]\nheight = ['tep']",
        "languages = ['xx']\n[units]\nfurlong = ['tep']",
        "languages = ['xx']\n[greetings]\nmorning = ['tep']",
        "languages = ['xx']\ngreetings = ['tep']",
    ],
    ids=lambda text: text.replace("\n", " ")[21:],
)
def test_bad_words_are_refused(text: str) -> None:
    with pytest.raises(BadWords, match="xx: "):
        loaded(xx=text)


def test_a_language_may_use_an_english_filler_for_a_word_of_its_own() -> None:
    one = loaded(xx="languages = ['xx']\n[over]".replace("[over]", "over = ['on']"))["xx"]
    assert one.phrases["on",].kind == "over"


def test_no_phrase_is_one_that_the_provider_acts_upon() -> None:
    assert [phrase for _, phrase, _ in SAID if keywords.meaning_of(phrase)] == []


@pytest.mark.parametrize("language, phrase, measure", MEASURES, ids=str)
def test_every_word_for_a_measure_is_understood(language: str, phrase: str, measure: str) -> None:
    asked = Asked(measures=(measure,) if measure.startswith("breath") else ())
    said = understood(f"{phrase} {VALUES[measure]}", Known(language=language, asked=asked))
    assert isinstance(said, Readings), said
    assert [one.measure for one in said.readings] == [measure]


@pytest.mark.parametrize("language, phrase, word", COMMANDS, ids=str)
def test_every_word_for_a_command_is_understood(language: str, phrase: str, word: str) -> None:
    known = Known(language=language, patients=(Called("MARY"),), own="MARY")
    tail = {"quiet": "20:00", "language": "polski", "rate": "7", "leave": "MARY"}.get(word, "")
    said = understood(f"{phrase.upper()} {tail}", known)
    assert (said.word if isinstance(said, Command) else type(said).__name__.lower()) in (
        word,
        word.replace("rate", "rating"),
    )


@pytest.mark.parametrize("language, phrase, measure", MEASURES, ids=str)
def test_a_slip_makes_no_other_measure_of_it(language: str, phrase: str, measure: str) -> None:
    asked = Asked(measures=(measure,) if measure.startswith("breath") else ())
    for at in range(1, len(phrase)):
        for typed in (phrase[:at] + phrase[at + 1 :], phrase[:at] + "q" + phrase[at:]):
            said = understood(f"{typed} {VALUES[measure]}", Known(language=language, asked=asked))
            if isinstance(said, Readings):
                assert {one.measure for one in said.readings} <= {measure}, typed


@pytest.mark.parametrize(
    "typed, word, is_one",
    [
        ("plse", "pulse", True),
        ("pullse", "pulse", True),
        ("pulsa", "pulse", True),
        ("pusle", "pulse", True),
        ("uplse", "pulse", True),
        ("dulse", "pulse", False),
        ("pls", "pulse", False),
        ("plsue", "pulse", False),
        ("temq", "temp", True),
        ("tem", "temp", False),
        ("tepmer", "temp", False),
        ("pulse", "pulse", False),
    ],
)
def test_one_slip_is_forgiven_in_long_words(typed: str, word: str, is_one: bool) -> None:
    assert slips.meant_by(typed, {word}) == ({word} if is_one else set())


def test_a_slip_that_could_be_two_words_is_none() -> None:
    assert understood("staus", Known()) is None
