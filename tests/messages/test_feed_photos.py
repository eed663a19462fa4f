"""Photos of posts: read by what they are, drawn anew without anything of the file, served to whoever sees the post."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from sqlalchemy import select, text

from app.access.permissions import Right
from app.core.db import db
from app.core.errors import Invalid
from app.core.ids import new_id
from app.messages import photos
from app.messages.models.feed import Post
from tests.messages.feeds import Reader, at_the_feed, give, in_base_64, picture
from tests.people import World

HURTS = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=6)
SECRETS = (
    b"Exif",
    b"GPS",
    b"52.2053",
    b"Canon",
    b"hidden words",
    b"ICC_PROFILE",
    b"http://ns.adobe",
    b"iVBOR",
    b"<script",
)


def placed(kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    """A photo that says where, when and with what it was taken, and more."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x0112] = "Canon", "2026:11:18 10:00:00", orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 12.0, 19.08), 3: "E", 4: (0.0, 7.0, 18.54), 29: "GPS 52.2053"})
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"ICC_PROFILE of somebody"}
    if kind == "JPEG":
        more |= {"comment": b"hidden words", "xmp": b"<x:xmpmeta>http://ns.adobe.com/ hidden words</x:xmpmeta>"}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "hidden words")
        more |= {"pnginfo": info}
    if kind == "WEBP":
        more |= {"xmp": b"<x:xmpmeta>hidden words</x:xmpmeta>"}
    return picture(kind, size, **more)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Reader:
    return at_the_feed(client, world, world.mary)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Reader:
    give(world, world.tom, Right.SEE, Right.ACT)
    return at_the_feed(client, world, world.tom)


@pytest.mark.parametrize("kind", photos.FORMATS)
def test_nothing_of_the_file_is_kept_but_its_pixels(kind: str) -> None:
    sent = placed(kind) + b"<script>trailing</script>"
    assert b"Canon" in sent
    assert b"52.2053" in sent
    kept = photos.redrawn(sent)
    assert [one for one in SECRETS if one in kept.content] == []
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (40, 20), {})
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (40, 20), (5, 10)), (3, (40, 20), (35, 10)), (6, (20, 40), (10, 5)), (8, (20, 40), (10, 35))],
)
def test_it_stands_upright(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    kept = photos.redrawn(placed(orientation=orientation))
    with Image.open(io.BytesIO(kept.content)) as image:
        pixel = image.getpixel(red_at)
        assert isinstance(pixel, tuple)
        assert ((kept.width, kept.height), image.size) == (size, size)
        assert (pixel[0] > 200, pixel[2] < 60) == (True, True)


def test_a_large_one_is_made_fit_for_screens() -> None:
    kept = photos.redrawn(picture(size=(4000, 2000)))
    assert (kept.width, kept.height) == (1600, 800)
    assert len(kept.content) < 200_000


def test_what_was_see_through_is_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(io.BytesIO(photos.redrawn(file.getvalue()).content)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK", "RGBA"])
def test_whatever_the_colours_are_kept_as(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (10, 10)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert photos.redrawn(file.getvalue()).width == 10


def _png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be as large as it says."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", photos.NOT_A_PHOTO),
        (b"GIF89a" + b"\0" * 100, photos.NOT_A_PHOTO),
        (b"%PDF-1.7 \xff\xd8\xff\xe0", photos.NOT_A_PHOTO),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", photos.NOT_A_PHOTO),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, photos.NOT_A_PHOTO),
        (picture()[:200], photos.NOT_A_PHOTO),
        (picture("GIF"), photos.NOT_A_PHOTO),
        (picture("BMP"), photos.NOT_A_PHOTO),
        (_png_that_says(10_000, 6_000), photos.TOO_MANY_PIXELS),
        (_png_that_says(2**31 - 1, 2**31 - 1), photos.TOO_MANY_PIXELS),
        (_png_that_says(10, 10), photos.NOT_A_PHOTO),
        (b"\xff" * (photos.MOST_BYTES + 1), photos.TOO_LARGE),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_photo_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        photos.redrawn(content)
    assert refused.value.detail == why


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(photos.FORMATS), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=6)
)
@pytest.mark.filterwarnings("ignore")
def test_a_broken_file_is_a_photo_or_refused(kind: str, hurts: list[tuple[float, bytes]]) -> None:
    content = bytearray(placed(kind))
    for at, wrong in hurts:
        place = int(at * (len(content) - len(wrong)))
        content[place : place + len(wrong)] = wrong
    try:
        kept = photos.redrawn(bytes(content))
    except Invalid:
        return
    assert kept.content.startswith(b"\xff\xd8\xff")


def test_a_post_with_a_photo_is_shown_and_the_photo_served(mary: Reader, tom: Reader) -> None:
    post = tom.write("In the garden", photo=in_base_64(placed(), "Roses by the door"))
    assert post["photo"] == {"width": 40, "height": 20, "words": "Roses by the door"}
    served = mary.ask(f"/{post['id']}/photo")
    assert (served.status_code, served.mimetype) == (200, "image/jpeg")
    assert served.headers["Cache-Control"] == "no-store"
    assert served.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert [one for one in SECRETS if one in served.data] == []
    assert served.data.startswith(b"\xff\xd8\xff")


def test_it_is_kept_sealed(tom: Reader) -> None:
    post = tom.write("In the garden", photo=in_base_64(placed(), "Roses by the door"))
    kept, words = db.session.execute(text("select content_sealed, words_sealed from post_photo")).one()
    assert b"\xff\xd8\xff" not in bytes(kept)
    assert b"Roses" not in bytes(words)
    assert tom.ask(f"/{post['id']}/photo").status_code == 200


def test_the_photo_of_what_was_taken_away_only_author_and_team_see(mary: Reader, tom: Reader, world: World) -> None:
    post = tom.write("In the garden", photo=in_base_64(placed()))
    tom.take_away(post)
    assert mary.get()["items"][0]["photo"] is None
    assert mary.ask(f"/{post['id']}/photo").status_code == 404
    assert tom.ask(f"/{post['id']}/photo").status_code == 200
    assert at_the_feed(mary.client, world, world.priya).ask(f"/{post['id']}/photo").status_code == 200


def test_others_do_not_see_it(tom: Reader, world: World, client: FlaskClient) -> None:
    post = tom.write("In the garden", photo=in_base_64(placed()))
    assert at_the_feed(client, world, world.adeyemi).ask(f"/{post['id']}/photo").status_code == 403
    assert at_the_feed(client, world, world.stranger).ask(f"/{post['id']}/photo").status_code == 404
    khans = tom.url.replace(str(world.mary_patient.id), str(world.khan_patient.id))
    khan = Reader(client, khans, at_the_feed(client, world, world.khan).headers)
    assert khan.ask(f"/{post['id']}/photo").status_code == 404
    assert tom.ask(f"/{tom.write('No photo')['id']}/photo").status_code == 404


def test_sent_again_with_another_photo_it_is_another_post(tom: Reader) -> None:
    one, photo = str(new_id()), in_base_64(placed())
    first = tom.write("In the garden", id=one, photo=photo)
    assert tom.write("In the garden", id=one, photo=photo)["id"] == first["id"]
    assert tom.send(text="In the garden", id=one, photo=in_base_64(picture(size=(50, 50)))).status_code == 409
    assert tom.send(text="In the garden", id=one).status_code == 409


@pytest.mark.parametrize(
    ("photo", "pointer"),
    [
        ({"content": "not base 64!"}, "/photo/content"),
        ({"content": 7}, "/photo/content"),
        ({"content": "AAAA"}, "/photo"),
        ({"content": "AAAA", "name": "x.jpg"}, "/photo/name"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(tom: Reader, photo: Any, pointer: str) -> None:
    answer = tom.send(text="In the garden", photo=photo)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert db.session.scalars(select(Post)).all() == []


def test_of_a_body_that_is_too_large_nothing_is_read(tom: Reader) -> None:
    answer = tom.client.post(
        tom.url, data=b"x" * (12 * 1024 * 1024 + 1), headers=tom.headers, content_type="application/json"
    )
    assert answer.status_code == 413
