"""What was typed about posts: read by the slice's own schemas, with a plain word beside each field."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import FileStorage

from app.core import http
from app.core.errors import Invalid
from app.core.schemas import Schema
from app.messages import photos
from app.messages.feed_entering import LONGEST, LONGEST_WORDS, NewPost
from app.messages.schemas import feed as schemas

BODY_LIMIT: Final = schemas.BODY_LIMIT
_POST, _COMMENT, _CHANGE = schemas.NewPostSchema(), schemas.NewCommentSchema(), schemas.PostChange()
_REACTION, _REPORT = schemas.NewPostReaction(), schemas.NewPostReport()
NOTHING: Final = "Write something first"
SAID: Final = {
    "text": f"Write at most {LONGEST:,} letters",
    "reason": f"Write at most {schemas.LONGEST_REASON:,} letters",
    "photo": f"Say in at most {LONGEST_WORDS} letters what is on the photo",
    "id": "Open the page again, and send it from there.",
}


def post(form: Mapping[str, str], file: FileStorage | None) -> NewPost:
    """A post, with a photo where one was chosen. Raises Invalid."""
    body: dict[str, Any] = {"id": form.get("id", ""), "text": form.get("text", "")}
    if file is not None and file.filename:
        content = file.read(photos.MOST_BYTES + 1)  # one byte more says that it is too large
        words = form.get("words", "").strip() or None
        body["photo"] = {"content": base64.b64encode(content).decode(), "words": words}
    new: NewPost = _loaded(_POST, body)
    return new


def comment(form: Mapping[str, str]) -> NewPost:
    """Something said below a post. Raises Invalid."""
    new: NewPost = _loaded(_COMMENT, {"id": form.get("id", ""), "text": form.get("text", "")})
    return new


def change(form: Mapping[str, str]) -> tuple[int, str]:
    """The version that was read, and what it says from now on. Raises Invalid."""
    version = form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    return seen, str(_loaded(_CHANGE, {"text": form.get("text", "")})["text"])


def reaction(form: Mapping[str, str]) -> str | None:
    """The sign that was chosen; None: take it back. Raises Invalid."""
    kind = form.get("kind", "")
    return str(_loaded(_REACTION, {"kind": kind})["kind"]) if kind else None


def reason(form: Mapping[str, str]) -> str:
    """Why a post is reported. Raises Invalid."""
    return str(_loaded(_REPORT, {"reason": form.get("reason", "")})["reason"])


def _loaded(schema: Schema, body: dict[str, Any]) -> Any:
    try:
        return http.loaded(schema, body)
    except Invalid as fault:
        names = [one["pointer"].strip("/").split("/")[0] for one in fault.errors]
        said = {name: SAID.get(name, fault.detail) for name in names}
        said |= {name: NOTHING for name in ("text", "reason") if name in said and not body[name].strip()}
        raise Invalid(fault.detail, errors=[{"pointer": f"/{k}", "detail": v} for k, v in said.items()]) from None
