"""Tell those of the circle who are to be told of ratings that there is one: nothing of what it says."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.access.permissions import Category
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient
from app.patients.queries import telling
from app.ratings import voicing

ABOUT: Final = "rating"


def given(patient: AdmittedPatient, rating_id: UUID, voice: str, by: UUID) -> None:
    """The patient has finished a rating, alone or together with the team; whoever wrote it down knows."""
    if voice not in voicing.ANSWERS:
        return
    readers = [one for one in telling.those_told(patient, Category.RATINGS) if one != by]
    news.tell(patient, News(Category.RATINGS, ABOUT, rating_id, "rating_given"), readers)
