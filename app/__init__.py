"""Kith helps people with long-term conditions to look after themselves at home."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import app.assembly as assembly
from app import config
from app.core import csrf, edges, http, logs, problems
from app.core.db import db, for_worker
from app.identity import tokens

LARGEST_BODY = 1024 * 1024


class Undeclared(RuntimeError):
    """A route says nothing of who may call it, so the app does not start."""


def create_app(settings: config.Settings | None = None) -> Flask:
    """Settings -> core -> assembly -> refuse undeclared routes."""
    settings = settings or config.from_environment()
    logs.configure(settings.log_level)
    app = Flask(__name__, static_folder=None, template_folder="web/templates")
    _configure(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    db.init_app(app)
    edges.register(app)
    csrf.register(app)
    problems.register(app)
    assembly.assemble(app, settings)
    if undeclared := http.undeclared(app):
        raise Undeclared(f"These routes declare no access: {', '.join(undeclared)}")
    return app


def _configure(app: Flask, settings: config.Settings) -> None:
    app.json = http.OrjsonProvider(app)
    app.extensions["keyring"] = settings.keyring
    app.extensions["create_app"] = create_app  # a worker makes another, as another database role
    app.extensions["token_key"] = tokens.key_from(settings.secret_key)
    app.extensions["token_keys"] = tuple(map(tokens.key_from, settings.secret_keys))
    app.config.update(
        KITH=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=for_worker() if settings.is_worker else {},
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # a route answers what it declares, nothing else
        MIGRATIONS=str(config.HOME / "migrations"),
    )
