"""A text as a row of tokens: numbers as typed, and words with what they mean in this language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Final

from app.texting.grammar import slips, spelling
from app.texting.grammar.said import Called
from app.texting.grammar.words import Meaning, Phrase, Words

_LETTER: Final = rf"(?:[^\W\d_]|[{spelling.MARKS}])"
# Words of ours that are not made of letters alone.
_SPECIAL: Final = r"(?:spo2|sp02|o2|fev1|mm/hg|mmols?/l(?:itre)?|mg/dl|l/min|l/s|b/p|beats/min|/min)(?![^\W_])|%"
_TOKEN: Final = re.compile(
    r"(?P<clock>[0-9]{1,2}:[0-9]{2}(?![0-9:]))"
    r"|(?P<number>[0-9]+(?:[.,][0-9]+)*)"
    rf"|(?P<word>{_SPECIAL}|{_LETTER}+(?:'{_LETTER}+)*)"
    r"|(?P<sign>\S)"
)
_PUNCTUATION: Final = frozenset(".,;:!()\"'&=…،۔؛।॥•")
_KIND_OF_SIGN: Final = {"/": "slash", "-": "hyphen", "+": "plus", "?": "question", "#": "hash", "@": "at"}
_FACES, _HEARTS, _HUES = "\U0001f600-\U0001f64f\u263a", "\u2764\U0001f495-\U0001f49f", "\U0001f3fb-\U0001f3ff"
_FRIENDLY: Final = re.compile(f"[{_FACES}{_HEARTS}{_HUES}\U0001f44c\U0001f44d]")
# What may stand against a number without a space; any other word there is rather a slip in the number (`1o2`).
_MAY_FOLLOW: Final = frozenset({"units", "over", "times", "out_of"})
_MAY_PRECEDE: Final = frozenset({"measures", "parts", "commands", "units", "over", "out_of"})
_LONGEST_NUMBER: Final = 7


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a text. Kind: number, time, clock (uncertain), who, a sign's, a section of the words, or unknown."""

    kind: str
    raw: str
    name: str = ""
    follows: bool = False  # a number stands before it, without a space
    precedes: bool = False  # or after it


def tokens(text: str, words: Words, patients: Sequence[Called] = ()) -> list[Token]:
    """The tokens of a text, without punctuation that says nothing."""
    pieces = list(_pieces(spelling.folded(_FRIENDLY.sub(" ", text), words.digits)))
    return list(_with_times(_meant(pieces, words, _names(words, patients))))


def without(found: Sequence[Token], kinds: Collection[str]) -> list[Token]:
    """The tokens but those of these kinds."""
    return [one for one in found if one.kind not in kinds]


def _pieces(text: str) -> Iterator[Token]:
    """Numbers, clocks, words and signs; signs between two numbers are kept, for they may mean something."""
    for match in _TOKEN.finditer(text):
        kind, raw = str(match.lastgroup), match[0]
        before, after = text[: match.start()], text[match.end() :]
        if kind == "sign":
            sign = _sign(raw, before, after)
            if sign:
                yield Token(sign, raw)
        elif kind == "word":
            yield Token(kind, raw, follows=_is_digit(before[-1:]), precedes=_is_digit(after[:1]))
        else:
            yield Token(kind, raw)


def _sign(raw: str, before: str, after: str) -> str | None:
    """The kind of a sign, or None where it is mere punctuation."""
    if raw in _PUNCTUATION:
        is_point = raw in ".,':" and _is_digit(after[:1]) and (raw in ".," or _is_digit(before[-1:]))
        return "bad" if is_point else None
    kind = _KIND_OF_SIGN.get(raw, "bad")
    if kind in ("hyphen", "plus") and not (_is_digit(before.rstrip()[-1:]) and _is_digit(after.lstrip()[:1])):
        return None
    return kind


def _is_digit(character: str) -> bool:
    return character.isascii() and character.isdigit()


def _names(words: Words, patients: Sequence[Called]) -> dict[Phrase, str]:
    """What the patients may be called, as words; a word of ours is no name."""
    found: dict[Phrase, str] = {}
    twice: set[Phrase] = set()
    for one in patients:
        for name in {one.code, *one.names}:
            phrase = tuple(match[0] for match in _TOKEN.finditer(spelling.folded(name, {})) if match["sign"] is None)
            meaning = words.phrases.get(phrase)
            if phrase and (meaning is None or meaning.kind == "relatives"):
                twice |= {phrase} if found.setdefault(phrase, one.code) != one.code else set()
    return {phrase: "" if phrase in twice else code for phrase, code in found.items()}


def _meant(pieces: Sequence[Token], words: Words, names: dict[Phrase, str]) -> Iterator[Token]:
    """Every word with its meaning: the longest phrase first, names before words."""
    spelled = [_spelled(one, words, names) for one in pieces]
    longest = max([words.longest, *map(len, names)])
    at = 0
    while at < len(pieces):
        if pieces[at].kind != "word":
            yield _number_checked(pieces[at])
            at += 1
            continue
        length, meaning = _longest(spelled, at, longest, words, names)
        piece = pieces[at : at + length]
        raw = " ".join(one.raw for one in piece)
        is_ours = meaning is not None and _may_touch(meaning, raw, piece)
        yield Token(meaning.kind, raw, meaning.name) if meaning and is_ours else Token("unknown", raw)
        at += length


def _may_touch(meaning: Meaning, raw: str, piece: Sequence[Token]) -> bool:
    is_long = raw.isalpha() and len(raw) > 2  # 5000steps, but not 70p
    after = not piece[0].follows or meaning.kind in _MAY_FOLLOW or (meaning.kind == "measures" and is_long)
    return after and (not piece[-1].precedes or meaning.kind in _MAY_PRECEDE)


def _longest(
    spelled: Sequence[str | None], at: int, longest: int, words: Words, names: dict[Phrase, str]
) -> tuple[int, Meaning | None]:
    for length in range(min(longest, len(spelled) - at), 0, -1):
        piece = spelled[at : at + length]
        phrase = tuple(word for word in piece if word is not None)
        if len(phrase) < length:
            continue
        owner = (*phrase[:-1], phrase[-1].removesuffix("'s"))
        for spelling_of_name in (phrase, owner):
            if spelling_of_name in names:
                return length, Meaning("who", names[spelling_of_name])
        meaning = words.phrases.get(phrase) or _owned(words.phrases.get(owner))
        if meaning:
            return length, meaning
    return 1, None


def _owned(meaning: Meaning | None) -> Meaning | None:
    """Of other words only relatives own something: `mum's`."""
    return meaning if meaning and meaning.kind == "relatives" else None


def _spelled(piece: Token, words: Words, names: dict[Phrase, str]) -> str | None:
    """The word as we spell it; None for what is no word. A slip that could be of two words is left as it is."""
    if piece.kind != "word":
        return None
    raw = piece.raw
    if raw in words.vocabulary or raw in words.not_slips or any(raw in name for name in names):
        return raw
    meant = slips.meant_by(raw, words.meant)
    meanings = {words.phrases.get((one,)) for one in meant}
    return min(meant) if len(meant) == 1 or (len(meanings) == 1 and None not in meanings) else raw


def _number_checked(piece: Token) -> Token:
    """Numbers with several points, or of many digits, or that begin with a needless nought, are not certain."""
    if piece.kind != "number":
        return piece
    whole = re.split("[.,]", piece.raw)
    is_odd = len(whole) > 2 or len(piece.raw) > _LONGEST_NUMBER or (len(whole[0]) > 1 and whole[0][0] == "0")
    return replace(piece, kind="bad") if is_odd else piece


def _with_times(found: Iterator[Token]) -> Iterator[Token]:
    """Hours and am or pm as one token; a clock of 24 hours where it cannot be one of 12."""
    row = list(found)
    at = 0
    while at < len(row):
        half = row[at + 1] if at + 1 < len(row) and row[at + 1].kind == "times" else None
        one = row[at]
        if one.kind in ("number", "clock", "bad") and half is not None:
            yield _of_twelve(one, half)
            at += 2
            continue
        yield _of_twenty_four(one) if one.kind == "clock" else one
        at += 1


def _of_twelve(number: Token, half: Token) -> Token:
    match = re.fullmatch(r"0?([1-9]|1[0-2])(?:[:.]([0-5][0-9]))?", number.raw)
    raw = f"{number.raw} {half.raw}"
    if match is None or (match[1] == "12" and match[2] is None):  # noon or midnight: people mean both
        return Token("clock", raw)
    hour = int(match[1]) % 12 + (12 if half.name == "pm" else 0)
    return Token("time", raw, time(hour, int(match[2] or 0)).isoformat("minutes"))


def _of_twenty_four(clock: Token) -> Token:
    hours, minutes = clock.raw.split(":")
    is_certain = (hours.startswith("0") or int(hours) > 12) and len(hours) == 2
    if not is_certain or int(hours) > 23 or int(minutes) > 59:
        return clock
    return replace(clock, kind="time", name=clock.raw)
