"""Runs the bot in AWS Lambda: ``receive``, ``work`` and ``render``, a function each.

Only the first two see the bot. ``render`` imports ``bot.rendering`` and nothing
else, because its package holds nothing else.
"""
