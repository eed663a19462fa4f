"""Who did what to whose record, and when: append-only rows written with the act itself, sealed by a task."""

from __future__ import annotations

from app.core.audit.entries import (
    IN_VAIN,
    INSERT_FROM_JSON,
    AuditEntry,
    AuditMark,
    AuditSeal,
    Entry,
    mark_in_vain,
    note,
    note_in_vain,
    request_id,
    take,
)
from app.core.audit.publishing import publish, published
from app.core.audit.sealing import seal_all, unsealed
from app.core.audit.verifying import Fault, Head, Verdict, heads, verify

__all__ = [
    "INSERT_FROM_JSON",
    "IN_VAIN",
    "AuditEntry",
    "AuditMark",
    "AuditSeal",
    "Entry",
    "Fault",
    "Head",
    "Verdict",
    "heads",
    "mark_in_vain",
    "note",
    "note_in_vain",
    "publish",
    "published",
    "request_id",
    "seal_all",
    "take",
    "unsealed",
    "verify",
]
