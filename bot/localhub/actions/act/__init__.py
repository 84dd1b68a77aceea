"""Executes workflows on this machine with nektos/act."""

from bot.localhub.actions.act.run_with_act import ActRunner, Unavailable

__all__ = ["ActRunner", "Unavailable"]
