"""A line of the audit in words for whoever administers an organisation: no patient is named. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.records import telling
from app.records.telling import Look

_WORDS: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "work_en.toml").read_text("utf-8"))
ACTS: Final[Mapping[str, list[str]]] = _WORDS["acts"]
_SAID: Final[Mapping[str, str]] = _WORDS["words"]
_PATIENT: Final = {"you": _SAID["you"], "your": _SAID["your"]}


def sentence(look: Look, who: str, subject: str | None) -> str:
    """ "Ruth Weaver, an administrator, locked the account of Anna Lind." """
    in_vain = look.is_refused or look.is_in_vain
    done, tried = _act(look.act, subject or _SAID["somebody"])
    role = telling.ROLES[look.role].format(**_PATIENT) if look.role in telling.ROLES else ""
    return telling.said(telling.form(look), f"{who}, {role}," if role else who, tried if in_vain else done)


def _act(act: str, subject: str) -> tuple[str, str]:
    if act in telling.ACTS and act not in ACTS:
        done, tried = telling.ACTS[act]
        return done.format(**_PATIENT), tried.format(**_PATIENT)
    name = next((one for one in sorted(ACTS, key=len, reverse=True) if act.startswith(one)), None)
    if name is None:
        other = _SAID["other"].format(act=act.replace("_", " "))
        return other, other
    detail = act.removeprefix(name).lstrip(": ")
    done, tried = (words.format(subject=subject, detail=detail) for words in ACTS[name])
    return done, tried
