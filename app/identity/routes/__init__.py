"""The API of identity, a module for each way of proving who one is."""

from app.identity.routes import signing_in

ALL = (signing_in.routes,)
