"""The API of ratings."""

from app.ratings.routes import drafts, licences, planning, ratings

ALL = (ratings.routes, drafts.routes, planning.routes, licences.routes)
