"""One slip of the fingers in a word of four letters or more: a letter too many, too few, another, or two swapped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

SHORTEST: Final = 4


def meant_by(typed: str, words: Collection[str]) -> frozenset[str]:
    """The words that this one may be a slip of, short ones too if it may be a long one.

    The first letter is right, or swapped with the second.
    """
    if _letters(typed) < SHORTEST or any(map(str.isdigit, typed)):
        return frozenset()
    alike = (word for word in words if abs(len(word) - len(typed)) <= 1 and _begin_alike(typed, word))
    near = frozenset(word for word in alike if is_one_slip(typed, word))
    return near if any(_letters(word) >= SHORTEST for word in near) else frozenset()


def is_one_slip(one: str, other: str) -> bool:
    """Whether exactly one slip lies between these two different words."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) != len(right):
        return left[1:] == right or left == right[1:]
    swapped = left[1::-1] == right[:2] and left[2:] == right[2:]
    return left != right and (left[1:] == right[1:] or swapped)


def _begin_alike(typed: str, word: str) -> bool:
    return typed[0] == word[0] or typed[1::-1] == word[:2]


def _letters(word: str) -> int:
    """How many letters a word has; the signs of vowels that stand on letters are none."""
    return sum(map(str.isalpha, word))
