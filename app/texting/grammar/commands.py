"""Commands, ratings and posts: they begin with their word, and hold nothing besides what belongs to it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import Final, cast, get_args

from app.texting.grammar import people, spelling, words
from app.texting.grammar.said import Command, CommandWord, Known, Language, Post, Quiet, Rating, Unsure
from app.texting.grammar.tokens import Token, without

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OUT_OF: Final = tuple(["number", of, "number"] for of in ("slash", "over", "out_of"))
_COURTESY: Final = frozenset({"polite", "hash"})
# These words mean something in a text without a number of its own; anybody may say `ok, thanks`.
_STRICT: Final = frozenset({"ok"})
_NUMBERS: Final = frozenset({"number", "bad", "slash", "hyphen", "plus", "clock", "question", "who", "mine"})
_RATED_OUT_OF: Final = 10
_MOST_OF_A_LANGUAGE: Final = 2  # words; longer ones talk of the tongue, or of speaking
_RATED: Final = frozenset({"number", "bad", "slash", "over", "out_of", "question"})
_FIRST_WORD: Final = re.compile(rf"\W*(?:[^\W\d_]|[{spelling.MARKS}])+[\s:,.;!-]*")
_LABEL: Final = re.compile(r"\s*:\s*")


def command(found: Sequence[Token], known: Known) -> Command | Unsure | None:
    """GO, DONE, PASS, HERE, STATUS, JOIN, LEAVE, OK, SKIP and QUIET OFF, with a number or the patient."""
    word = _first(found)
    if word is None or word not in get_args(CommandWord):
        return None
    rest = without(found[1:], frozenset({"hash"}) if word in _STRICT else _COURTESY)
    if any(one.kind not in _NUMBERS for one in rest):
        return None
    numbers = [one.raw for one in rest if one.kind != "who"]
    if any(one.kind not in ("number", "who") for one in rest) or len(numbers) > 1 or not _are_whole(numbers):
        return Unsure("command", "number", (word,))
    try:
        who = people.one_meant(rest, known) if word == "leave" and _names(rest) else people.meant(rest, known)
    except people.NotCertain:
        return Unsure("command", "who", (word,))
    if word == "leave" and who is None:
        return Unsure("command", "who", (word,))
    return Command(cast(CommandWord, word), int(numbers[0]) if numbers else None, who)


def quiet(found: Sequence[Token], known: Known) -> Quiet | Unsure | None:
    """QUIET UNTIL a time, a weekday or tomorrow."""
    if _first(found) != "quiet":
        return None
    rest = without(found[1:], {"polite", "fillers", "until", "at", "who"})
    times = [time.fromisoformat(one.name) for one in rest if one.kind == "time"]
    days = [one.name for one in rest if one.kind == "days" and one.name in (*WEEKDAYS, "tomorrow")]
    if any(one.kind == "unknown" for one in rest) and not times and not days:
        return None
    try:
        who = people.meant(found, known)
    except people.NotCertain:
        return Unsure("quiet", "who")
    if len(times) + len(days) != len(rest) or not rest or len(times) > 1 or len(days) > 1:
        return Unsure("quiet", "when")
    weekday = WEEKDAYS.index(days[0]) if days and days[0] in WEEKDAYS else None
    return Quiet(times[0] if times else None, weekday, bool(days) and weekday is None, who)


def language(text: str) -> Language | Unsure | None:
    """LANGUAGE and a name or code, in the words of any language: the one we know of may be the wrong one."""
    said = spelling.folded(text, {}).strip(" .!").split()
    asks = {phrase[0] for one in words.ALL.values() for phrase, m in one.phrases.items() if m.name == "language"}
    if not said or said[0].rstrip(":") not in asks:
        return None
    named = [code for code, one in words.ALL.items() if " ".join(said[1:]) in {code, *one.languages}]
    if named:
        return Language(named[0])
    return Unsure("language", "words") if len(said) <= _MOST_OF_A_LANGUAGE else None


def rating(found: Sequence[Token], known: Known) -> Rating | Unsure | None:
    """RATE 7, or a number alone where a rating was asked for: from 0 to 10."""
    is_named = _first(found) == "rate"
    if not is_named and not known.asked.rating:
        return None
    rest = without(found[1:] if is_named else found, {*_COURTESY, "fillers", "mine", "who"})
    kinds = [one.kind for one in rest]
    numbers = [one.raw for one in rest if one.kind == "number"]
    if not set(kinds) <= _RATED or not rest:
        return Unsure("rating", "words") if is_named else None
    is_out_of = kinds in OUT_OF
    is_one = kinds == ["number"] or (is_out_of and numbers[1] == str(_RATED_OUT_OF))
    if not is_one or not numbers[0].isdigit() or int(numbers[0]) > _RATED_OUT_OF:
        return Unsure("rating", "number")
    try:
        return Rating(int(numbers[0]), people.one_meant(found, known, is_answer=known.asked.rating))
    except people.NotCertain:
        return Unsure("rating", "who")


def post(text: str, found: Sequence[Token], known: Known) -> Post | Unsure | None:
    """TELL, POST, SHARE and what the circle shall read. Nothing else is a post: a call for help is for the team."""
    if not found or found[0].kind != "posts":
        return None
    said = _FIRST_WORD.sub("", text, count=1).strip()
    return _posted(said, found[1:2], known)


def _posted(said: str, subject: Sequence[Token], known: Known) -> Post | Unsure:
    """The patient is the one that it begins with, or the only one."""
    if not any(map(str.isalnum, said)):
        return Unsure("post", "words")
    try:
        who = people.one_meant([one for one in subject if one.kind == "who"], known)
    except people.NotCertain:
        return Unsure("post", "who")
    head, label, rest = said.partition(":")
    is_label = bool(label and rest.strip()) and subject and spelling.folded(head, {}).strip() == subject[0].raw
    return Post(rest.strip() if is_label and subject[0].kind == "who" else said, who)


def _first(found: Sequence[Token]) -> str | None:
    return found[0].name if found and found[0].kind == "commands" else None


def _names(rest: Sequence[Token]) -> bool:
    return any(one.kind == "who" for one in rest)


def _are_whole(numbers: Sequence[str]) -> bool:
    return all(one.isdigit() and 0 < int(one) < 10**6 for one in numbers)
