"""What a demo or a developer need not set: secrets made once and kept here, and the embedded PostgreSQL."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from app.core import embedded, vapid


def values(environment: Mapping[str, str], folder: Path, database: str) -> dict[str, str]:
    """Settings of this machine, whose files are in `folder`; starts PostgreSQL where no database is named."""
    known = {"PUBLIC_URL": "http://localhost:8000", **_secrets(folder / "secrets")}
    if "DATABASE_URL" not in environment:
        if not (folder / "postgres" / "postmaster.pid").exists():
            click.echo("Starting PostgreSQL (the first time it is made, which takes some seconds) ...", err=True)
        server = embedded.ensure_running(folder / "postgres")
        embedded.ensure_database(server, database)
        for variable, role in (("", "kith_app"), ("WORKER_", "kith_worker"), ("OWNER_", "kith_owner")):
            known[f"{variable}DATABASE_URL"] = server.url(role, database)
    return known


def _secrets(path: Path) -> dict[str, str]:
    """Those in this file, which only its owner reads; what an earlier version did not know is added."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    known = dict(line.split("=", 1) for line in path.read_text().splitlines())
    made = {
        "SECRET_KEY": secrets.token_hex(32),
        "SEALING_KEYS": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": secrets.token_hex(32),
        "VAPID_PRIVATE_KEY": vapid.new_key(),
    } | known
    if made != known:
        path.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    return made
