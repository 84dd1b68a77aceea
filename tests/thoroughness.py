"""Whether this run of the tests does what takes minutes more: ``THOROUGH=1 make test``."""

import os

THOROUGH = os.environ.get("THOROUGH") == "1"
