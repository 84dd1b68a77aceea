"""Any exception of a render → the rule it breaks and where in the template.

Messages of Jinja and cookiecutter are dropped: they print the whole context and
paths of this machine.
"""

import posixpath
from types import TracebackType

from cookiecutter.exceptions import (
    FailedHookException,
    OutputDirExistsException,
    UndefinedVariableInTemplate,
)
from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, UndefinedError

from .environment import NotRepeatable, NotRepeatableTag, UndefinedVariable, UnsafeInHook
from .fault import Fault


class Overdue(Exception):
    """The render has used the processor time that it may; raised wherever it is just then."""


_NO_FILE = frozenset({"<template>", "<unknown>"})
_NAMES_SHOWN = frozenset(
    {"TypeError", "ValueError", "KeyError", "IndexError", "AttributeError", "ZeroDivisionError"}
)


def fault_of(error: BaseException, *, folder: str, path: str | None = None) -> Fault:
    """The fault that ``error`` amounts to.

    Args:
        error: what came out of rendering, traceback and all.
        folder: the template's folder that Jinja's file names are relative to.
        path: the file that was being rendered, for errors without a place.
    """
    if isinstance(error, UndefinedVariableInTemplate):
        error = error.error
    if isinstance(error, Fault):
        error.path = error.path or path
        return error
    place, line = _place(error)
    if place is not None:
        path = posixpath.normpath(posixpath.join(folder, place))
    if isinstance(error, UnicodeDecodeError) and line is None:
        line = error.object.count(b"\n", 0, error.start) + 1
    rule, detail = _rule(error)
    variable = getattr(error, "variable", None)
    return Fault(rule, path=path, line=line, variable=variable, detail=detail)


def _place(error: BaseException) -> tuple[str | None, int | None]:
    if isinstance(error, TemplateSyntaxError):
        named = error.filename not in _NO_FILE and error.filename is not None
        return (error.filename if named else None), error.lineno
    found: tuple[str | None, int | None] = (None, None)
    trace: TracebackType | None = error.__traceback__
    while trace is not None:  # the innermost frame of a template: an included file's own line
        frame = trace.tb_frame
        if "__jinja_exception__" in frame.f_globals:
            file = frame.f_code.co_filename
            found = (None if file in _NO_FILE else file), trace.tb_lineno
        trace = trace.tb_next
    return found


def _rule(error: BaseException) -> tuple[str, str]:
    """Rule and detail; the first kind that fits."""
    if isinstance(error, TemplateSyntaxError) and not isinstance(error, NotRepeatableTag):
        return "syntax", error.message or ""
    for kinds, rule in _RULES:
        if isinstance(error, kinds):
            return rule, ""
    name = type(error).__name__
    return "failed-expression", name if name in _NAMES_SHOWN else ""


_RULES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((Overdue,), "timeout"),
    ((NotRepeatable, NotRepeatableTag), "not-repeatable"),
    ((UnsafeInHook,), "unsafe-hook-value"),
    ((SecurityError,), "forbidden-expression"),
    ((UndefinedVariable, UndefinedError), "undefined-variable"),
    ((TemplateNotFound,), "include-not-found"),
    ((UnicodeDecodeError,), "not-utf8"),
    ((FailedHookException,), "hook-failed"),
    ((OutputDirExistsException, IsADirectoryError, FileExistsError), "collision"),
    ((MemoryError,), "memory"),
    ((RecursionError,), "too-deep"),
    ((OSError,), "too-large"),  # a file or the disk of the isolation is full
)
