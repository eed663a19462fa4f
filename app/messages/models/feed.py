"""The feed of a patient: posts with their comments, what they said before, reactions, who has seen them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.permissions import Category
from app.core.db import Base, one_of
from app.core.sealed import Sealed, SealedFile
from app.patients.models import OfPatient

CHANNELS = ("app", "page", "sms", "kith")
REACTIONS = ("heart", "thanks", "hug", "smile", "thinking_of_you")


class Post(Base, OfPatient):
    """A post, or a comment below one; Kith's own say what happened to those who may know it."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_post_feed", "patient_id", "created_at", "id", postgresql_where=text("parent_id is null")),
        Index("ix_post_parent_id", "parent_id", "created_at", postgresql_where=text("parent_id is not null")),
        # What happened is told once.
        Index("uq_post_about", "about", "about_id", unique=True, postgresql_where=text("about is not null")),
        CheckConstraint(one_of("category", tuple(map(str, Category))), name="category"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("(author_id is null) = (channel = 'kith')", name="somebody"),
        CheckConstraint("(about is null) = (about_id is null)", name="about"),
    )

    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: Kith itself
    author_role: Mapped[str | None]  # in which it was written
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    category: Mapped[str] = mapped_column(default=Category.MESSAGES)  # whoever sees this kind of thing sees the post
    about: Mapped[str | None]  # "visit", "help", "alert", "goal"; of Kith's own posts
    about_id: Mapped[UUID | None]
    client_id: Mapped[UUID]  # chosen by the sender: a resend is the same post
    channel: Mapped[str]
    body_sealed: Mapped[bytes | None]  # None: it was taken away
    changed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    hidden_at: Mapped[datetime | None]  # kept from the circle since then, with all that is below it
    version: Mapped[int] = mapped_column(default=1)

    body = Sealed()

    __mapper_args__ = {"version_id_col": version}


class PostVersion(Base, OfPatient):
    """What a post said before it was changed or taken away; append-only."""

    __tablename__ = "post_version"
    __table_args__ = (
        Index("ix_post_version_patient_id", "patient_id"),
        UniqueConstraint("post_id", "number"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    number: Mapped[int]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # who changed it
    body_sealed: Mapped[bytes]

    body = Sealed()


class PostPhoto(Base, OfPatient):
    """The photo of a post, drawn anew from its pixels: nothing else of the file is kept."""

    __tablename__ = "post_photo"
    __table_args__ = (
        Index("ix_post_photo_patient_id", "patient_id"),
        UniqueConstraint("post_id"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    width: Mapped[int]
    height: Mapped[int]
    words_sealed: Mapped[bytes | None]  # for those who cannot see it
    content_sealed: Mapped[bytes]  # image/jpeg

    words = Sealed()
    content = SealedFile()


class PostReaction(Base, OfPatient):
    """How somebody feels about a post: one of a few signs, until they take it back."""

    __tablename__ = "post_reaction"
    __table_args__ = (
        Index("ix_post_reaction_patient_id", "patient_id"),
        UniqueConstraint("post_id", "person_id"),
        CheckConstraint(one_of("kind", REACTIONS), name="kind"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    ended_at: Mapped[datetime | None]


class PostSeen(Base, OfPatient):
    """A post was shown to somebody; the first time counts. Append-only."""

    __tablename__ = "post_seen"
    __table_args__ = (
        Index("ix_post_seen_patient_id", "patient_id"),
        UniqueConstraint("post_id", "person_id"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class PostReport(Base, OfPatient):
    """Somebody tells the coordinator, in private, that a post is not right; append-only."""

    __tablename__ = "post_report"
    __table_args__ = (
        Index("ix_post_report_patient_id", "patient_id"),
        UniqueConstraint("post_id", "by"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_sealed: Mapped[bytes]

    reason = Sealed()
