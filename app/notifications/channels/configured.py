"""The ways out that the settings ask for."""

from __future__ import annotations

from uuid import UUID

from app.config import Settings
from app.core import vapid
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.identity.service import push_subscriptions
from app.notifications import channels
from app.notifications.channels.email import EmailChannel
from app.notifications.channels.sandbox import SandboxChannel
from app.notifications.channels.sms import TwilioChannel
from app.notifications.channels.web_push import Browser, Browsers, WebPushChannel


def by_name(settings: Settings) -> dict[str, channels.Channel]:
    """Every channel by its name; where no e-mails or no pushes are sent there is none for them."""
    made: dict[str, channels.Channel] = {
        channels.SMS: SandboxChannel() if settings.sms_channel == "sandbox" else _twilio(settings)
    }
    if settings.email_channel != "none":
        made[channels.EMAIL] = SandboxChannel() if settings.email_channel == "sandbox" else _smtp(settings)
    if settings.push.channel != "none":
        made[channels.PUSH] = SandboxChannel() if settings.push.channel == "sandbox" else _web_push(settings)
    return made


def _web_push(settings: Settings) -> WebPushChannel:
    return WebPushChannel(settings.push, settings.public_url, settings.brand, Browsers(_browsers_of, _note))


def _browsers_of(person_id: UUID) -> list[Browser]:
    with unit_of_work():
        return [
            Browser(one.id, one.endpoint or "", one.p256dh, vapid.bytes_of(one.auth or ""))
            for one in identity.push_subscriptions(person_id)
        ]


def _note(subscription_id: UUID, is_gone: bool) -> None:
    with unit_of_work():
        push_subscriptions.note(subscription_id, is_gone=is_gone)


def _smtp(settings: Settings) -> EmailChannel:
    return EmailChannel(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        sender_name=settings.brand,
        security=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def _twilio(settings: Settings) -> TwilioChannel:
    token, *others = settings.twilio_auth_tokens
    # A messaging service brings its own numbers, so it goes before a single number.
    service = settings.twilio_messaging_service_sid or None
    return TwilioChannel(
        account_sid=settings.twilio_account_sid,
        auth_token=token,
        public_url=settings.public_url,
        messaging_service_sid=service,
        from_number=None if service else settings.twilio_from_number,
        base_url=settings.twilio_base_url,
        other_auth_tokens=others,
    )
