"""Answers to the question that was asked last: its number, its words, or a number in its range; pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.texting.grammar import commands, people, slips, spelling
from app.texting.grammar.said import Answer, Choice, Known, Unsure
from app.texting.grammar.tokens import Token, without

_LEFT_OUT = frozenset({"polite", "who"})


def read(found: Sequence[Token], known: Known) -> Answer | Unsure | None:
    """The answer to what was asked; None where nothing was, or the text holds none of its words."""
    asked = known.asked
    row = without(found, _LEFT_OUT)
    answer = _chosen(row, asked.choices) if asked.choices else _counted(row, asked.numbers) if asked.numbers else None
    if not isinstance(answer, Answer):
        return answer
    try:
        return Answer(answer.code, answer.number, people.one_meant(found, known, is_answer=True))
    except people.NotCertain:
        return Unsure("answer", "who")


def _chosen(row: Sequence[Token], choices: Sequence[Choice]) -> Answer | Unsure | None:
    """The one choice that all of the text names, by number or words."""
    said = [one.raw for one in row]
    named = [choice for choice in choices if _is_named(said, choice)]
    if len(named) == 1:
        return Answer(code=named[0].code)
    touched = [choice for choice in choices if any(_is_named([word], choice) for word in said)]
    is_command = bool(row) and row[0].kind == "commands"
    return Unsure("answer", "words") if named or (touched and not is_command) else _beyond(row)


def _is_named(said: Sequence[str], choice: Choice) -> bool:
    """`2`, `worse`, or both; a slip in a word of four letters is forgiven."""
    number = str(choice.number)
    words = list(said[1:] if said[:1] == [number] else said)
    if not words:
        return bool(said)
    return any(_is_spelled(words, spelling.folded(phrase, {}).split()) for phrase in (choice.code, *choice.words))


def _is_spelled(said: Sequence[str], phrase: Sequence[str]) -> bool:
    pairs = list(zip(said, phrase, strict=False))
    return len(said) == len(phrase) and all(one == other or slips.meant_by(one, {other}) for one, other in pairs)


def _counted(row: Sequence[Token], bounds: tuple[int, int]) -> Answer | Unsure | None:
    """A whole number in the range that was asked for, alone or out of its highest."""
    lowest, highest = bounds
    numbers = [one.raw for one in row if one.kind == "number"]
    kinds = [one.kind for one in without(row, {"fillers", "mine"})]
    if kinds != ["number"] and not (kinds in commands.OUT_OF and numbers[1] == str(highest)):
        return _beyond(row)
    is_in_range = numbers[0].isdigit() and lowest <= int(numbers[0]) <= highest
    return Answer(number=int(numbers[0])) if is_in_range else Unsure("answer", "number")


def _beyond(row: Sequence[Token]) -> Unsure | None:
    """A text with a number and no other word was meant as an answer."""
    kinds = {one.kind for one in row}
    is_number = bool(kinds & {"number", "bad"}) and not kinds & {"unknown", "measures", "units", "commands", "time"}
    return Unsure("answer", "number") if is_number else None
