"""What the raw files of tests/data hold, counted from their text with as little as possible and none of Kith's code.

The limits stand here as numbers of the files' own units: 4.0, 3.0, 14, 15, 20 and 30 mmol/L are 72.06, 54.05, 252.2,
270.2, 360.3 and 540.5 mg/dL (1 mmol/L is 18.0156 mg/dL), and home logs hold whole numbers of mg/dL.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).parents[1] / "data"
LOGS = [DATA / "uci_diabetes" / f"data-{number:02}" for number in range(1, 21)]
PRESSURES = DATA / "welltory" / "blood_pressure.csv"
LONDON = ZoneInfo("Europe/London")
HOUR = 3600.0
LOW, HIGH = -1, 9999  # what 0Lo and 0Hi count as: below and above every number


@dataclass
class Counted:
    """What an import should tell of one person."""

    rows: int = 0
    stored: int = 0
    refused: int = 0
    copies: int = 0
    others: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)


def seconds(local: str, form: str) -> float:
    return datetime.strptime(local, form).replace(tzinfo=LONDON).timestamp()


def glucose(path: Path) -> Counted:
    """A diabetes log."""
    rows = [line.split("\t") for line in path.read_text("ascii").split("\n") if line]
    counted = Counted(rows=len(rows))
    measured = []
    for day, time, code, value in rows:
        if code not in "48 57 58 59 60 61 62 63 64".split():
            counted.others[code] += 1
        elif value in ("0", "00", "000"):
            counted.refused += 1
        else:
            level = {"0Lo": LOW, "0Hi": HIGH}.get(value) or int(value)
            measured.append((seconds(f"{day} {time}", "%m-%d-%Y %H:%M"), level))
    counted.stored = len(measured)
    for at, level in measured:
        counted.findings.update(_of_glucose(at, level, measured))
    return counted


def _of_glucose(at: float, level: int, measured: list[tuple[float, int]]) -> list[str]:
    week = [other for when, other in measured if 0 <= at - when < 168 * HOUR]
    two_days = [(when, other) for when, other in measured if 0 <= at - when < 48 * HOUR]
    since_first = at - min(when for when, _ in two_days)
    found = [
        ("glucose_low: note", 54 < level <= 72),
        ("glucose_low: red", level <= 54),
        ("glucose_low_again: amber", level <= 72 and sum(other <= 72 for other in week) >= 2),
        ("glucose_high: note", 252 < level <= 360),
        ("glucose_high: amber", 360 < level <= 540),
        ("glucose_high: red", level > 540),
        (
            "glucose_high_for_days: amber",
            len(two_days) >= 3 and since_first >= 36 * HOUR and all(other > 270 for _, other in two_days),
        ),
    ]
    return [kind for kind, holds in found if holds]


def pressures(path: Path = PRESSURES) -> dict[str, Counted]:
    """The export of an app, by the code of each person."""
    people: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for line in path.read_text("ascii").split("\n")[1:]:
        if line:
            code, at, diastolic, systolic = re.match(r'"(\w+)","([\d: -]+)",(\d+),(\d+),', line).groups()  # type: ignore[union-attr]
            people[code].append((seconds(" ".join(at.split()), "%Y-%m-%d %H:%M:%S"), int(systolic), int(diastolic)))
    return {code: _of_pressures(sorted(measured)) for code, measured in people.items()}


def _of_pressures(measured: list[tuple[float, int, int]]) -> Counted:
    again = [_is_again(one, measured) for one in measured]
    own = [one for one, is_copy in zip(measured, again, strict=True) if not is_copy]
    counted = Counted(rows=len(measured), stored=len(measured), copies=sum(again))
    for one in measured:
        counted.findings.update(_of_pressure(one, own))
    return counted


def _is_again(one: tuple[float, int, int], measured: list[tuple[float, int, int]]) -> bool:
    """The same numbers 1 to 14 whole hours before, to within 2 seconds."""
    before = [one[0] - other[0] for other in measured if other[1:] == one[1:]]
    return any(abs(apart - hours * HOUR) <= 2 for apart in before for hours in range(1, 15))


def _of_pressure(one: tuple[float, int, int], own: list[tuple[float, int, int]]) -> list[str]:
    at, systolic, diastolic = one
    found = ["pressure_low: red"] if systolic < 90 else []
    severe = systolic >= 180 or diastolic >= 120
    if not (severe or systolic >= 150 or diastolic >= 95):
        return found
    minutes, upper, lower = (30, 180, 120) if severe else (15, 150, 95)
    repeats = [other for other in own if other != one and 60 <= abs(other[0] - at) <= minutes * 60]
    if any(other[1] >= upper or other[2] >= lower for other in repeats):
        return [*found, "pressure_high: red" if severe else "pressure_high: amber"]
    is_unconfirmed = any(other[0] > at for other in repeats)
    return [*found, "pressure_high: note" if is_unconfirmed and not severe else "pressure_high: amber"]
