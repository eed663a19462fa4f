"""What a text says, of all that texts can say: certain, asked back once, or left to people; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.notifications import keywords
from app.texting.grammar import answers, commands, doses, readings, words
from app.texting.grammar.said import Answer, Command, Known, Rating, Said, Unsure
from app.texting.grammar.tokens import Token, tokens

LONGEST: Final = 1600  # the provider takes no more


def understood(text: str, known: Known) -> Said | Unsure | None:
    """The one thing that a text says. Unsure where it may say two, or one that is not certain; None: none of them."""
    if keywords.meaning_of(text) in ("stop", "help") or len(text) > LONGEST:
        return None
    language = words.of(known.language)
    found = tokens(text, language, known.patients)
    reading = readings.read(found, known)
    post = commands.post(text, found, known)
    if post is not None:
        return post
    said: list[Said | Unsure | None] = [
        commands.language(text),
        commands.quiet(found, known),
        commands.command(found, known),
        commands.rating(found, known),
        answers.read(found, known),
        reading,
        _dose(text, found, known),
    ]
    return _one_of([one for one in said if one is not None], known)


def _one_of(said: Sequence[Said | Unsure], known: Known) -> Said | Unsure | None:
    """The only one. What was asked last is answered first: DONE after a reminder is a dose, after a request its end."""
    answer = next((one for one in said if isinstance(one, Answer)), None)
    if answer is not None and not known.asked.doses:
        said = [one for one in said if one is answer or isinstance(one, Command | Rating)]
    is_dose = [one for one in said if _is_of_doses(one)]
    if is_dose and known.asked.doses and not known.asked.help:
        said = [one for one in said if not isinstance(one, Command)]
    elif is_dose and len(said) > 1 and not known.asked.doses:
        said = [one for one in said if not _is_of_doses(one)]
    if len(said) > 1:
        return Unsure("several", "words")
    return said[0] if said else None


def _is_of_doses(one: Said | Unsure) -> bool:
    return isinstance(one, doses.DoseReply) or (isinstance(one, Unsure) and one.about == "doses")


def _dose(text: str, found: Sequence[Token], known: Known) -> Said | Unsure | None:
    """An answer about doses. Words that may answer anything are one only where doses were asked about last."""
    names = {name for one in known.patients for name in (one.code, *one.names)}
    said = doses.dose_reply(_in_english(text, found), names)
    if said is None or not (known.asked.doses or said.is_plain):
        return None
    return said if isinstance(said, doses.DoseReply) else Unsure("doses", "words", (said.answer,))


def in_english(text: str, language: str) -> str:
    """A text in this language as `doses` reads it."""
    return _in_english(text, tokens(text, words.of(language)))


def _in_english(text: str, found: Sequence[Token]) -> str:
    """The text with the words for doses of another language put into English, the only one that `doses` reads."""
    if not any(one.kind == "doses" for one in found):
        return text
    return " ".join(one.name if one.kind == "doses" else one.raw for one in found)
