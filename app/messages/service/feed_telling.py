"""Tell the circle that somebody wrote into the feed, in one statement however many they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from app.access.permissions import Category
from app.access.roles import Role
from app.identity import queries as people
from app.messages.models.feed import Post
from app.messages.queries import feed, visible
from app.notifications import texts
from app.notifications.service import news
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import telling

POST: Final = "feed_post"
COMMENT: Final = "feed_comment"


def of_post(patient: AdmittedPatient, post_id: UUID, by: By, text: str) -> None:
    """Tell everybody of the circle who may be told of messages, and the patient; not the author."""
    told = telling.those_told(patient, Category.MESSAGES, and_patient=True)
    _tell(patient, _news(POST, Category.MESSAGES, post_id, by, text), by, told)


def of_comment(patient: AdmittedPatient, parent: Post, comment_id: UUID, by: By, text: str) -> None:
    """Tell those of them who wrote the post or below it: what others talk about can wait until they look."""
    talking, category = set(feed.in_talk(parent)), Category(parent.category)
    told = telling.those_told(patient, category, and_patient=True)
    if parent.hidden_at is not None:
        told = visible.told(patient, category, told)
    _tell(patient, _news(COMMENT, category, comment_id, by, text), by, [one for one in told if one in talking])


def anew(patient: AdmittedPatient, row: Post, by: By, text: str) -> None:
    """Tell whoever has not been told yet what a post says now, and not what it said first."""
    told: Collection[UUID] = feed.not_told_yet(row.id)
    if feed.is_kept(row):
        told = visible.told(patient, Category(row.category), told)
    news.withdraw([row.id])
    template = COMMENT if row.parent_id else POST
    _tell(patient, _news(template, Category(row.category), row.id, by, text), by, told)


def _news(template: str, category: Category, about_id: UUID, by: By, text: str) -> news.News:
    words = {"member": texts.first_name(people.person(by.person_id).given_name)}
    # What professionals write stays where they wrote it.
    says = text if by.role in (Role.PATIENT, Role.ACTING, Role.MEMBER) else None
    return news.News(category, "post", about_id, template, words, says)


def _tell(patient: AdmittedPatient, one: news.News, by: By, told: Collection[UUID]) -> None:
    news.tell(patient, one, [person_id for person_id in told if person_id != by.person_id])
