"""The SMS provider's stand-in, which notes when each message arrived; ended by SIGTERM, it prints them as JSON."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from typing import Any

from tests.stand_ins import twilio


class Timed(twilio.TwilioStandIn):
    """A stand-in with a stopwatch: (seconds of the system's monotonic clock, text) of each accepted message."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.arrivals: list[tuple[float, str]] = []

    def create(self, form: dict[str, str]) -> tuple[twilio.Answer, dict[str, Any] | None]:
        at = time.monotonic()
        answer, message = super().create(form)
        if message is not None:
            self.arrivals.append((at, message["body"]))
        return answer, message


def main() -> None:
    """Serve on a free port, which is printed first."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stand_in = Timed(account_sid=sys.argv[1], auth_token=sys.argv[2])
    with stand_in:
        print(stand_in.base_url, flush=True)
        stop.wait()
        print(json.dumps(stand_in.arrivals), flush=True)


if __name__ == "__main__":
    main()
