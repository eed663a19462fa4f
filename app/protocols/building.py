"""From a file of the right shape to a protocol; what does not hang together is collected as plain reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from app.protocols import file_format, vector_lines
from app.protocols.content import (
    Advice,
    AppliesTo,
    Ask,
    Band,
    Basis,
    ChangeRule,
    Condition,
    CountRule,
    Direction,
    Family,
    LimitRule,
    Protocol,
    Repeat,
    Rule,
    Severity,
    SymptomRule,
    Threshold,
)

COMPONENTS: Final = ("systolic", "diastolic")
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Builder:
    """What rules refer to by name: advice, sources and hazards; and the reasons found so far."""

    advice: dict[str, Advice]
    sources: dict[str, str]
    hazards: dict[str, str]
    reasons: list[str]

    def told(self, name: str, at: str) -> Advice:
        """The advice of this name."""
        if name not in self.advice:
            self.reasons.append(f"{at}: there is no advice called {name}")
        return self.advice.get(name, Advice("", ""))

    def basis(self, raw: Raw, at: str) -> Basis:
        """Where a figure comes from; its sources must be named in the file."""
        for key in raw.get("source", ()):
            if key not in self.sources:
                self.reasons.append(f"{at}: source {key} is not among the sources")
        return Basis(tuple(raw.get("source", ())), raw.get("judgement"))

    def controls(self, names: list[str], at: str) -> tuple[str, ...]:
        """The hazards a rule controls."""
        for name in names:
            if name not in self.hazards:
                self.reasons.append(f"{at}: hazard {name} is not among the hazards")
        return tuple(names)


def build(raw: Raw, reasons: list[str]) -> Protocol:
    """The protocol of a file whose shape is right."""
    advice = {name: Advice(text["means"].strip(), text["do"].strip()) for name, text in raw["advice"].items()}
    builder = Builder(advice, raw["sources"], raw["hazards"], reasons)
    rules = tuple(_KINDS[rule["kind"]](rule, builder) for rule in raw["rules"])
    return Protocol(
        id=raw["id"],
        version=raw["version"],
        title=raw["title"],
        author=raw["author"],
        approved_by=raw["approved_by"],
        status=raw["status"],
        applies_to=AppliesTo(**{**raw["applies_to"], "conditions": tuple(raw["applies_to"]["conditions"])}),
        review_on=raw["review_on"],
        sources=raw["sources"],
        hazards=raw["hazards"],
        ask=tuple(Ask(**one) for one in raw["ask"]),
        rules=rules,
        margins=raw["margins"],
        vectors=tuple(vector_lines.vector(one, reasons) for one in raw["vectors"]),
        by_measure=_by_measure(rules),
    )


def _by_measure(rules: tuple[Rule, ...]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        for measure in rule.measures if isinstance(rule, SymptomRule) else (rule.measure,):
            found[measure] = (*found.get(measure, ()), rule)
    return found


def _condition(raw: Raw | None) -> Condition | None:
    if raw is None:
        return None
    return Condition(
        on_oxygen=raw.get("on_oxygen"),
        at_rest=raw.get("at_rest", False),
        meals=frozenset(raw.get("meals", ())),
        symptoms=frozenset(raw.get("symptoms", ())),
    )


def _threshold(raw: Raw, rule: Raw, name: str, component: str | None, builder: Builder) -> Threshold:
    """The one comparison of a limit, which must look the way the rule looks; a change is a size, so it is above."""
    given = [one for one in file_format.COMPARISONS if one in raw]
    side = "above" if rule["direction"] == "high" or rule["kind"] == "change" else "below"
    if len(given) != 1 or not given[0].endswith(side):
        builder.reasons.append(f"rule {rule['name']}: a limit needs exactly one of {side} and at_or_{side}")
        return Threshold(name, None, component=component)
    return Threshold(name, raw[given[0]], given[0].startswith("at_or_"), component)


def _thresholds(raw: Raw, rule: Raw, builder: Builder) -> tuple[Threshold, ...]:
    """The limits of a band, one for each component it speaks of, named alike in every protocol."""
    tail = f"{rule['direction']}.{raw['severity']}" + (f".{raw['case']}" if "case" in raw else "")
    parts = [part for part in COMPONENTS if part in raw]
    if not parts:
        return (_threshold(raw, rule, raw.get("limit", f"{rule['measure']}.{tail}"), None, builder),)
    if "limit" in raw:
        tail = raw["limit"].removeprefix(f"{rule['measure']}.")
    return tuple(_threshold(raw[part], rule, f"{rule['measure']}.{part}.{tail}", part, builder) for part in parts)


def _band(raw: Raw, rule: Raw, builder: Builder) -> Band:
    at = f"rule {rule['name']}, {raw['severity']}"
    return Band(
        severity=Severity(raw["severity"]),
        thresholds=_thresholds(raw, rule, builder),
        advice=builder.told(raw["advice"], at),
        basis=builder.basis(raw, at),
        when=_condition(raw.get("when")),
        unless_set=raw.get("unless_set"),
        repeat=_repeat(raw["repeat"], at, builder) if "repeat" in raw else None,
    )


def _repeat(raw: Raw, at: str, builder: Builder) -> Repeat:
    return Repeat(
        after=timedelta(minutes=raw["after_minutes"]),
        within=timedelta(minutes=raw["within_minutes"]),
        confirmed=Severity(raw["confirmed"]) if "confirmed" in raw else None,
        unconfirmed=Severity(raw["unconfirmed"]),
        basis=builder.basis(raw, f"{at}, repeat"),
    )


def _limits(raw: Raw, builder: Builder) -> Rule:
    return LimitRule(
        name=raw["name"],
        measure=raw["measure"],
        direction=Direction(raw["direction"]),
        bands=tuple(_band(band, raw, builder) for band in raw["bands"]),
        hazards=builder.controls(raw["hazards"], f"rule {raw['name']}"),
        when=_condition(raw.get("when")),
    )


def _change(raw: Raw, builder: Builder) -> Rule:
    at = f"rule {raw['name']}"
    name = f"{raw['measure']}.change.{raw['direction']}.{raw['severity']}"
    return ChangeRule(
        name=raw["name"],
        measure=raw["measure"],
        direction=Direction(raw["direction"]),
        threshold=_threshold(raw, raw, name, None, builder),
        days=raw["days"],
        jump=raw["jump"],
        history=raw["history_days"],
        severity=Severity(raw["severity"]),
        advice=builder.told(raw["advice"], at),
        cannot_tell=builder.told(raw["cannot_tell"], at) if "cannot_tell" in raw else None,
        held=builder.told(raw["held"], at) if "held" in raw else None,
        basis=builder.basis(raw, at),
        hazards=builder.controls(raw["hazards"], at),
    )


def _count(raw: Raw, builder: Builder) -> Rule:
    at = f"rule {raw['name']}"
    name = f"{raw['measure']}.count.{raw['direction']}.{raw['severity']}"
    return CountRule(
        name=raw["name"],
        measure=raw["measure"],
        direction=Direction(raw["direction"]),
        threshold=_threshold(raw, raw, name, None, builder),
        at_least=raw["at_least"],
        within=timedelta(hours=raw["within_hours"]),
        spanning=timedelta(hours=raw["spanning_hours"]),
        unbroken=raw["unbroken"],
        severity=Severity(raw["severity"]),
        advice=builder.told(raw["advice"], at),
        basis=builder.basis(raw, at),
        hazards=builder.controls(raw["hazards"], at),
    )


def _symptoms(raw: Raw, builder: Builder) -> Rule:
    at = f"rule {raw['name']}"
    return SymptomRule(
        name=raw["name"],
        measures=tuple(raw["measures"]),
        direction=Direction(raw["direction"]),
        family=Family(raw["family"]),
        symptoms=frozenset(raw["symptoms"]),
        severity=Severity(raw["severity"]),
        advice=builder.told(raw["advice"], at),
        basis=builder.basis(raw, at),
        hazards=builder.controls(raw["hazards"], at),
    )


_KINDS: Final[dict[str, Callable[[Raw, Builder], Rule]]] = {
    "limits": _limits,
    "change": _change,
    "count": _count,
    "symptoms": _symptoms,
}
