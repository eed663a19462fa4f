"""A photo drawn anew: read by what it is and not by its name, upright, of a size for screens, with its pixels alone.

Where it was taken, by which phone and when stands beside the pixels, and a file can be two things at once: so nothing
of the file is kept (OWASP ASVS 5.0, V5.2).
"""

from __future__ import annotations

import io
import struct
import threading
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageOps

from app.core.errors import Invalid

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 1600
FORMATS: Final = ("JPEG", "PNG", "WEBP")
TOO_LARGE: Final = "This photo is larger than 8 MB. Send a smaller copy of it."
TOO_MANY_PIXELS: Final = "This photo has too many pixels. Send a smaller copy of it."
NOT_A_PHOTO: Final = "This file cannot be read as a photo. Send a JPEG, PNG or WebP."
# What a decoder says of a file that is broken, or made to break it.
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    ZeroDivisionError, MemoryError, struct.error, Image.DecompressionBombError,
)  # fmt: skip
# A large one takes 200 MB while it is drawn; of several sent at once one is drawn at a time.
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A JPEG of our own."""

    content: bytes = field(repr=False)
    width: int
    height: int


def redrawn(content: bytes, pointer: str = "/photo") -> Redrawn:
    """The same picture as a file that nobody else made. Raises Invalid."""
    if len(content) > MOST_BYTES:
        raise _refused(TOO_LARGE, pointer)
    with _ONE_AT_A_TIME:
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _refused(TOO_MANY_PIXELS, pointer)
                return _written(_pixels(image))
        except Image.DecompressionBombError:
            raise _refused(TOO_MANY_PIXELS, pointer) from None
        except _BROKEN:
            raise _refused(NOT_A_PHOTO, pointer) from None


def _pixels(image: Image.Image) -> Image.Image:
    """Upright and small enough, on white where it was see-through, in a picture that knows nothing of the file."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of a JPEG no more is decoded than is needed
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
    drawn = Image.new("RGB", upright.size, "white")
    drawn.paste(upright.convert("RGB"), mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return drawn


def _written(drawn: Image.Image) -> Redrawn:
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=82, optimize=True, progressive=True)
    return Redrawn(file.getvalue(), drawn.width, drawn.height)


def _refused(why: str, pointer: str) -> Invalid:
    return Invalid(why, errors=[{"pointer": pointer, "detail": why}])
