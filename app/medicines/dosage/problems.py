"""What is wrong with what came from outside, in plain sentences with pointers; reading JSON without falling over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way, and where it stands (a JSON pointer)."""

    pointer: str
    says: str
    disagrees: bool = False  # the text says one thing and the structure another


@dataclass(slots=True)
class Node:
    """An object of JSON with its place and the list that problems are gathered in."""

    raw: Mapping[str, Any]
    pointer: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, says: str, name: str = "", *, disagrees: bool = False) -> None:
        """Note what is wrong with this object, or with what it names so."""
        problem = Problem(f"{self.pointer}/{name}" if name else self.pointer, says, disagrees)
        if problem not in self.problems:
            self.problems.append(problem)

    def has(self, name: str) -> bool:
        """Whether anything of this name is there."""
        return self.raw.get(name) is not None

    def within(self, name: str) -> Node:
        """The object of this name; an empty one where there is none."""
        return self._node(self.raw.get(name), f"{self.pointer}/{name}")

    def all_within(self, name: str) -> list[Node]:
        """The objects of this name; one that stands alone is a list of one."""
        raw = self.raw.get(name)
        if raw is None:
            return []
        if isinstance(raw, Mapping):
            return [self.within(name)]
        if not isinstance(raw, list):
            self.problem("This has to be a list.", name)
            return []
        return [self._node(one, f"{self.pointer}/{name}/{number}") for number, one in enumerate(raw)]

    def _node(self, raw: object, pointer: str) -> Node:
        node = Node(raw if isinstance(raw, Mapping) else {}, pointer, self.problems)
        if raw is not None and not isinstance(raw, Mapping):
            node.problem("This has to be an object.")
        return node

    def words(self, name: str) -> str:
        """The text of this name, without blanks around it."""
        raw = self.raw.get(name)
        if raw is not None and not isinstance(raw, str):
            self.problem("This has to be text.", name)
        return raw.strip() if isinstance(raw, str) else ""

    def list_of_words(self, name: str) -> list[str]:
        """The texts of this name."""
        raw = self.raw.get(name, [])
        raw = raw if isinstance(raw, list) else [raw]
        if not all(isinstance(one, str) for one in raw):
            self.problem("This has to be a list of texts.", name)
            return []
        return raw

    def number(self, name: str) -> Decimal | None:
        """The number of this name, above zero."""
        raw = self.raw.get(name)
        if raw is None:
            return None
        number = Decimal(str(raw)) if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool) else None
        if number is None or not number.is_finite() or number <= 0:
            self.problem("This has to be a number above zero.", name)
            return None
        return number

    def whole(self, name: str) -> int | None:
        """The whole number of this name, above zero."""
        number = self.number(name)
        if number is None or number == number.to_integral_value():
            return None if number is None else int(number)
        self.problem("This has to be a whole number.", name)
        return None

    def day(self, name: str) -> date | None:
        """The date of this name; of an instant, its date as written."""
        words = self.words(name)
        try:
            return date.fromisoformat(words[:10]) if words else None
        except ValueError:
            self.problem("This has to be a whole date.", name)
            return None

    def instant(self, name: str) -> datetime | None:
        """The instant of this name, when it has a time and an offset."""
        words = self.words(name)
        try:
            instant = datetime.fromisoformat(words) if "T" in words else None
        except ValueError:
            self.problem("This is no date and time.", name)
            return None
        return instant if instant is not None and instant.tzinfo is not None else None
