"""What a protocol must keep besides its shape: limits in order, every figure tried, advice that does no harm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from app.protocols import applied
from app.protocols.content import Advice, Judge, LimitRule, Protocol, Rule, Severity, Threshold, Unjudgeable, Vector

# Kith never gives dosing advice (product.md). These words have no place in what a patient is told to do.
DOSING: Final = re.compile(
    r"\b(dos(e|es|age|ing)|\d+\s*(mg|mcg|ml|units?|tablets?|puffs?)|(increase|reduce|double|skip|stop)\s+(taking|your)"
    r"|extra\s+(tablets?|puffs?|insulin|water tablets?))\b",
    re.IGNORECASE,
)


def reasons(protocol: Protocol, judge: Judge) -> list[str]:
    """Everything that is wrong with a protocol whose file could be read."""
    found = [
        *_twice(protocol),
        *_approval(protocol),
        *applied.problems(protocol, {}),
        *_unknown_limits(protocol),
        *_untried(protocol),
        *_harmful(protocol),
    ]
    return found or _failing(protocol, judge)


def _twice(protocol: Protocol) -> Iterator[str]:
    for name, times in Counter(rule.name for rule in protocol.rules).items():
        if times > 1:
            yield f"rule {name} stands {times} times"
    limits: dict[str, Threshold] = {}
    for threshold in applied.thresholds(protocol):
        if limits.setdefault(threshold.name, threshold) != threshold:
            yield f"two limits are called {threshold.name}: give one of them a case of its own"


def _approval(protocol: Protocol) -> Iterator[str]:
    if (protocol.approved_by is None) is (protocol.status == "approved"):
        yield f"status is {protocol.status} and approved_by is {protocol.approved_by or 'nobody'}"


def _unknown_limits(protocol: Protocol) -> Iterator[str]:
    names = applied.limit_names(protocol)
    for rule in protocol.rules:
        for band in rule.bands if isinstance(rule, LimitRule) else ():
            if band.unless_set is not None and band.unless_set not in names:
                yield f"rule {rule.name}: unless_set names no limit of this file: {band.unless_set}"
    for vector in protocol.vectors:
        yield from (f"vector {vector.name}: there is no limit {name}" for name in vector.limits if name not in names)


def _untried(protocol: Protocol) -> Iterator[str]:
    """Each figure of a band must be tried by a vector exactly at its edge."""
    for rule in protocol.rules:
        for band in rule.bands if isinstance(rule, LimitRule) else ():
            for threshold in band.thresholds:
                if threshold.figure is not None and not any(_tries(v, rule, threshold) for v in protocol.vectors):
                    yield f"rule {rule.name}: no vector tries {threshold.name} at {threshold.figure:g}"
    for rule in protocol.rules:
        if not any(rule.name == seen.rule for vector in protocol.vectors for seen in vector.expect):
            yield f"rule {rule.name}: no vector expects it"


def _tries(vector: Vector, rule: Rule, threshold: Threshold) -> bool:
    reading = vector.readings[vector.judged]
    value = reading.value_2 if threshold.component == "diastolic" else reading.value
    return isinstance(rule, LimitRule) and reading.measure == rule.measure and value == threshold.figure


def _advice(rule: Rule) -> Iterator[tuple[Severity, Advice]]:
    if isinstance(rule, LimitRule):
        yield from ((band.severity, band.advice) for band in rule.bands)
        return
    yield rule.severity, rule.advice


def _harmful(protocol: Protocol) -> Iterator[str]:
    for rule in protocol.rules:
        for severity, advice in _advice(rule):
            text = f"{advice.means} {advice.do}"
            if severity is Severity.EMERGENCY and "999" not in text:
                yield f"rule {rule.name}: emergency advice must say 999"
            if words := DOSING.search(text):
                yield f"rule {rule.name}: dosing advice is never given: “{words.group()}”"


def _failing(protocol: Protocol, judge: Judge) -> list[str]:
    return [reason for vector in protocol.vectors for reason in _run(protocol, vector, judge)]


def _run(protocol: Protocol, vector: Vector, judge: Judge) -> Iterator[str]:
    try:
        got = judge(protocol, vector)
    except Unjudgeable as wrong:
        yield f"vector {vector.name}: {wrong}"
        return
    if frozenset(got) != vector.expect:
        yield f"vector {vector.name}: expected {_said(vector.expect)}, got {_said(got)}"


def _said(findings: object) -> str:
    texts = [repr(finding) for finding in findings] if isinstance(findings, frozenset | list | tuple) else []
    return ", ".join(sorted(texts)) or "nothing"
