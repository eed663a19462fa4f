"""Many requests at once to one host, from one thread: an event loop with connections that are kept alive.

It knows HTTP and no provider. A thread for each request would cost several times the processor.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request came to; no status: it never left, or what became of it is not known."""

    status: int | None = None
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    has_left: bool = True
    milliseconds: int = 0


class Wire:
    """One host; safe to share between threads. It opens with the first request, and must be closed."""

    def __init__(self, base_url: str, *, timeout: float, connections: int = 100) -> None:
        self._base_url, self._timeout, self._connections = base_url.rstrip("/"), timeout, connections
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._session: aiohttp.ClientSession | None = None

    def post_all(
        self, path: str, bodies: Sequence[bytes], headers: Mapping[str, str], lanes: int, *, begin_within: float
    ) -> list[Reply | None]:
        """Post each once, so many at a time, without retries; None for what was not begun in so many seconds."""
        return self._run(self._post_all(path, bodies, headers, lanes, time.monotonic() + begin_within))

    def close(self) -> None:
        """End the connections and the thread; a later request opens it again."""
        with self._lock:
            if self._loop is None or self._thread is None:
                return
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
                self._thread.start()
            begun = asyncio.run_coroutine_threadsafe(work, self._loop)
        return begun.result()

    async def _post_all(
        self, path: str, bodies: Sequence[bytes], headers: Mapping[str, str], lanes: int, begin_before: float
    ) -> list[Reply | None]:
        session = self._opened()
        found: list[Reply | None] = [None for _ in bodies]
        places = iter(range(len(bodies)))

        async def lane() -> None:
            for place in places:
                if time.monotonic() >= begin_before:
                    return
                found[place] = await _post(session, f"{self._base_url}{path}", bodies[place], headers)

        await asyncio.gather(*(lane() for _ in range(min(lanes, len(bodies)))))
        return found

    def _opened(self) -> aiohttp.ClientSession:
        """Made within the loop that it belongs to."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, limit_per_host=self._connections),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=self._timeout / 2),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
            )
        return self._session

    async def _end(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _post(session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    began = time.perf_counter()
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            text = (await answer.read()).decode("utf-8", errors="replace")
            return Reply(answer.status, text, answer.headers, milliseconds=_since(began))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return Reply(has_left=False, milliseconds=_since(began))
    except (aiohttp.ClientError, TimeoutError):
        return Reply(milliseconds=_since(began))


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
