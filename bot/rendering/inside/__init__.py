"""What runs inside the isolation. Nothing here imports from outside this folder.

The folder is bound read-only into the sandbox and imported there as ``inside``,
so its modules name each other relatively. The bot imports the pure ones (limits,
names, wire) under their full name.
"""
