"""``paved-road template``: what the bot does with a template, offline, from the same code."""

import argparse
