"""Tell the heads of the chains outside the database, and read back what was told.

Whoever owns the database could write a whole chain anew. So each hour its head goes where Kith cannot write it over: to
the log, and to a file a day in a folder that the operator collects or lets be added to only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from app.core import clock
from app.core.audit.verifying import Head
from app.core.logs import log

EVENT = "audit head"


def publish(heads: Iterable[Head], folder: Path | None) -> None:
    """Write a line for each head: into the log, and into today's file of the folder."""
    now = clock.now()
    facts = [_facts(head) for head in heads]
    for one in facts:
        log.warning(EVENT, **one)  # so that no level an operator is likely to choose leaves it out
    if folder is not None and facts:
        lines = [orjson.dumps({"event": EVENT, "timestamp": now, **one}) for one in facts]
        with (folder / f"audit-heads-{now:%Y-%m-%d}.jsonl").open("ab") as file:
            file.write(b"\n".join([*lines, b""]))


def published(path: Path) -> list[Head]:
    """The heads in such a file, or in a log of Kith; lines of other kinds are passed over."""
    with path.open("rb") as file:
        found = [_facts_of(line) for line in file]
    return [_head(one) for one in found if one.get("event") == EVENT]


def _facts(head: Head) -> dict[str, Any]:
    organisation = str(head.organisation_id) if head.organisation_id else None
    return {"organisation": organisation, "number": head.number, "digest": head.digest}


def _facts_of(line: bytes) -> dict[str, Any]:
    try:
        facts = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _head(facts: dict[str, Any]) -> Head:
    organisation = facts["organisation"]
    return Head(UUID(organisation) if organisation else None, facts["number"], facts["digest"])
