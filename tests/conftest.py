"""Settings that all tests share."""

from hypothesis import settings

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("flowy", deadline=None, print_blob=True)
settings.load_profile("flowy")
