"""A protocol with anything wrong in it is refused, with the reason in plain words."""

from __future__ import annotations

import pathlib

import pytest

from app.protocols import loader
from app.rules import vectors

GOOD = """
id: small
version: "1"
title: A small one
author: Priya Shah
approved_by: null
status: draft
review_on: 2027-01-01
applies_to: {age_from: 18, not_pregnant: true, conditions: [copd]}
sources: {SRC: a source}
hazards: {HZ-1: it goes unseen}
ask: [{measure: pulse, when: daily, how: at rest}]
margins: {pulse: 5}
advice:
  fast: {means: It is fast., do: Rest and measure again.}
  now: {means: It is very fast., do: Ring 999 now.}
rules:
  - name: fast
    kind: limits
    measure: pulse
    direction: high
    hazards: [HZ-1]
    bands:
      - {severity: amber, above: 110, advice: fast, source: [SRC]}
      - {severity: emergency, above: 130, advice: now, judgement: mine}
vectors:
  - {name: at 110, readings: [{pulse: 110}], expect: []}
  - {name: at 111, readings: [{pulse: 111}], expect: [{fast: amber}]}
  - {name: at 130, readings: [{pulse: 130}], expect: [{fast: amber}]}
  - {name: at 131, readings: [{pulse: 131}], expect: [{fast: emergency}]}
"""

FAULTS = [
    ("not YAML", "id: small", "id: [small", "not YAML"),
    ("an unknown field", "title:", "colour: red\ntitle:", "colour: Unknown field"),
    ("an unknown field of a band", "above: 110,", "above: 110, loud: true,", "rules.0.bands.0.loud: Unknown field"),
    ("a missing field", "author: Priya Shah", "", "author: Missing data"),
    ("no rule at all", "kind: limits", "kind: magic", "rules.0: A rule's kind is one of: limits"),
    ("a figure without basis", ", source: [SRC]", "", "rules.0.bands.0: This figure has no source and no judgement"),
    ("an empty basis", "source: [SRC]", "source: []", "rules.0.bands.0.source: Shorter than minimum length"),
    ("a source not named", "source: [SRC]", "source: [NG0]", "source NG0 is not among the sources"),
    ("a hazard not named", "hazards: [HZ-1]", "hazards: [HZ-2]", "hazard HZ-2 is not among the hazards"),
    ("advice not written", "advice: fast", "advice: calm", "there is no advice called calm"),
    ("a figure that is none", "above: 110", "above: high", "rules.0.bands.0.above: Not a number"),
    ("an endless figure", "above: 110", "above: .inf", "rules.0.bands.0.above: Not a number"),
    ("the wrong side", "above: 110", "below: 110", "exactly one of above and at_or_above"),
    ("two comparisons", "above: 110", "above: 110, at_or_above: 111", "exactly one of above and at_or_above"),
    ("a severity unknown", "severity: amber", "severity: pink", "rules.0.bands.0.severity: Must be one of"),
    ("red inside amber", "above: 130", "above: 100", "lies inside pulse.high.amber (110, amber)"),
    (
        "a milder band beyond",
        "{severity: emergency, above: 130",
        "{severity: note, above: 130",
        "note comes after amber",
    ),
    (
        "two figures of one name",
        "{severity: emergency, above: 130",
        "{severity: amber, above: 130",
        "two limits are called pulse.high.amber",
    ),
    ("unless of nothing", "above: 110,", "above: 110, unless_set: pulse.x,", "unless_set names no limit"),
    (
        "a limit of nothing",
        "readings: [{pulse: 110}],",
        "readings: [{pulse: 110}], limits: {x: 1},",
        "there is no limit x",
    ),
    (
        "an edge not tried",
        "readings: [{pulse: 110}]",
        "readings: [{pulse: 109}]",
        "no vector tries pulse.high.amber at 110",
    ),
    ("an emergency without 999", "Ring 999 now.", "Ring us now.", "emergency advice must say 999"),
    ("dosing advice", "Rest and measure again.", "Take 2 puffs and rest.", "dosing advice is never given: “2 puffs”"),
    ("advice to stop", "Rest and measure again.", "Stop taking your tablets.", "dosing advice is never given"),
    ("a failing vector", "expect: [{fast: emergency}]", "expect: [{fast: amber}]", "vector at 131: expected"),
    ("a finding too few", "expect: [{fast: emergency}]", "expect: []", "vector at 131: expected nothing, got"),
    ("a finding too many", "[{pulse: 110}], expect: []", "[{pulse: 110}], expect: [{fast: note}]", "got nothing"),
    (
        "a vector of two measures",
        "{pulse: 131}",
        "{pulse: 131, weight: 3}",
        "vector at 131: a reading names one measure",
    ),
    ("a vector of no measure", "[{pulse: 131}]", "[{aura: 131}]", "there is no measure aura"),
    ("a vector of nothing", "[{pulse: 131}]", "[{pulse: [131]}]", "vector at 131: [131] is no value"),
    ("a vector of yes", "[{pulse: 131}]", "[{pulse: true}]", "vector at 131: a value is no yes or no"),
    ("a reading not there", "readings: [{pulse: 131}],", "readings: [{pulse: 131}], judged: 2,", "it has no reading 2"),
    ("a zone not there", "name: at 131,", "name: at 131, zone: Mars/Base,", "there is no time zone Mars/Base"),
    (
        "a measure nobody has",
        "measure: pulse\n    direction",
        "measure: aura\n    direction",
        "no vector tries aura.high.amber",
    ),
    ("approved by nobody", "status: draft", "status: approved", "status is approved and approved_by is nobody"),
    ("a draft approved", "approved_by: null", "approved_by: Dr Lind", "status is draft and approved_by is Dr Lind"),
]


def refused(text: str) -> list[str]:
    with pytest.raises(loader.ProtocolRefused) as caught:
        loader.load(text, vectors.judge)
    return caught.value.reasons


def test_the_small_one_is_good() -> None:
    assert loader.key(loader.load(GOOD, vectors.judge)) == "small@1"


@pytest.mark.parametrize("right, wrong, reason", [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_is_refused_with_its_reason(right: str, wrong: str, reason: str) -> None:
    assert right in GOOD
    reasons = refused(GOOD.replace(right, wrong, 1))
    assert any(reason in one for one in reasons), reasons


def test_a_rule_twice_is_refused() -> None:
    rule = GOOD[GOOD.index("  - name: fast") : GOOD.index("vectors:")]
    assert "rule fast stands 2 times" in refused(GOOD.replace("vectors:", rule + "vectors:"))


def test_a_rule_nobody_tries_is_refused() -> None:
    rule = (
        "  - {name: pain, kind: symptoms, measures: [pulse], symptoms: [chest_pain], severity: red, hazards: [HZ-1],"
        " advice: now, judgement: mine}\n"
    )
    assert refused(GOOD.replace("vectors:", rule + "vectors:")) == ["rule pain: no vector expects it"]


def test_a_rule_of_a_measure_nobody_has_is_refused() -> None:
    text = GOOD.replace("measure: pulse\n", "measure: aura\n").replace("{pulse: 1", "{aura: 1")
    assert "vector at 110: rule fast: there is no measure aura" in refused(text)


@pytest.mark.parametrize("text", ["", "[]", "just words", "3"])
def test_what_is_no_protocol_at_all_is_refused(text: str) -> None:
    assert refused(text)


def test_two_files_of_one_id_and_version_are_refused(tmp_path: pathlib.Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(loader.ProtocolRefused, match="there is another small@1"):
        loader.load_all(tmp_path, vectors.judge)


def test_a_refusal_names_the_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yaml").write_text("id: 3", encoding="utf-8")
    with pytest.raises(loader.ProtocolRefused, match=r"a\.yaml is refused"):
        loader.load_all(tmp_path, vectors.judge)
