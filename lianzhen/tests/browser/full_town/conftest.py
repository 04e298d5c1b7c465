"""The demo at the town's real size, built once for everything that depends on size and only reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.conftest import demo, own_data


@pytest.fixture(scope="package")
def full_town(server: LiveServer, django_db_blocker: Any) -> Iterator[dict[Role, Any]]:
    with own_data(django_db_blocker):
        yield demo(villages=39, years=1)
