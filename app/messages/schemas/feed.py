"""The feed over the API: posts with their comments, who has seen them, how people feel about them."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.messages.feed_entering import LONGEST, LONGEST_WORDS, NewPhoto, NewPost
from app.messages.models.feed import REACTIONS

LONGEST_REASON: Final = 1000
# What a photo of 8 MB is in base 64, with what stands around it; of more nothing is read.
BODY_LIMIT: Final = 12 * 1024 * 1024


class FeedQuery(PageQuery):
    """How much of the feed, and from where."""

    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))


class File(fields.Field[bytes]):
    """A file in base 64."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise ValidationError("Not a file in base 64.") from None


class Said(Text):
    """What somebody wrote, without the room around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class NewPhotoSchema(Schema):
    """A JPEG, PNG or WebP of at most 8 MB; what it is is read from itself, and only its pixels are kept."""

    content = File(required=True)
    words = Said(load_default=None, allow_none=True, longest=LONGEST_WORDS)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewPhoto:
        return NewPhoto(**data)


class NewCommentSchema(Schema):
    """Something said below a post; the id is the sender's own."""

    id = fields.UUID(required=True)
    text = Said(required=True, longest=LONGEST)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewPost:
        return NewPost(**data)


class NewPostSchema(NewCommentSchema):
    """A post, with one photo at most."""

    photo = fields.Nested(NewPhotoSchema, load_default=None, allow_none=True)


class PostChange(Schema):
    """What a post says from now on."""

    text = Said(required=True, longest=LONGEST)


class NewPostReaction(Schema):
    """How one feels about a post."""

    kind = Text(required=True, one_of=REACTIONS)


class NewPostReport(Schema):
    """Why a post is not right, for the coordinator alone."""

    reason = Said(required=True, longest=LONGEST_REASON)


class PostPerson(Schema):
    """A person, and what they are to the patient."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    said = fields.String(required=True)


class PostPhoto(Schema):
    """The size of a photo and what is on it in words; the photo itself has an address of its own."""

    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    words = fields.String(required=True, allow_none=True)


class PostReaction(Schema):
    """How many feel like this."""

    kind = fields.String(required=True)
    count = fields.Integer(required=True)


class PostComment(Schema):
    """A comment. No author: Kith itself. Taken away, it has no text any more."""

    id = fields.UUID(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    author = fields.Nested(PostPerson, required=True, allow_none=True)
    category = fields.String(required=True)
    about = fields.String(required=True, allow_none=True)
    about_id = fields.UUID(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    photo = fields.Nested(PostPhoto, required=True, allow_none=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True, allow_none=True)
    taken_away_at = Instant(required=True, allow_none=True)
    reactions = fields.List(fields.Nested(PostReaction), required=True)
    my_reaction = fields.String(required=True, allow_none=True)
    is_mine = fields.Boolean(required=True)
    seen_by = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Post(PostComment):
    """A post, with how many comments it has and the last of them, oldest first."""

    comments = fields.Integer(required=True)
    hidden_from_circle = fields.Boolean(required=True)
    last_comments = fields.List(fields.Nested(PostComment), required=True)


class FeedUnread(Schema):
    """How many posts and comments of the last 30 days the caller was not shown yet; 100: that many or more."""

    unread = fields.Integer(required=True)


class FeedBox(Schema):
    """Whether the caller can write: why not, or who can read it."""

    closed = fields.String(required=True, allow_none=True)
    readers = fields.String(required=True, allow_none=True)


class PostSeenBy(Schema):
    """To whom a post was shown, first first."""

    items = fields.List(fields.Nested(PostPerson), required=True)


class PostFelt(Schema):
    """Somebody, and how they feel about a post."""

    who = fields.Nested(PostPerson, required=True)
    kind = fields.String(required=True)


class PostAllFelt(Schema):
    """Who feels how about a post, first first."""

    items = fields.List(fields.Nested(PostFelt), required=True)


class PostBefore(Schema):
    """What a post said until it was changed or taken away."""

    number = fields.Integer(required=True)
    text = fields.String(required=True)
    until = Instant(required=True)


class PostAllBefore(Schema):
    """What a post said before, first first."""

    items = fields.List(fields.Nested(PostBefore), required=True)


class PostReported(Schema):
    """Who reported a post, and why."""

    who = fields.Nested(PostPerson, required=True)
    reason = fields.String(required=True)
    created_at = Instant(required=True)


class PostReports(Schema):
    """The reports of a post, first first."""

    items = fields.List(fields.Nested(PostReported), required=True)


Posts = page_of(Post, "Posts")
Comments = page_of(PostComment, "PostComments")
