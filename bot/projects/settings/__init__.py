"""A project's settings after its birth: shown, changed by command, checked when edited."""
