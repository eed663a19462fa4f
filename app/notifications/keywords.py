"""Words in an inbound text that the provider itself acts upon."""

import collections.abc
import typing

Meaning = typing.Literal["stop", "start", "help"]

# Twilio's default English words, page "Support for opt-out keywords". It acts when a word is the whole message.
WORDS: typing.Final[dict[Meaning, frozenset[str]]] = {
    "stop": frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}),
    "start": frozenset({"start", "yes", "unstop"}),
    "help": frozenset({"help", "info"}),
}


def meaning_of(text: str) -> Meaning | None:
    """What the provider has understood; None for every other text, also for one that merely contains such a word."""
    word = text.strip().casefold()
    return next((meaning for meaning, words in WORDS.items() if word in words), None)


def meaning_in(fields: collections.abc.Mapping[str, str]) -> Meaning | None:
    """The same of a text as it was brought: an account with words of its own says what the provider made of one."""
    said = fields.get("OptOutType", "").strip().casefold()
    return next((meaning for meaning in WORDS if meaning == said), None) or meaning_of(fields.get("Body", ""))
