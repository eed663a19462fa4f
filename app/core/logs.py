"""Structured logs: one JSON line an event, only fields on the list, never a word of a database error."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import DBAPIError

# A field that is not here is dropped: a log line cannot leak what nobody thought of.
ALLOWED = frozenset(
    "event level timestamp request_id route method status milliseconds actor organisation handler error where sqlstate"
    " job count number digest outcome code channel delivery age name port state attempt reason version row".split()
)


def _only_allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in line.items() if name in ALLOWED}


def _describe_exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The class, the SQLSTATE and the innermost places: never the text, which quotes what people typed."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line.update(describe(error))
    return line


def describe(error: BaseException) -> dict[str, Any]:
    """An exception without its message: class, SQLSTATE, and the last places it passed through."""
    facts: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, DBAPIError):
        facts["sqlstate"] = getattr(error.orig, "sqlstate", None)
    trace, places = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/site-packages/')[-1].rsplit('/app/')[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    facts["where"] = places[-6:]
    return facts


class _Bridge(logging.Handler):
    """What libraries log, kept to its level, its logger's name and the kind of error."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = describe(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        log.log(record.levelno, "library", name=record.name, **facts)


def configure(level: str) -> None:
    """Set up logging for this process; one JSON line an event on standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _describe_exception,
            _only_allowed,
            structlog.processors.JSONRenderer(serializer=lambda line, **_: orjson.dumps(line, default=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(max(number, logging.WARNING))


log: Any = structlog.get_logger()
