"""What a text can say, and what has to be known of its sender to understand it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Literal

from app.texting.grammar.doses import DoseReply


@dataclass(frozen=True, slots=True)
class Called:
    """A patient of this phone: their code, and what else a text may call them (`Mary`, `mum`)."""

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to the question that was asked: its number in that text, and the words for it."""

    code: str
    number: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What this phone was asked last and has not answered; who: the code of the patient it was about."""

    measures: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    numbers: tuple[int, int] | None = None  # the lowest and the highest whole number that answer it
    rating: bool = False
    doses: bool = False
    help: bool = False  # a help request or an alert, answered by GO, DONE, PASS
    who: str | None = None


NOTHING: Asked = Asked()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the sender. `own` is their code where they are a patient; `sent` is by their own clock."""

    language: str = "en"
    patients: tuple[Called, ...] = ()
    own: str | None = None
    asked: Asked = NOTHING
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation as the catalogue names it: the number as typed, or the word of a meter (LO, HI)."""

    measure: str
    value: Decimal | str
    value_2: Decimal | None = None  # the lower of a blood pressure
    unit: str | None = None  # UCUM; none with LO and HI

    @property
    def entered(self) -> Mapping[str, object]:
        """The fields of an entry (`app.readings.intake.Entry`) that say what was entered."""
        if self.value_2 is not None:
            pair = (("systolic", self.value), ("diastolic", self.value_2))
            return {"components": {part: {"value": _plain(number), "unit": self.unit} for part, number in pair}}
        return {"value": _plain(self.value), "unit": self.unit}


def _plain(value: Decimal | str) -> float | str:
    return value if isinstance(value, str) else float(value)


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of one text, and what it says of when and how they were taken; at: None if it says nothing."""

    readings: tuple[Reading, ...]
    who: str | None = None
    at: time | None = None
    days_ago: int = 0
    meal: str | None = None  # as the catalogue names them
    on_oxygen: bool | None = None


CommandWord = Literal["go", "done", "pass", "here", "status", "quiet_off", "join", "leave", "ok", "skip"]


@dataclass(frozen=True, slots=True)
class Command:
    """A word that does something, and the number or the patient that it names."""

    word: CommandWord
    number: int | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing that is not urgent until then: a time (alone: the next), a weekday (Monday is 0), or tomorrow."""

    at: time | None = None
    weekday: int | None = None
    tomorrow: bool = False
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Language:
    """The language to be written to in, as its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Post:
    """Words for the circle, exactly as they were typed."""

    words: str
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A self-rating from 0 to 10."""

    value: int
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to the question that was asked: the code of a choice, or a number."""

    code: str | None = None
    number: int | None = None
    who: str | None = None


Said = Readings | Command | Quiet | Language | Post | Rating | Answer | DoseReply
About = Literal["readings", "doses", "command", "quiet", "language", "post", "rating", "answer", "several"]
Why = Literal[
    "words",  # it says more, or it could be read in two ways
    "question",  # it asks something
    "measure",  # a number, but of what?
    "unit",  # in what?
    "value",  # no number of this measure, or not all of it
    "two",  # the same measure twice
    "when",  # a time that could be another
    "who",  # which patient?
    "number",  # not one that can be meant
]


@dataclass(frozen=True, slots=True)
class Unsure:
    """It is about this, but what it says is not certain: ask back once. Of: the measures, command or dose answer."""

    about: About
    why: Why
    of: tuple[str, ...] = ()
