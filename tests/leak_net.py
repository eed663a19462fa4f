"""A net under the whole suite: what is written into sealed columns, and who people are, is found nowhere else (S20).

Whatever any test has sealed is a canary of the column it was sealed for: the keyring of the tests notes it. So are
people's family names and full names. They are looked for in log lines, in answers of 300 and above (headers, and the
bodies of refusals), in metrics, in what the stand-ins for SMS and e-mail were handed, in the queue, and in every other
column of the databases (sealed ones as they lie on the disk).

Left out, for they would be found by chance or by right: what is shorter than six characters ("Tom", "son"), numbers
of fewer than nine digits, ids, codes and instants, and words that Kith itself uses ("heart failure"). What a test made
is looked for until it ends; what a fixture of a wider scope made, until the session does.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import event

from app.core import metrics, sealed
from app.identity.models import Person

SHORTEST = 6
MESSAGE = "a message"
# An id, an instant, a number, or a code of Kith's own with its part ("wheel:home").
LIKE_AN_ID = re.compile(r"([a-z]{2})?[0-9a-f-]{32,36}|\d{4}-\d\d-\d\d.*|[\d\s.+-]{0,12}|[a-z_]+[:.][a-z_]+")
NUMBER = re.compile(r"\+?[\d ]+")
# A kept answer and a copy are what their reader was shown: their parts are noted where they were sealed. What somebody
# is invited into is a team, whose name anybody may read, or a patient, whose name is noted by itself.
NOT_TYPED = {"idempotent_answer.body", "record_export.file", "invitation.into"}
# What a text message is made of is in it.
IN_A_MESSAGE = {"delivery.body", "sandbox_message.body"}
# Names are read and sorted by, and say whose limit was passed: they stand here (in a sandbox too), and nowhere else.
NAMES = {"person.family_name", "person.name"}
WHERE_NAMES_STAND = {"person.family_name", "alert.why", "finding.why", "sandbox_message.recipient"}
# One test in so many has its database searched, and the first of each file; KITH_LEAKS=all searches after each.
SAMPLE = 1 if os.environ.get("KITH_LEAKS") == "all" else 8
HOME = Path(__file__).resolve().parent.parent / "app"


@dataclass(frozen=True, slots=True)
class Leak:
    """Where something personal was found, and of which column it is: never what it says."""

    where: str
    of: frozenset[str]


@dataclass(repr=False)
class LeakNet:
    """Canaries by their first letters, so that looking costs the same however many there are."""

    known: dict[bytes, dict[bytes, str]] = field(default_factory=dict)
    ever: dict[bytes, str] = field(default_factory=dict)
    lasting: list[tuple[bytes, str]] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    texts: list[tuple[str, bytes]] = field(default_factory=list)  # to be searched when the test ends
    places: set[str] = field(default_factory=set)
    wider: int = 0  # fixtures of a wider scope than a test's that are being made
    searches: bool = True  # the databases of this test
    searched: int = 0

    def note(self, place: str, content: bytes) -> None:
        """Something was sealed for a column."""
        self.places.add(place)
        if place in NOT_TYPED:
            return
        for value in _values(content):
            self.learn(place, value)

    def learn(self, place: str, value: str) -> None:
        """Look for this from now on, in the ways it can be written."""
        for canary in _written(value):
            self._keep(canary, place)
            if self.wider:
                self.lasting.append((canary, place))

    @contextmanager
    def learning(self) -> Iterator[dict[bytes, str]]:
        """What is learnt within the block, for `learn_again`."""
        before, learnt = dict(self._all()), dict[bytes, str]()
        yield learnt
        learnt |= {canary: place for canary, place in self._all() if canary not in before}

    def learn_again(self, canaries: Mapping[bytes, str]) -> None:
        """Look again for what another test had made, where its rows are back."""
        for canary, place in canaries.items():
            self._keep(canary, place)

    def _all(self) -> Iterator[tuple[bytes, str]]:
        for canaries in self.known.values():
            yield from canaries.items()

    def _keep(self, canary: bytes, place: str) -> None:
        self.known.setdefault(canary[:SHORTEST], {})[canary] = place
        self.ever[canary] = place

    def found_in(self, text: bytes, *, beside: frozenset[str] | set[str] = frozenset()) -> frozenset[str]:
        """Of which columns something can be read in a text."""
        text = text.lower()
        begun = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)} & self.known.keys()
        places = {place for start in begun for canary, place in self.known[start].items() if canary in text}
        return frozenset(places - beside)

    def look(self, where: str, text: bytes, *, beside: frozenset[str] | set[str] = frozenset()) -> None:
        """Keep what is found."""
        if places := self.found_in(text, beside=beside):
            self.leaks.append(Leak(where, places))

    def begin(self, node: str, *, is_first: bool) -> None:
        """A test begins: what the last one made is forgotten."""
        self.known.clear()
        for canary, place in self.lasting:
            self._keep(canary, place)
        self.searches = is_first or zlib.crc32(node.encode()) % SAMPLE == 0

    def end(self, log: list[bytes]) -> list[Leak]:
        """What has leaked since this was asked last, these lines of a log among it."""
        self.look("the log", b"\n".join(log))
        log.clear()
        for where, text in self.texts:
            self.look(where, text, beside=IN_A_MESSAGE if where == MESSAGE else frozenset())
        self.texts.clear()
        leaks, self.leaks = self.leaks, []
        return leaks

    def search(self, conninfo: str, *, always: bool = False) -> None:
        """Search every table of a database, as its owner, before it is emptied or dropped; sealed columns as bytes."""
        if not (self.searches or always) or not self.known:
            return
        self.searched += 1
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for table, columns in _tables(connection).items():
                names = [column for column in columns if f"{table}.{column}" in WHERE_NAMES_STAND]
                for column in names:
                    self.look(f"{table}.{column}", _dumped(connection, table, [column]), beside=NAMES)
                rest = [column for column in columns if column not in names]
                for column in rest if self.found_in(_dumped(connection, table, rest)) else ():
                    self.look(f"{table}.{column}", _dumped(connection, table, [column]))

    def search_metrics(self) -> None:
        """Names and labels of every counter of this process, for all that was ever known."""
        for canary, place in self.ever.items():
            self._keep(canary, place)
        self.look("metrics", metrics.exposition([]))


def _values(content: bytes) -> Iterator[str]:
    """A text; or those in it, where it is JSON."""
    try:
        inner = orjson.loads(content)
    except orjson.JSONDecodeError:
        inner = content.decode(errors="ignore")
    yield from _leaves(inner) if isinstance(inner, dict | list) else [content.decode(errors="ignore")]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)


def _written(value: str) -> Iterator[bytes]:
    forms = {value, quote(value)}
    if NUMBER.fullmatch(value) and len(digits := re.sub(r"\D", "", value)) >= 9:
        forms |= {digits, digits[-10:], f"{digits[:3]} {digits[3:6]} {digits[6:]}"}
    elif not _is_distinctive(value.lower()):
        return
    yield from {form.lower().encode() for form in forms}


@cache
def _is_distinctive(value: str) -> bool:
    return len(value.encode()) >= SHORTEST and not LIKE_AN_ID.fullmatch(value) and value not in _our_words()


@cache
def _our_words() -> str:
    """What Kith says by itself; the demo's people are not Kith's."""
    ours = (path for kind in ("py", "html", "toml", "yaml", "js") for path in HOME.rglob(f"*.{kind}"))
    return "\n".join(path.read_text().lower() for path in sorted(ours) if "demo" not in path.parts)


def _tables(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Tables that hold anything, with their columns."""
    rows = connection.execute(
        "select relname, array_agg(attname order by attnum) from pg_class c join pg_attribute on attrelid = c.oid"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped"
        " group by relname"
    ).fetchall()
    holds = sql.SQL("select {} where exists (select from {})")
    some = [holds.format(sql.Literal(name), sql.Identifier(name)) for name, _ in rows]
    held = {name for (name,) in connection.execute(sql.SQL(" union all ").join(some))}
    return {name: columns for name, columns in rows if name in held}


def _dumped(connection: psycopg.Connection[Any], table: str, columns: Iterable[str]) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    dump = sql.SQL("copy (select {} from {}) to stdout (format binary)").format(names, sql.Identifier(table))
    with connection.cursor().copy(dump) as lines:
        return b"".join(bytes(line) for line in lines)


class NotingKeyring(sealed.Keyring):
    """The keys of the tests: says what it seals, and for which column."""

    def seal_bytes(self, content: bytes, place: str, row: UUID) -> bytes:
        NET.note(place, content)
        return super().seal_bytes(content, place, row)


def noting(keys: sealed.Keyring) -> NotingKeyring:
    """The same keys, which say what they seal."""
    return NotingKeyring(keys.keys, keys.index_key)


NET = LeakNet()


@event.listens_for(Person.family_name, "set")
def _named(person: Person, family_name: str, *_: object) -> None:
    NET.learn("person.family_name", family_name)
    NET.learn("person.name", f"{person.given_name} {family_name}")
