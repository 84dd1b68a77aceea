"""``python -m bot`` is ``paved-road``."""

import sys

from bot.cli import main

sys.exit(main())
