"""Which doses not taken, or not known of, are a signal for the coordinator: rules are data, judging is pure.

A file with a vector that fails is refused, so that no rule runs that does not do what its author wrote down.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from app.protocols.content import Severity

MEASURE: Final = "medicines"
FAMILY: Final = "missing"
KEY: Final = (MEASURE, "none", FAMILY)  # of the alert that every signal of a patient joins
TITLE: Final = "Medicines"


class RulesRefused(Exception):
    """These rules do not do what their vectors say."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days of how many, of which doses, are what."""

    id: str
    applies_to: str
    counts: frozenset[str]
    skipped_because: frozenset[str]
    at_least: int
    of_days: int
    severity: Severity
    says: str
    source: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All of one version; nobody may be taken for the approver of those that have none."""

    version: str
    rules: tuple[Rule, ...]

    @property
    def reach(self) -> int:
        return max(rule.of_days for rule in self.rules)

    @property
    def words(self) -> str:
        """What the console says of where a signal comes from."""
        approved = all(rule.approved_by for rule in self.rules)
        return f"Rules for missed doses, version {self.version}, {'approved' if approved else 'draft'}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A scheduled dose as it stands; `why` it was skipped."""

    medicine_id: UUID
    on: date
    state: str
    is_time_critical: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What one rule concludes of one medicine; the words name no medicine, for they are not kept sealed."""

    medicine_id: UUID
    rule: str
    severity: Severity
    why: str


def signals(rules: Rules, doses: Iterable[Seen], today: date) -> list[Signal]:
    """The gravest signal of each medicine, the gravest first; `today` is the day of the dose that is news."""
    by_medicine: dict[UUID, list[Seen]] = {}
    for dose in doses:
        by_medicine.setdefault(dose.medicine_id, []).append(dose)
    found = [one for mine in by_medicine.values() if (one := _signal(rules, mine, today)) is not None]
    return sorted(found, key=lambda one: -one.severity.rank)


def load(text: str) -> Rules:
    """Rules from their file. Raises RulesRefused."""
    raw = tomllib.loads(text)
    rules = Rules(raw["version"], tuple(_rule(one) for one in raw["rule"]))
    failing = [vector["name"] for vector in raw["vector"] if _given_by(rules, vector) != vector["gives"]]
    untried = {rule.id for rule in rules.rules} - {vector["gives"] for vector in raw["vector"]}
    if failing or untried:
        raise RulesRefused(f"failing: {', '.join(failing) or 'none'}; tried by none: {', '.join(untried) or 'none'}")
    return rules


def _signal(rules: Rules, doses: Sequence[Seen], today: date) -> Signal | None:
    holding = [(rule, days) for rule in rules.rules if (days := _days(rule, doses, today)) >= rule.at_least]
    if not holding:
        return None
    rule, days = max(holding, key=lambda one: (one[0].severity.rank, one[0].applies_to == "time_critical"))
    why = rule.says.format(days=days, of_days=rule.of_days)
    return Signal(doses[0].medicine_id, rule.id, rule.severity, why)


def _days(rule: Rule, doses: Sequence[Seen], today: date) -> int:
    """On how many days a dose counts."""
    first = today - timedelta(days=rule.of_days - 1)
    return len({dose.on for dose in doses if first <= dose.on <= today and _counts(rule, dose)})


def _counts(rule: Rule, dose: Seen) -> bool:
    if rule.applies_to == "time_critical" and not dose.is_time_critical:
        return False
    return dose.state in rule.counts and (dose.state != "skipped" or dose.why in rule.skipped_because)


def _rule(raw: Mapping[str, Any]) -> Rule:
    sets = {name: frozenset(raw[name]) for name in ("counts", "skipped_because")}
    return Rule(**{**raw, **sets, "severity": Severity(raw["severity"]), "approved_by": raw["approved_by"] or None})


def _given_by(rules: Rules, vector: Mapping[str, Any]) -> str:
    today, medicine_id = date(2026, 11, 18), UUID(int=1)
    doses = [
        Seen(medicine_id, today - timedelta(days=ago), state, vector.get("time_critical", False), why or None)
        for ago, said in enumerate(vector["days"])
        for state, _, why in (one.partition(":") for one in said)
    ]
    found = signals(rules, doses, today)
    return found[0].rule if found else ""


RULES: Final = load((Path(__file__).parent / "content" / "missed_doses.toml").read_text("utf-8"))
