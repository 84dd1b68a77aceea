"""The composition root: the one package that sees everything and wires it.

Nothing below it reads the environment or picks an adapter; nothing above it
(the command line, tests) builds a part of its own. Each ``*_wiring`` module
wires one subject; ``bot`` says in which order.
"""

from bot.app.bot import Bot, open_bot
from bot.app.open_renderer import open_renderer
from bot.app.open_store import open_only_queue, open_store, open_store_at
from bot.app.serving import listening_socket, run_fast, serving, working

__all__ = [
    "Bot",
    "listening_socket",
    "open_bot",
    "open_only_queue",
    "open_renderer",
    "open_store",
    "open_store_at",
    "run_fast",
    "serving",
    "working",
]
