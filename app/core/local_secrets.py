"""Secrets of this machine, for a demo or a developer: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path


def kept_in(path: Path) -> dict[str, str]:
    """The secrets in this file, which is made where it is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        lines = {
            "SECRET_KEY": secrets.token_hex(32),
            "SEALING_KEYS": f"local:{key}",
            "INDEX_KEY": secrets.token_hex(32),
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return dict(line.split("=", 1) for line in path.read_text().splitlines())
