"""The corpus of texts, and one line for whatever a text says: what its tables are written in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.texting.grammar.commands import WEEKDAYS
from app.texting.grammar.doses import DoseReply
from app.texting.grammar.said import (
    Answer,
    Asked,
    Called,
    Choice,
    Command,
    Known,
    Language,
    Post,
    Quiet,
    Rating,
    Reading,
    Readings,
    Said,
    Unsure,
)

MARY, BOB = Called("MARY", ("Mary", "Mary O.", "mum")), Called("BOB", ("Bob",))
_PATIENT = Known(patients=(Called("MARY", ("Mary",)),), own="MARY", sent=datetime(2026, 11, 18, 10, 0, tzinfo=UTC))
_CHOICES = (
    Choice("better", 1, ("much better", "a bit better")),
    Choice("same", 2, ("the same", "about the same")),
    Choice("worse", 3, ("a bit worse", "much worse")),
)
_YES_NO = (Choice("yes", 1, ("y",)), Choice("no", 2, ("n",)))


def _asked(asked: Asked) -> Known:
    return replace(_PATIENT, asked=asked)


KNOWN: dict[str, Known] = {
    "patient": _PATIENT,
    "carer": replace(_PATIENT, patients=(MARY,), own=None),
    "two": replace(_PATIENT, patients=(MARY, BOB), own=None),
    # Tom is asked for his own weight, and looks after Mary.
    "asked_other_circle": Known(
        patients=(Called("TOM", ("Tom",)), MARY), own="TOM", asked=Asked(measures=("weight",), who="TOM")
    ),
    "asked_bp": _asked(Asked(measures=("blood_pressure",))),
    "asked_bp_pulse": _asked(Asked(measures=("blood_pressure", "pulse"))),
    "asked_glucose": _asked(Asked(measures=("glucose",))),
    "asked_weight": _asked(Asked(measures=("weight",))),
    "asked_sats": _asked(Asked(measures=("oxygen_saturation",))),
    "asked_breath": _asked(Asked(measures=("breathlessness",))),
    "choices": _asked(Asked(choices=_CHOICES)),
    "yes_no": _asked(Asked(choices=_YES_NO)),
    "scale": _asked(Asked(numbers=(0, 10))),
    "rating": _asked(Asked(rating=True)),
    "doses": _asked(Asked(doses=True)),
    "help": _asked(Asked(help=True)),
    "doses_help": _asked(Asked(doses=True, help=True)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the corpus."""

    text: str
    known: Known
    expected: str
    label: str

    @property
    def has_value(self) -> bool:
        """Whether the text says something for certain."""
        return self.expected != "-" and not self.expected.startswith("?")

    def is_met_by(self, line: str) -> bool:
        """A bare question mark asks for no reason."""
        return line == self.expected or (self.expected == "?" and line.startswith("?"))


def rows() -> Iterator[Row]:
    """Every text of the corpus, in the order of its files."""
    for path in sorted((Path(__file__).parent / "corpus").glob("*.toml")):
        for name, texts in tomllib.loads(path.read_text("utf-8")).items():
            known = replace(KNOWN[name], language=path.stem)
            for text, expected in texts:
                yield Row(text, known, expected, f"{path.stem} {name}: {text}")


def line(said: Said | Unsure | None, known: Known) -> str:
    """What was said, in one line; the patient only where there are several."""
    if said is None:
        return "-"
    if isinstance(said, Unsure):
        return f"? {said.about} {said.why}"
    return _line(said) + _for(said, known)


def _line(said: Said) -> str:
    match said:
        case Readings():
            return _readings(said)
        case DoseReply():
            return _dose(said)
        case Quiet(at, weekday, tomorrow):
            day = "tomorrow" if tomorrow else "" if weekday is None else WEEKDAYS[weekday]
            return " ".join(filter(None, ("quiet", at and f"{at:%H:%M}", day)))
        case Post(words):
            return f"post: {words}"
        case _:
            return _word(said)


def _word(said: Command | Language | Rating | Answer) -> str:
    match said:
        case Command(word, number):
            return word if number is None else f"{word} {number}"
        case Language(code):
            return f"language {code}"
        case Rating(value):
            return f"rating {value}"
        case Answer(code, number):
            return f"answer {number if code is None else code}"


def _readings(said: Readings) -> str:
    parts = [" + ".join(map(_reading, said.readings))]
    parts += [f"@{said.at:%H:%M}"] if said.at else []
    parts += [f"-{said.days_ago}d"] if said.days_ago else []
    parts += [f"meal={said.meal}"] if said.meal else []
    parts += [] if said.on_oxygen is None else [f"oxygen={'yes' if said.on_oxygen else 'no'}"]
    return " ".join(parts)


def _reading(one: Reading) -> str:
    value = one.value if one.value_2 is None else f"{one.value}/{one.value_2}"
    return " ".join(filter(None, (one.measure, str(value), one.unit)))


def _dose(said: DoseReply) -> str:
    minutes = said.minutes and str(said.minutes)
    at = said.at and f"{said.at:%H:%M}"
    who = said.who and f"of {said.who}"
    return " ".join(filter(None, ("dose", said.answer, *map(str, said.numbers), minutes, at, who)))


def _for(said: Said, known: Known) -> str:
    who = None if isinstance(said, Language | DoseReply) else said.who
    return f" for {who}" if who and len(known.patients) > 1 else ""
