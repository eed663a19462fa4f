"""Reads instrument files. A file with anything wrong in it is refused with every reason."""

from __future__ import annotations

import hashlib
import pathlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

import jsonschema_rs
import orjson

from app.ratings import instrument
from app.ratings.instrument import Instrument

FILES: Final = pathlib.Path(__file__).with_name("instruments")
_SCHEMA: Final = pathlib.Path(__file__).with_name("instrument_schema.json")


class InstrumentRefused(Exception):
    """This file is no instrument that anybody can be asked with."""

    def __init__(self, reasons: Sequence[str], source: str) -> None:
        super().__init__(f"{source} is refused:\n" + "\n".join(f"- {reason}" for reason in reasons))
        self.reasons = list(reasons)


def load(path: pathlib.Path) -> Instrument:
    """One instrument from its file. Raises InstrumentRefused."""
    try:
        raw = path.read_bytes()
        content = orjson.loads(raw)
    except (OSError, orjson.JSONDecodeError) as wrong:
        raise InstrumentRefused([f"not JSON: {wrong}"], path.name) from wrong
    reasons = list(_faults_of_shape(content)) or list(_faults(content))
    if reasons:
        raise InstrumentRefused(reasons, path.name)
    return instrument.from_content(
        content, hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    )


def load_all(licensed: pathlib.Path | None = None) -> dict[str, Instrument]:
    """The newest version of each instrument: our own, and those in the folder of the licensed ones, by code.

    Raises InstrumentRefused.
    """
    versions: dict[tuple[str, int], Instrument] = {}
    for path in (*sorted(FILES.glob("*.json")), *(sorted(licensed.glob("*.json")) if licensed else ())):
        one = load(path)
        if (one.code, one.version) in versions:
            raise InstrumentRefused([f"there is another version {one.version} of {one.code}"], path.name)
        versions[one.code, one.version] = one
    return {code: versions[code, version] for code, version in sorted(versions)}


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(orjson.loads(_SCHEMA.read_bytes()))


def _faults_of_shape(content: Any) -> Iterator[str]:
    for fault in _validator().iter_errors(content):
        where = "".join(f"/{part}" for part in fault.instance_path)
        yield f"{where or '/'}: {fault.message}"


def _faults(content: dict[str, Any]) -> Iterator[str]:
    """What a schema cannot say."""
    yield from _twice("areas", "code", content["areas"])
    yield from _twice("areas", "name", content["areas"])
    yield from _twice("stages", "score", content["stages"])
    yield from _twice("occasions", "code", content["occasions"])
    yield from _of_the_scale(content)
    yield from _of_the_licence(content)
    for language, said in content.get("says", {}).items():
        yield from (f"/says/{language}: {reason}" for reason in _of_a_translation(content, language, said))
    months = [one["after_months"] for one in content["occasions"]]
    if months != sorted(set(months)):
        yield "/occasions: each must come after the one before it"
    if content["approved_on"] and not _is_a_day(content["approved_on"]):
        yield "/approved_on: no day"


def _twice(where: str, name: str, items: Sequence[dict[str, Any]]) -> Iterator[str]:
    counted = Counter(one[name] for one in items)
    yield from (
        f"/{where}: {name} {value!r} stands there {count} times" for value, count in counted.items() if count > 1
    )


def _of_the_scale(content: dict[str, Any]) -> Iterator[str]:
    lowest, highest = content["scale"]["lowest"], content["scale"]["highest"]
    for stage in content["stages"]:
        if not lowest <= stage["score"] <= highest:
            yield f"/stages: {stage['score']} is not on the scale of {lowest} to {highest}"
    if content["scoring"]["fall"] > highest - lowest:
        yield "/scoring/fall: nothing can fall so far"


def _of_the_licence(content: dict[str, Any]) -> Iterator[str]:
    if content["licensed"] and not content["attribution"].strip():
        yield "/attribution: a licensed instrument names whose it is"
    if content["shape"] == "star" and not content["licensed"]:
        yield "/shape: only a licensed instrument is drawn as a star"


def _of_a_translation(content: dict[str, Any], language: str, said: dict[str, Any]) -> Iterator[str]:
    """The same areas, and of a licensed instrument only words that somebody has approved as they are."""
    if said["areas"].keys() != {one["code"] for one in content["areas"]}:
        yield "it has other areas than the instrument"
    if language == content["language"]:
        yield "this is the language of the instrument"
    if bool(said["approved_by"].strip()) != _is_a_day(said["approved_on"]):
        yield "who approved it and on which day stand there together, or neither"
    if content["licensed"] and not said["approved_by"].strip():
        yield "a licensed instrument is translated only in words that were approved"


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
