"""Entry point for gunicorn and waitress."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

#: Objects made between two looks for garbage. Python's own 700 is for small programs: a list of a county makes a
#: hundred thousand, nearly all of which go by themselves.
BETWEEN_LOOKS = 20_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhen.settings")

application = get_wsgi_application()
# What stays for ever (models, addresses, views) is read in now and never searched for garbage again: to go through
# it took a tenth of a second, in the middle of somebody's request.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(BETWEEN_LOOKS, 10, 10)
