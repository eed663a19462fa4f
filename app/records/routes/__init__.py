"""The API of records, a module for each use."""

from app.records.routes import access_log, closing, exporting, noting, retaining, searching

ALL = (access_log.routes, exporting.routes, closing.routes, noting.routes, retaining.routes, searching.routes)
