"""The SMS provider once more, light enough to take thousands a second: accepts, counts, and notes when texts arrived.

It speaks as much of Twilio's API as making a message needs. The stand-in of the tests has faults, a list and callbacks,
and costs more than the sender that is measured. Ended by SIGTERM, it prints what arrived as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import sys
import time
import urllib.parse
from collections.abc import Callable

ANSWER = (
    '{{"sid":"SM{number:032x}","status":"queued","to":"{to}","body":"","num_segments":"1","direction":"outbound-api",'
    '"account_sid":"{account}","date_created":"Sun, 22 Nov 2026 09:00:00 +0000","error_code":null}}'
)
TOO_MANY = '{"code":20429,"message":"Too Many Requests","more_info":"","status":429}'


class Book:
    """What arrived: seconds of the system's monotonic clock, and the text's number of recipient."""

    def __init__(self, account: str, token: str, per_second: int) -> None:
        self.account, self.per_second = account, per_second
        self.admitted = f"authorization: basic {base64.b64encode(f'{account}:{token}'.encode()).decode()}".lower()
        self.arrivals: list[tuple[float, str]] = []
        self.refused = 0
        self._second, self._in_second = 0, 0

    def answer(self, head: str, body: bytes) -> bytes:
        """One request's answer."""
        if self.admitted not in head.lower():
            return _http(401, '{"code":20003}')
        if self._is_too_many():
            self.refused += 1
            return _http(429, TOO_MANY)
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        self.arrivals.append((time.monotonic(), f"{fields['To']} {fields['Body']}"))
        return _http(201, ANSWER.format(number=len(self.arrivals), to=fields["To"], account=self.account))

    def _is_too_many(self) -> bool:
        if not self.per_second:
            return False
        second = int(time.monotonic())
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        return self._in_second > self.per_second


class Connection(asyncio.Protocol):
    """One kept-alive connection; a request comes in one piece or two."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self._answer, self._read = answer, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        text = head.decode("latin-1")
        length = int(text.lower().partition("content-length:")[2].partition("\r")[0])
        if len(rest) >= length:
            self._read = rest[length:]
            self._transport.write(self._answer(text, rest[:length]))


def _http(status: int, body: str) -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def serve(book: Book) -> None:
    """Serve on a free port, which is printed first."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Connection(book.answer), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
    server.close()


def main() -> None:
    """Account, token, and how many texts a second it takes; 0: any number."""
    book = Book(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    asyncio.run(serve(book))
    print(json.dumps({"arrivals": book.arrivals, "refused": book.refused}), flush=True)


if __name__ == "__main__":
    main()
