"""Entry point for gunicorn and waitress."""

import gc
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

#: Objects made between two looks for garbage. Python's own 700 is for small programs: a list of a county makes a
#: hundred thousand, nearly all of which go by themselves.
BETWEEN_LOOKS = 20_000
#: Values that the frame of `with_room` has room for: 128 KB, in which all calls below a request's first fit.
ROOM = 16_384


def with_room(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same, called from a large frame. CPython keeps the frames of calls in pieces of 16 KB; a loop whose calls
    cross the edge of one has the system give it a piece and take it back each time. Where the edge lies depends on
    how deep the server's own calls are: the form of a person took 50 ms or 25."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return work(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=ROOM)
    return call


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhen.settings")

application = with_room(get_wsgi_application())
# What stays for ever (models, addresses, views) is read in now and never searched for garbage again: to go through
# it took a tenth of a second, in the middle of somebody's request.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(BETWEEN_LOOKS, 10, 10)
