"""Reads protocol files. A file with anything wrong in it, or with one failing vector, is refused with every reason."""

from __future__ import annotations

import pathlib
from typing import Final

import yaml
from marshmallow import ValidationError

from app.protocols import building, checks, file_format
from app.protocols.content import Judge, Protocol

FILES: Final = pathlib.Path(__file__).with_name("files")


class ProtocolRefused(Exception):
    """This file is no protocol that can be trusted."""

    def __init__(self, reasons: list[str], source: str = "protocol") -> None:
        super().__init__(f"{source} is refused:\n" + "\n".join(f"- {reason}" for reason in reasons))
        self.reasons = reasons


def load(source: str | pathlib.Path, judge: Judge) -> Protocol:
    """One protocol, from a path or from the text itself, after its vectors have passed."""
    text = source.read_text(encoding="utf-8") if isinstance(source, pathlib.Path) else source
    name = source.name if isinstance(source, pathlib.Path) else "protocol"
    try:
        loaded = file_format.PROTOCOL.load(yaml.safe_load(text))
    except yaml.YAMLError as wrong:
        raise ProtocolRefused([f"not YAML: {wrong}"], name) from wrong
    except ValidationError as wrong:
        raise ProtocolRefused(file_format.problems(wrong.messages), name) from wrong
    reasons: list[str] = []
    protocol = building.build(loaded, reasons)
    reasons = reasons or checks.reasons(protocol, judge)
    if reasons:
        raise ProtocolRefused(reasons, name)
    return protocol


def key(protocol: Protocol) -> str:
    """What a protocol is known by: its id and version."""
    return f"{protocol.id}@{protocol.version}"


def load_all(folder: pathlib.Path, judge: Judge) -> dict[str, Protocol]:
    """Every protocol file of a folder, by id and version."""
    found: dict[str, Protocol] = {}
    for path in sorted(folder.glob("*.yaml")):
        protocol = load(path, judge)
        if key(protocol) in found:
            raise ProtocolRefused([f"there is another {key(protocol)}"], path.name)
        found[key(protocol)] = protocol
    return found
