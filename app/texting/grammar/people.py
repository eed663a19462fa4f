"""Which patient a text is about, and the short codes of patients; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import Final

from app.notifications import segments
from app.texting.grammar import doses, words
from app.texting.grammar.said import Known
from app.texting.grammar.tokens import Token

Names = tuple[str, str]  # given and family name
SHORTEST: Final = 2


class NotCertain(Exception):
    """More than one patient may be meant, or none of those we know."""


def meant(found: Sequence[Token], known: Known) -> str | None:
    """The code of the patient that a text names; raises NotCertain where it names two, or is not the sender's own."""
    named = {one.name for one in found if one.kind == "who"}
    if any(one.kind == "mine" for one in found) and not named:
        named = {known.own or ""} if known.patients else set()
    if len(named) > 1 or "" in named:
        raise NotCertain
    return next(iter(named), None)


def one_meant(found: Sequence[Token], known: Known, *, is_answer: bool = False) -> str | None:
    """The same, and where it names nobody the only one, or of an answer the one asked about; raises NotCertain."""
    who = meant(found, known) or (known.asked.who if is_answer else None)
    if who is None and len(known.patients) > 1:
        raise NotCertain
    return who or (known.patients[0].code if known.patients else None)


def codes(people: Sequence[Names]) -> tuple[str, ...]:
    """A short code for each patient of a phone, in this order: the first name, with more letters where two are alike.

    Letters only. A word of ours is no code, in any language; a name without Latin letters is P and a letter.
    """
    found: list[str] = []
    for place, names in enumerate(people):
        others = [other for n, other in enumerate(people) if n != place]
        free = (one for one in _proposals(names, place) if _is_free(one, others) and one not in found)
        found.append(next(free))
    return tuple(found)


def _is_free(code: str, others: Sequence[Names]) -> bool:
    """Whether nobody else may be called so, in full or for short, and it is no word of ours."""
    full = ["".join(map(_letters, names)) for names in others]
    return len(code) >= SHORTEST and not is_ours(code) and not any(name.startswith(code) for name in full)


def _proposals(names: Names, place: int) -> Iterator[str]:
    given, family = (_letters(name) for name in names)
    if given:
        yield from (given + family[:length] for length in range(len(family) + 1))
    for letter in ascii_uppercase[place:] + ascii_uppercase[:place]:
        yield f"{given + family if given else 'P'}{letter}"


def _letters(name: str) -> str:
    """The first word of a name in capitals of the Latin alphabet."""
    first = segments.fold(name).upper().split()[:1]
    return "".join(letter for letter in "".join(first) if letter in ascii_uppercase)


def is_ours(word: str) -> bool:
    """Whether a word means something in a text, in any language, to us or to the provider."""
    folded = word.casefold()
    is_said = any(folded in one.vocabulary for one in words.ALL.values())
    return is_said or folded in words.CARRIERS or doses.begins_like_one(folded)
