"""Two answers beside each other, but for what each answer draws by lot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.access.calling import Seen

_NONCE = re.compile(r"'nonce-([^']+)'")
Plain = tuple[int, tuple[tuple[str, str], ...], str]


def plain(seen: Seen, ids: Sequence[str] = ()) -> Plain:
    """Status, headers in their order with their values, and body; without request id, nonce, date and these ids."""
    answer = seen.answer
    drawn = [answer.headers.get("X-Request-Id", ""), *_NONCE.findall(answer.headers.get("Content-Security-Policy", ""))]

    def without(text: str) -> str:
        for value in filter(None, [*drawn, *ids]):
            text = text.replace(value, "~" * len(value))
        return text

    headers = tuple((name, without(value)) for name, value in answer.headers if name != "Date")
    return seen.status, headers, without(answer.get_data().decode(errors="replace"))
