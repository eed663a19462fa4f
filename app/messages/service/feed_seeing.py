"""Show a feed: read a page of it, and write down in the same statement to whom it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.core import clock, pages
from app.core.db import HotStatement
from app.core.errors import NotFound
from app.core.pages import Page, Position
from app.messages.queries import shown
from app.messages.queries.shown import Shown
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient

LAST_COMMENTS: Final = 2
_THEIRS = "p.patient_id = :patient_id and p.category = any(:categories)"
_POSTS = f"{_THEIRS} and p.parent_id is null and (p.hidden_at is null or not :for_family)"
_COMMENTS = f"{_THEIRS} and p.parent_id = :post_id"  # of a post that was found before
# What is below a post is kept with it.
_ONE = f"""{_THEIRS} and p.id = :post_id and not (:for_family and exists (
    select from post k where k.id in (p.id, p.parent_id) and k.hidden_at is not null))"""
_OLDER = "and (p.created_at, p.id) < (:at, :last)"
# One more is read, to know of a next page; it is not shown, so it was not seen.
_PAGE = """
    with page as materialized (
        select * from post p where {where} order by p.created_at desc, p.id desc limit :limit + 1
    ), posts as (select * from page order by created_at desc, id desc limit :limit), shown as ({shown})
"""
_WITH_COMMENTS = """
    select * from posts union all select c.* from posts cross join lateral (
        select * from post c where c.parent_id = posts.id order by c.created_at desc, c.id desc limit :last_comments) c
"""
_NOTED = """
    , noted as (
        insert into post_seen (id, created_at, organisation_id, patient_id, post_id, person_id)
        select gen_random_uuid(), :now, s.organisation_id, s.patient_id, s.id, :me from shown s
        where :notes and s.author_id is distinct from :me
            and not exists (select from post_seen p where p.post_id = s.id and p.person_id = :me)
        on conflict (post_id, person_id) do nothing
    )
"""


def _statement(where: str, shown_rows: str = "select * from posts") -> HotStatement:
    read = f"{_PAGE.format(where=where, shown=shown_rows)} {_NOTED} select {shown.COLUMNS},"
    whole = f"{read} (select count(*) from page) > :limit as goes_on from shown s {shown.JOINS}"  # noqa: S608
    return HotStatement(f"{whole} order by s.created_at desc, s.id desc")


_FIRST, _NEXT = _statement(_POSTS, _WITH_COMMENTS), _statement(f"{_POSTS} {_OLDER}", _WITH_COMMENTS)
_FIRST_COMMENTS, _NEXT_COMMENTS = _statement(_COMMENTS), _statement(f"{_COMMENTS} {_OLDER}")
_ONLY = _statement(_ONE)


@dataclass(frozen=True, slots=True)
class Opened:
    """A post that was opened, with a page of what was said below it, newest first."""

    post: Shown
    comments: Page[Shown]


def page(patient: AdmittedPatient, viewer: Viewer, after: Position | None, limit: int) -> Page[Shown]:
    """Posts newest first, each with its last comments; whoever reads them has seen them from now on."""
    return _page(_FIRST if after is None else _NEXT, patient, viewer, limit, _from(after))


def opened(patient: AdmittedPatient, viewer: Viewer, post_id: UUID, after: Position | None, limit: int) -> Opened:
    """One post with a page of what was said below it. Raises NotFound."""
    statement = _FIRST_COMMENTS if after is None else _NEXT_COMMENTS
    post = one(patient, viewer, post_id)
    return Opened(post, _page(statement, patient, viewer, limit, {"post_id": post_id, **_from(after)}))


def one(patient: AdmittedPatient, viewer: Viewer, post_id: UUID) -> Shown:
    """A post or a comment by itself. Raises NotFound, also where its kind is not for this viewer."""
    found = _rows(_ONLY, patient, viewer, 1, {"post_id": post_id})
    if not found:
        raise NotFound
    return shown.shown(found, patient, viewer.person_id)[0]


def _page(
    statement: HotStatement, patient: AdmittedPatient, viewer: Viewer, limit: int, more: dict[str, Any]
) -> Page[Shown]:
    rows = _rows(statement, patient, viewer, limit, more)
    found = shown.shown(rows, patient, viewer.person_id)
    beyond = found[-1:] if rows and rows[0]["goes_on"] else []  # stands for the one that was not shown
    return pages.page([*found, *beyond], limit, lambda post: (post.created_at, post.id))


def _rows(
    statement: HotStatement, patient: AdmittedPatient, viewer: Viewer, limit: int, more: dict[str, Any]
) -> Sequence[dict[str, Any]]:
    values = {
        "patient_id": patient.id,
        "categories": [str(kind) for kind in viewer.categories],
        "me": viewer.person_id,
        "notes": viewer.notes,
        "for_family": patient.is_for_family,
        "now": clock.now(),
        "limit": limit,
        "last_comments": LAST_COMMENTS,
    }
    return statement.rows(values | more)


def _from(after: Position | None) -> dict[str, Any]:
    return {"at": after.at, "last": after.id} if after is not None else {}
