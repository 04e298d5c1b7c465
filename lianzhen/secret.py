"""The secret key of an installation, made once and kept beside the database."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def read_or_make_secret(path: Path) -> str:
    """Return the key stored at `path`, making it on the first start.

    The file is readable by its owner only. Two processes starting at once agree on one key, because
    creation is exclusive and the loser reads what the winner wrote.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = "".join(get_random_secret_key() for _ in range(2))
    with os.fdopen(descriptor, "w") as handle:
        handle.write(key)
    return key
