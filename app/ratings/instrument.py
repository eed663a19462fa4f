"""What an instrument is: areas of life that are rated on one scale, in one version that never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Area:
    """A part of life: what is asked of it, what the two ends of the scale mean, and its colour in the chart."""

    code: str
    name: str
    asks: str
    low: str
    high: str
    colour: str


@dataclass(frozen=True, slots=True)
class Translation:
    """The areas in another language, by code, and who has approved these words: nobody, where the name is empty."""

    areas: Mapping[str, Area]
    approved_by: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A score that has a name; only some instruments have them."""

    score: int
    name: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a rating is due, in months from the beginning of the course."""

    code: str
    after_months: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of an instrument; `content` is its file as it was read, `digest` the SHA-256 of that in hex."""

    code: str
    version: int
    language: str
    name: str
    about: str
    areas: tuple[Area, ...]
    lowest: int
    highest: int
    stages: tuple[Stage, ...]
    voices: tuple[str, ...]
    fall: int  # a fall of so many points in an area is told to the coordinator
    has_overall: bool  # whether its makers allow a mean over its areas
    occasions: tuple[Occasion, ...]
    is_licensed: bool
    attribution: str
    shape: str
    source: str
    approved_by: str
    says: Mapping[str, Translation]  # by language, besides its own
    digest: str
    content: Mapping[str, Any]

    def area(self, code: str) -> Area | None:
        """The area of this code."""
        return next((one for one in self.areas if one.code == code), None)

    def place(self, code: str) -> int:
        """Where the scores of a rating have this area. Raises KeyError."""
        for place, one in enumerate(self.areas):
            if one.code == code:
                return place
        raise KeyError(code)

    def by_area(self, scores: list[int | None]) -> dict[str, int]:
        """The scores of a rating by area, without those that were left out."""
        said = zip(self.areas, scores, strict=True)
        return {area.code: score for area, score in said if score is not None}

    def stage(self, score: int) -> str | None:
        """The name of a score, where it has one."""
        return next((one.name for one in self.stages if one.score == score), None)


def from_content(content: Mapping[str, Any], digest: str) -> Instrument:
    """An instrument from what its file holds, which has been checked."""
    areas = tuple(Area(**one) for one in content["areas"])
    return Instrument(
        code=content["code"],
        version=content["version"],
        language=content["language"],
        name=content["name"],
        about=content["about"],
        areas=areas,
        lowest=content["scale"]["lowest"],
        highest=content["scale"]["highest"],
        stages=tuple(Stage(**one) for one in content["stages"]),
        voices=tuple(content["voices"]),
        fall=content["scoring"]["fall"],
        has_overall=content["scoring"]["overall"] == "mean",
        occasions=tuple(Occasion(**one) for one in content["occasions"]),
        is_licensed=content["licensed"],
        attribution=content["attribution"],
        shape=content["shape"],
        source=content["source"],
        approved_by=content["approved_by"],
        says={code: _translation(areas, one) for code, one in content.get("says", {}).items()},
        digest=digest,
        content=content,
    )


def _translation(areas: Sequence[Area], said: Mapping[str, Any]) -> Translation:
    own = {one.code: replace(one, **said["areas"][one.code]) for one in areas}
    return Translation(own, said["approved_by"].strip())
