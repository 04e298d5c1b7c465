"""Photos of the work: made small, and without anything but the picture (EXIF says where and when it was
taken, which is nobody's business: 国办函〔2026〕12号 bars forced tracks; 个人信息保护法 §6).

Files live under MEDIA_ROOT and are served by a guarded view only, never by the web server on its own.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

#: Largest file taken (bytes), and largest picture (pixels) that is opened at all.
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
#: Long side (pixels) and size (bytes) of what is kept, and of its thumbnail.
LONG_SIDE, KEPT_BYTES = 1600, 300 * 1024
SMALL_SIDE, SMALL_BYTES = 240, 15 * 1024
#: Below this quality a smaller picture looks better than a coarser one.
QUALITIES = (85, 75, 65, 55, 45)
FORMATS = ("JPEG", "PNG", "WEBP")

TOO_LARGE = "照片超过10MB，请换一张或重新拍"
UNREADABLE = "看不清这是什么图片，请用JPG、PNG或WebP格式的照片"


@dataclass(frozen=True)
class Photo:
    """A picture ready to be kept: JPEG bytes of itself and of its thumbnail, width and height in pixels."""

    full: bytes
    small: bytes
    width: int
    height: int


def prepare(file: Any) -> Photo:
    """Shrink an uploaded picture. Raises ValidationError with what to do when it is too large or no picture."""
    if file.size > MOST_BYTES:
        raise ValidationError(TOO_LARGE, code="too_large")
    try:
        picture = _opened(file)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError(UNREADABLE, code="unreadable") from None
    full, size = _within(picture, LONG_SIDE, KEPT_BYTES)
    small, _ = _within(picture, SMALL_SIDE, SMALL_BYTES)
    return Photo(full, small, *size)


def store(photo: Photo, day: date, folder: str = "duty") -> str:
    """Write both files and answer the name under which they are kept: `duty/2026/11/….jpg`."""
    name = default_storage.save(f"{folder}/{day:%Y/%m}/{uuid.uuid4().hex}.jpg", ContentFile(photo.full))
    default_storage.save(small_name(name), ContentFile(photo.small))
    return name


def discard(name: str) -> None:
    """Take back what `store` wrote, when the act it belonged to did not come about."""
    default_storage.delete(name)
    default_storage.delete(small_name(name))


def small_name(name: str) -> str:
    return f"{name.removesuffix('.jpg')}_s.jpg"


def _opened(file: Any) -> Image.Image:
    """Upright, in plain colours, everything but the pixels left behind."""
    file.seek(0)
    with Image.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # Lets the JPEG decoder skip most of a camera's twelve million pixels.
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            with_alpha = upright.convert("RGBA")
            upright = Image.new("RGB", with_alpha.size, "white")
            upright.paste(with_alpha, mask=with_alpha.getchannel("A"))
        plain = upright.convert("RGB")
        plain.info = {}  # a comment in the file would be written again otherwise
        return plain


def _within(picture: Image.Image, side: int, most: int) -> tuple[bytes, tuple[int, int]]:
    """JPEG bytes no longer than `most` and no wider or higher than `side`, with its size."""
    while True:
        fitted = picture.copy()
        fitted.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            out = BytesIO()
            fitted.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            if out.tell() <= most:
                return out.getvalue(), fitted.size
        side = side * 4 // 5
