"""Where somebody may be sent after sign-in: only to a page of our own. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit


def path(asked: str | None) -> str:
    """The page that was asked for, when it is ours; the start when it could lead anywhere else."""
    if not asked or not asked.startswith("/") or asked.startswith(("//", "/\\")):
        return "/"
    if any(character in asked for character in "\\\r\n\t\x00") or not asked.isprintable():
        return "/"
    parts = urlsplit(asked)
    return "/" if parts.scheme or parts.netloc else asked
