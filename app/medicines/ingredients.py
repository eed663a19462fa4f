"""Ingredient groups: which medicines may be duplicates of each other and share their as-needed limits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Code:
    """A dm+d code with its level, and where it was read."""

    code: str
    level: str
    display: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """Medicines that hold the same ingredient or ingredients of one kind."""

    id: str
    name: str
    source: str
    approved_by: str | None
    codes: tuple[Code, ...]
    names: tuple[str, ...]  # whole names, only ever a suggestion


def suggested(name: str, code: str | None) -> list[Group]:
    """Groups to ask a person about: by the code, else by the whole name. Parts of a name never count."""
    by_code = [group for group in GROUPS.values() if code in {one.code for one in group.codes}]
    return by_code or [GROUPS[id_] for id_ in _BY_NAME.get(_plain(name), ())]


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def _group(raw: Mapping[str, Any]) -> Group:
    codes = tuple(Code(**code) for code in raw["codes"])
    approved_by = raw["approved_by"] or None
    return Group(raw["id"], raw["name"], raw["source"], approved_by, codes, tuple(raw["names"]))


_RAW: Final = tomllib.loads((Path(__file__).parent / "content" / "ingredients.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
GROUPS: Final[Mapping[str, Group]] = {raw["id"]: _group(raw) for raw in _RAW["group"]}
_BY_NAME: Final[dict[str, list[str]]] = {}
for _one in GROUPS.values():
    for _name in _one.names:
        _BY_NAME.setdefault(_plain(_name), []).append(_one.id)
