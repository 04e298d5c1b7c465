"""Photos: small, upright, and without where and when they were taken."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from appraisal.tests.duty_scenes import TODAY, picture
from lianzhen.pages import photos

ORIENTATION, GPS, MADE_BY = 0x0112, 0x8825, 0x010F


def opened(raw: bytes) -> Image.Image:
    return Image.open(BytesIO(raw))


def test_a_large_photo_becomes_small():
    photo = photos.prepare(picture(4000, 3000))
    assert (photo.width, photo.height) == (1600, 1200)
    assert opened(photo.full).size == (1600, 1200)
    assert len(photo.full) <= photos.KEPT_BYTES
    assert max(opened(photo.small).size) <= photos.SMALL_SIDE
    assert len(photo.small) <= photos.SMALL_BYTES


def test_a_photo_that_will_not_become_light_becomes_smaller():
    out = BytesIO()
    Image.effect_noise((1600, 1200), 90).save(out, "JPEG", quality=95)
    photo = photos.prepare(SimpleUploadedFile("a.jpg", out.getvalue()))
    assert photo.width < 1600
    assert len(photo.full) <= photos.KEPT_BYTES
    assert len(photo.small) <= photos.SMALL_BYTES


def test_a_small_photo_is_not_blown_up():
    photo = photos.prepare(picture(320, 200))
    assert (photo.width, photo.height) == (320, 200)


def test_exif_is_gone_and_the_picture_upright():
    marks = Image.Exif()
    marks[ORIENTATION], marks[MADE_BY] = 6, "Some Phone"
    marks.get_ifd(GPS)[1] = "N"
    file = picture(400, 300, exif=marks, comment=b"taken somewhere")
    assert Image.open(file).getexif()[MADE_BY] == "Some Phone"
    photo = photos.prepare(file)
    assert (photo.width, photo.height) == (300, 400)
    for raw in (photo.full, photo.small):
        kept = opened(raw)
        assert not dict(kept.getexif())
        assert not {"exif", "comment", "icc_profile", "xmp"} & kept.info.keys()
        assert b"taken somewhere" not in raw


def test_transparent_pngs_get_a_white_ground():
    out = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    photo = photos.prepare(SimpleUploadedFile("a.png", out.getvalue()))
    assert opened(photo.full).getpixel((25, 25)) == (255, 255, 255)


def test_too_large_a_file_is_refused():
    file = SimpleUploadedFile("a.jpg", b"\xff" * (photos.MOST_BYTES + 1))
    with pytest.raises(ValidationError, match="照片超过10MB，请换一张或重新拍"):
        photos.prepare(file)


@pytest.mark.parametrize("raw", [b"", b"GIF89a", b"<svg onload='x'/>", b"%PDF-1.4", b"\xff\xd8\xff\xe0 broken"])
def test_what_is_no_picture_is_refused(raw):
    with pytest.raises(ValidationError, match="请用JPG、PNG或WebP格式的照片"):
        photos.prepare(SimpleUploadedFile("a.jpg", raw))


def test_half_a_picture_is_refused():
    whole = picture(800, 600).read()
    with pytest.raises(ValidationError, match="看不清这是什么图片"):
        photos.prepare(SimpleUploadedFile("a.jpg", whole[: len(whole) // 3]))


def test_a_picture_of_too_many_points_is_not_opened(monkeypatch):
    monkeypatch.setattr(photos, "MOST_PIXELS", 1000)
    with pytest.raises(ValidationError, match="看不清这是什么图片"):
        photos.prepare(picture(100, 100))


def test_storing_and_discarding(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    name = photos.store(photos.prepare(picture()), TODAY)
    assert name.startswith("duty/2026/11/")
    assert default_storage.exists(name)
    assert default_storage.exists(photos.small_name(name))
    photos.discard(name)
    assert not default_storage.exists(name)
    assert not default_storage.exists(photos.small_name(name))
