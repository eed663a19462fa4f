"""Tell the circle that somebody wrote into the feed, in one statement however many they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from app.access.permissions import Category
from app.access.roles import Role
from app.identity import queries as people
from app.messages.models.feed import Post
from app.messages.queries import feed
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
    _tell(patient, POST, post_id, by, text, told)


def of_comment(patient: AdmittedPatient, parent: Post, comment_id: UUID, by: By, text: str) -> None:
    """Tell those of them who wrote the post or below it: what others talk about can wait until they look."""
    talking = set(feed.in_talk(parent))
    told = telling.those_told(patient, Category.MESSAGES, and_patient=True)
    _tell(patient, COMMENT, comment_id, by, text, [one for one in told if one in talking])


def _tell(patient: AdmittedPatient, template: str, about_id: UUID, by: By, text: str, told: Collection[UUID]) -> None:
    words = {"member": texts.first_name(people.person(by.person_id).given_name)}
    # What professionals write stays where they wrote it.
    says = text if by.role in (Role.PATIENT, Role.ACTING, Role.MEMBER) else None
    one = news.News(Category.MESSAGES, "post", about_id, template, words, says)
    news.tell(patient, one, [person_id for person_id in told if person_id != by.person_id])
