"""Reading what a template renders to. Pure, and run in a process of its own: see ``apart``.

Files that strangers wrote can keep a parser busy for hours or fill the memory. Nothing
here is executed, so the process needs bounds and no sandbox.
"""
