"""Words the provider acts upon."""

import pytest

from app.notifications import keywords

CASES = {
    "STOP": "stop",
    "stop": "stop",
    " Stop \r\n": "stop",
    "\u00a0stopall\u00a0": "stop",
    "Unsubscribe": "stop",
    "CANCEL": "stop",
    "end": "stop",
    "Quit": "stop",
    "REVOKE": "stop",
    "OptOut": "stop",
    "START": "start",
    "Yes": "start",
    "unstop": "start",
    "help": "help",
    "INFO ": "help",
    "": None,
    "stop please": None,
    "please stop": None,
    "STOP.": None,
    "st op": None,
    "yes she did": None,
    "weekend": None,
    "1": None,
    "ＳＴＯＰ": None,
}


@pytest.mark.parametrize("text", CASES)
def test_only_the_whole_message_has_a_meaning(text: str) -> None:
    assert keywords.meaning_of(text) == CASES[text]


def test_no_word_means_two_things() -> None:
    words = [word for family in keywords.WORDS.values() for word in family]
    assert len(words) == len(set(words))
