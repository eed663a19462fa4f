"""Instrument files: the shipped one is right, and a faulty one is refused with every reason."""

from __future__ import annotations

import copy
import json
import pathlib
from typing import Any

import pytest
from flask import Flask

from app.ratings import loader
from app.ratings.loader import InstrumentRefused

WHEEL = json.loads((loader.FILES / "wheel.json").read_text())


def written(folder: pathlib.Path, content: Any, name: str = "one.json") -> pathlib.Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def with_(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(WHEEL), **changes}


def areas(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{**WHEEL["areas"][0], "code": f"area_{n}", "name": f"Area {n}", **changes} for n in range(count)]


def test_the_shipped_wheel_is_free_round_and_without_stages() -> None:
    wheel = loader.load_all()["wheel"]
    assert (wheel.is_licensed, wheel.shape, wheel.stages, wheel.lowest, wheel.highest) == (False, "round", (), 0, 10)
    assert [one.after_months for one in wheel.occasions] == [0, 3, 6, 12]
    assert set(wheel.voices) == {"patient", "together", "team"}


LICENSED = with_(code="other", licensed=True, attribution="By its owner.", shape="star", says={})
POLISH = WHEEL["says"]["pl"]
SIGNED = {"approved_by": "Anna Nowak", "approved_on": "2026-11-23"}
FAULTY = [
    ("not JSON", "{", "not JSON"),
    ("no object", [], "is not of type"),
    ("a field too many", with_(colour="red"), "colour"),
    ("a field missing", {k: v for k, v in WHEEL.items() if k != "areas"}, "areas"),
    ("two areas only", with_(areas=areas(2)), "/areas"),
    ("one area twice", with_(areas=areas(3, code="same")), "code 'same' stands there 3 times"),
    ("two areas of one name", with_(areas=areas(3, name="Same")), "name 'Same' stands there 3 times"),
    ("a colour in words", with_(areas=areas(3, colour="red")), "/areas/0/colour"),
    ("a stage off the scale", with_(stages=[{"score": 11, "name": "Top"}]), "11 is not on the scale of 0 to 10"),
    ("a fall beyond the scale", with_(scoring={"overall": "mean", "fall": 11}), "nothing can fall so far"),
    ("a scale upside down", with_(scale={"lowest": 5, "highest": 3}), "/scale/lowest"),
    ("licensed and nobody named", {**LICENSED, "attribution": " "}, "names whose it is"),
    ("a star of our own", with_(shape="star"), "only a licensed instrument"),
    ("a voice nobody has", with_(voices=["doctor"]), "/voices/0"),
    ("a review before the one before", with_(occasions=WHEEL["occasions"][::-1]), "must come after"),
    ("a translation without an area", with_(says={"pl": {**POLISH, "areas": {}}}), "/says/pl: it has other areas"),
    ("translated into its own language", with_(says={"en": POLISH}), "/says/en: this is the language"),
    ("approved by somebody on no day", with_(says={"pl": {**POLISH, "approved_by": "A"}}), "/says/pl: who approved"),
    ("a language by its name", with_(says={"polish": POLISH}), "/says"),
    ("licensed, and translated by us", {**LICENSED, "says": {"pl": POLISH}}, "only in words that were approved"),
    ("approved on no day", with_(approved_on="2026-02-30"), "/approved_on"),
]


@pytest.mark.parametrize(("content", "reason"), [one[1:] for one in FAULTY], ids=[one[0] for one in FAULTY])
def test_a_faulty_file_is_refused_with_its_reason(tmp_path: pathlib.Path, content: Any, reason: str) -> None:
    with pytest.raises(InstrumentRefused) as refused:
        loader.load(written(tmp_path, content))
    assert any(reason in one for one in refused.value.reasons), refused.value.reasons


def test_every_reason_is_given_at_once(tmp_path: pathlib.Path) -> None:
    wrong = with_(says={}, areas=areas(3, code="same"), scoring={"overall": "mean", "fall": 11}, shape="star")
    with pytest.raises(InstrumentRefused) as refused:
        loader.load(written(tmp_path, wrong))
    assert len(refused.value.reasons) == 3


def test_the_newest_version_is_used_and_two_of_one_are_refused(tmp_path: pathlib.Path) -> None:
    for version in (9, 10, 2):
        written(tmp_path, {**LICENSED, "version": version}, f"{version}.json")
    assert loader.load_all(tmp_path)["other"].version == 10
    written(tmp_path, {**LICENSED, "version": 10}, "again.json")
    with pytest.raises(InstrumentRefused, match="another version 10 of other"):
        loader.load_all(tmp_path)


def test_a_file_that_says_the_same_otherwise_laid_out_is_the_same_version(tmp_path: pathlib.Path) -> None:
    there = loader.load(written(tmp_path, json.dumps(WHEEL, indent=8)))
    assert there.digest == loader.load_all()["wheel"].digest
    assert loader.load(written(tmp_path, with_(name="Another"))).digest != there.digest


def test_a_licensed_instrument_is_said_in_words_that_were_approved(tmp_path: pathlib.Path) -> None:
    one = loader.load(written(tmp_path, {**LICENSED, "says": {"pl": POLISH | SIGNED}}))
    assert one.says["pl"].approved_by == "Anna Nowak"
    assert one.says["pl"].areas["body"].name == "Moje ciało"
    assert one.says["pl"].areas["body"].colour == one.areas[1].colour


def test_another_word_of_a_translation_is_another_version(tmp_path: pathlib.Path) -> None:
    other = loader.load(written(tmp_path, with_(says={"pl": POLISH | SIGNED})))
    assert other.digest != loader.load_all()["wheel"].digest


def test_the_command_says_what_a_file_is_or_what_is_wrong_with_it(app: Flask, tmp_path: pathlib.Path) -> None:
    run = app.test_cli_runner()
    good = run.invoke(args=["instruments", "check", str(written(tmp_path, LICENSED))])
    assert good.exit_code == 0
    assert "8 areas, 0 to 10, licensed: needs a recorded licence" in good.output
    bad = run.invoke(args=["instruments", "check", str(written(tmp_path, with_(shape="star")))])
    assert bad.exit_code == 1
    assert "only a licensed instrument is drawn as a star" in bad.output
