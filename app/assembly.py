"""The one page where everything is plugged together: blueprints, event handlers, jobs, commands, checks."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from flask_smorest import Api

from app.config import Settings
from app.core import operations
from app.core.db import db
from app.core.operations import Operations
from app.identity import routes as identity
from app.patients.queries import Directory


def assemble(app: Flask, settings: Settings) -> None:
    """Plug every slice into the app."""
    app.extensions["directory"] = Directory()
    app.extensions["operations"] = Operations(checks=list(operations.BASIC_CHECKS))
    Migrate(app, db, directory=app.config["MIGRATIONS"], compare_type=True)
    _routes(app)


def _routes(app: Flask) -> None:
    api = Api(app, spec_kwargs={"title": "Kith", "version": "1", "openapi_version": "3.1.0"})
    for blueprint in (identity.routes,):
        api.register_blueprint(blueprint)
