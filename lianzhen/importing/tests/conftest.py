import pytest


@pytest.fixture(autouse=True)
def _uploads_aside(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
