"""The API of identity, a module for each way of proving who one is."""

from app.identity.routes import codes, invitations, passkeys, push_subscriptions, second_factors, signing_in

ALL = (
    signing_in.routes,
    second_factors.routes,
    passkeys.routes,
    codes.routes,
    invitations.routes,
    push_subscriptions.routes,
)
