"""A process of its own that imports a batch and stops at a point, to be killed there. Not a test.

Called as `python -m lianzhen.importing.tests.dying <batch> <point> <folder of uploads>`; prints the point's
name once it is reached and waits.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any


def wait_here(point: str) -> None:
    sys.stdout.write(f"{point}\n")
    sys.stdout.flush()
    time.sleep(120)


def after(target: Any, name: str, point: str, times: int = 1) -> None:
    """Have `target.name` wait after its n-th call."""
    real, calls = getattr(target, name), []

    def reached(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        calls.append(1)
        if len(calls) == times:
            wait_here(point)
        return answer

    setattr(target, name, reached)


def main(batch_pk: str, point: str, folder: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhen.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.MEDIA_ROOT = folder
    from lianzhen.importing import preparing, progress, running
    from lianzhen.importing.models import ImportBatch
    from lianzhen.trail.gathering import Gathering

    batch = ImportBatch.objects.get(pk=batch_pk)
    if point == "preparing":
        after(preparing, "carry_out", point, times=3)
    elif point == "written":
        after(Gathering, "write", point)
    elif point == "row":
        type(batch.definition).reads = ()
        after(running, "_write_row", point, times=3)
    else:
        progress.forget = lambda _: wait_here(point)  # the transaction is through
    running.run_import(batch)


if __name__ == "__main__":
    main(*sys.argv[1:])
