"""For all tests: how long one takes decides nothing, machines differ."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
