"""Requests as ready bytes. The same ones go to Kith and to the bare program, which looks at less of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc.jwk import OctKey

from app.core import clock
from app.core.ids import new_id
from app.identity import tokens
from bench.population import Voice

WITHIN, LOW = (128, 79), (84, 52)  # within the limits of the plan; below 90, so red whatever is felt
BETWEEN = timedelta(hours=12)  # the plan asks for a pressure in the morning and in the evening


class Writer:
    """Writes requests in the names of patients; access tokens hold ten minutes, so write shortly before sending."""

    def __init__(self, secret_key: str) -> None:
        self._key: OctKey = tokens.key_from(secret_key)

    def single(self, voice: Voice, measured_at: datetime, pressure: tuple[int, int] = WITHIN) -> bytes:
        """One blood pressure."""
        return self._post(voice, "readings", _reading(measured_at, pressure))

    def singles(self, voices: Sequence[Voice], count: int, newest: datetime) -> list[bytes]:
        """So many pressures in turn, each patient's half a day apart, up to `newest`."""
        rounds = -(-count // len(voices))
        return [
            self.single(voices[n % len(voices)], newest - BETWEEN * (rounds - 1 - n // len(voices)))
            for n in range(count)
        ]

    def deteriorating(self, voices: Sequence[Voice]) -> list[bytes]:
        """One red pressure of each, measured now."""
        return [self.single(voice, clock.now(), LOW) for voice in voices]

    def upload(self, voice: Voice, count: int = 100) -> bytes:
        """A backlog of pressures, half a day apart, up to now."""
        now = clock.now()
        readings = [_reading(now - BETWEEN * (count - 1 - n), WITHIN) for n in range(count)]
        return self._post(voice, "readings/upload", {"readings": readings})

    def _post(self, voice: Voice, what: str, body: dict[str, Any]) -> bytes:
        token = tokens.access_token(voice.session_id, self._key, clock.now())
        content = orjson.dumps(body)
        head = (
            f"POST /api/patients/{voice.patient_id}/{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
            f"\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


def _reading(measured_at: datetime, pressure: tuple[int, int]) -> dict[str, Any]:
    systolic, diastolic = ({"value": value, "unit": "mm[Hg]"} for value in pressure)
    return {
        "id": str(new_id()),
        "measure": "blood_pressure",
        "measured_at": measured_at.isoformat(),
        "components": {"systolic": systolic, "diastolic": diastolic},
        "context": {"at_rest": True},
        "source": "typed",
    }
