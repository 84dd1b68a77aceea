"""Reading what templates render to: YAML, JSON, TOML, Terraform, and where answers came to.

Files that strangers wrote can keep a parser busy for hours or fill the memory, so all
of it runs in a process of its own, within bounds; ``apart`` asks it. Nothing is
executed there, so it needs no sandbox. This file imports nothing: the process starts
with what it needs and no more.
"""
