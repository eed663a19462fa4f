"""The protocols we ship: they load, their vectors pass, and what they tell patients does no harm."""

from __future__ import annotations

import pathlib

import pytest

from app.protocols import applied, content, loader
from app.readings import catalogue
from app.rules import vectors

FILES = sorted(loader.FILES.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_loads_with_its_vectors(path: pathlib.Path) -> None:
    protocol = loader.load(path, vectors.judge)
    assert protocol.id == path.stem
    assert (protocol.status, protocol.approved_by) == ("draft", None)
    assert len(protocol.vectors) > 30


@pytest.fixture(scope="module")
def protocols() -> dict[str, content.Protocol]:
    return loader.load_all(loader.FILES, vectors.judge)


def test_they_are_known_by_id_and_version(protocols: dict[str, content.Protocol]) -> None:
    assert set(protocols) == {"copd_oximetry@1", "diabetes@1", "heart_failure@1", "hypertension_at_home@1"}


def test_a_limit_of_one_name_is_the_same_thing_in_every_protocol(protocols: dict[str, content.Protocol]) -> None:
    component: dict[str, str | None] = {}
    for protocol in protocols.values():
        for threshold in applied.thresholds(protocol):
            assert component.setdefault(threshold.name, threshold.component) == threshold.component, threshold.name


def test_every_context_they_ask_for_can_be_told(protocols: dict[str, content.Protocol]) -> None:
    for protocol in protocols.values():
        for rule in protocol.rules:
            bands = rule.bands if isinstance(rule, content.LimitRule) else ()
            asked = [rule.when, *(band.when for band in bands)] if isinstance(rule, content.LimitRule) else []
            conditions = [condition for condition in asked if condition]
            told = {symptom for condition in conditions for symptom in condition.symptoms}
            told |= rule.symptoms if isinstance(rule, content.SymptomRule) else set()
            assert told <= set(catalogue.SYMPTOMS)
            assert {meal for condition in conditions for meal in condition.meals} <= set(catalogue.MEALS)


def test_what_they_ask_for_and_settle_by_can_be_measured(protocols: dict[str, content.Protocol]) -> None:
    for protocol in protocols.values():
        assert {ask.measure for ask in protocol.ask} | set(protocol.margins) <= set(catalogue.MEASURES)
        limited = {rule.measure for rule in protocol.rules if isinstance(rule, content.LimitRule | content.ChangeRule)}
        assert limited == set(protocol.margins)


def test_the_margins_are_those_of_the_evidence(protocols: dict[str, content.Protocol]) -> None:
    agreed = {"blood_pressure": 5, "oxygen_saturation": 1, "pulse": 5, "glucose": 0.5}
    for protocol in protocols.values():
        assert all(agreed.get(measure, margin) == margin for measure, margin in protocol.margins.items())


def test_every_hazard_is_controlled_by_a_rule(protocols: dict[str, content.Protocol]) -> None:
    for protocol in protocols.values():
        assert {hazard for rule in protocol.rules for hazard in rule.hazards} == set(protocol.hazards)


def test_every_source_is_used(protocols: dict[str, content.Protocol]) -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        sources = protocols[f"{path.stem}@1"].sources
        assert all(text.count(key) >= 2 for key in sources)
