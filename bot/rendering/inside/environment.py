"""The Jinja environment that templates get: sandboxed, strict, and repeatable.

It replaces the plain environment that cookiecutter makes, in which an expression
can reach the operating system. Of cookiecutter's own extensions ``jsonify`` and
``slugify`` are always there. ``now``, ``uuid4`` and ``random_ascii_string`` give
another answer each time, which would make a repeated run, or an upgrade that
renders an old version again, see changes that nobody made; the platform team may
allow them by the extension's name.
"""

import inspect
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from types import CodeType
from typing import Any

from cookiecutter.extensions import JsonifyExtension, SlugifyExtension
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

_TIME = "cookiecutter.extensions.TimeExtension"
_UUID = "cookiecutter.extensions.UUIDExtension"
_RANDOM = "cookiecutter.extensions.RandomStringExtension"
ALWAYS = (JsonifyExtension, SlugifyExtension)
# Known and harmless: they need an allowance, not an isolation of their own.
KNOWN_EXTENSIONS = frozenset({_TIME, _UUID, _RANDOM})

_REPEATED_ITEMS = 100_000  # the longest text or list that `*` may make
_INTEGER_BITS = 4_096


class UndefinedVariable(UndefinedError):
    """A template read a variable or attribute that is not there; ``variable`` is its name."""

    def __init__(self, message: str | None = None, *, variable: str) -> None:
        super().__init__(message)
        self.variable = variable


class NotRepeatable(SecurityError):
    """The template asked for something that differs from render to render."""


class NotRepeatableTag(TemplateSyntaxError):
    """The same, found while the template was compiled."""


class Missing(StrictUndefined):
    """Fails on every use and keeps the missing name apart from the message.

    The message of Jinja's own error would do for a person, but it also prints
    values, which must not end in a comment.
    """

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[Exception] = UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)  # type: ignore[arg-type]  # the sandbox passes SecurityError here
        if exc is UndefinedError:
            plain = f"cookiecutter.{name}" if isinstance(obj, dict) else str(name)
            self._undefined_exception = partial(UndefinedVariable, variable=plain)  # type: ignore[assignment]  # only ever called with the message


class CompiledTemplates(BytecodeCache):
    """Code of everything a host has compiled, in its memory; children inherit it by fork."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], CodeType] = {}
        self.texts: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja asks for a file's code."""
        bucket.code = self.files.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Jinja compiled a file."""
        if bucket.code is not None:
            self.files[bucket.key, bucket.checksum] = bucket.code

    def keep(self, environment: Environment, name: str, text: str) -> None:
        """A later render that loads the file ``name`` finds its code here.

        Raises whatever is wrong with the file's syntax.
        """
        source = text.replace("\r\n", "\n").replace("\r", "\n")  # as Jinja's loader reads it
        bucket = self.get_bucket(environment, name, name, source)
        bucket.code = environment.compile(source, name, name)
        self.set_bucket(bucket)


class _RefusedTag(Extension):
    tags = {"now"}  # noqa: RUF012  # an instance variable in Jinja

    def parse(self, parser: Parser) -> nodes.Node:
        raise NotRepeatableTag("now", next(parser.stream).lineno, parser.name, parser.filename)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Strict and sandboxed; what it compiles is shared with later renders.

    Raises (while rendering): UndefinedError, SecurityError, and whatever a
    template's expression provokes; ``locate.fault_of`` tells them apart.
    """

    intercepted_binops = frozenset({"**", "*"})

    def __init__(
        self,
        compiled: CompiledTemplates,
        *,
        switches: Mapping[str, bool],
        extensions: Sequence[str] = (),
        finalize: Callable[[Any], Any] | None = None,
    ) -> None:
        refused: list[type[Extension]] = [] if _TIME in extensions else [_RefusedTag]
        super().__init__(
            extensions=[*ALWAYS, *refused, *extensions],
            undefined=Missing,
            keep_trailing_newline=True,
            bytecode_cache=compiled,
            finalize=finalize,
            **switches,
        )
        self._compiled = compiled
        # Escapes of half characters, as Python writes 😀 by itself, are JSON but not YAML or TOML.
        self.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
        self.filters["slugify"] = _plain_slugify(self.filters["slugify"])
        self.filters["random"] = _not_repeatable
        self.globals["lipsum"] = _not_repeatable
        for extension, name in ((_UUID, "uuid4"), (_RANDOM, "random_ascii_string")):
            if extension not in extensions:
                self.globals[name] = _not_repeatable

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # Jinja's own name for it
        template_class: type[Template] | None = None,
    ) -> Template:
        """As Jinja's, but a text is compiled once for all renders of a host."""
        if not isinstance(source, str) or self.finalize is not None:
            return super().from_string(source, globals, template_class)
        code = self._compiled.texts.get(source)
        if code is None:
            code = self._compiled.texts[source] = self.compile(source)
        return self.template_class.from_code(self, code, self.make_globals(globals), None)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """``**`` is refused, and ``*`` where a short expression would fill the memory."""
        if operator == "**":
            raise SecurityError
        for repeated, times in ((left, right), (right, left)):
            if isinstance(times, int) and isinstance(repeated, str | bytes | list | tuple):
                if len(repeated) * times > _REPEATED_ITEMS:
                    raise SecurityError
            elif isinstance(times, int) and times.bit_length() > _INTEGER_BITS:
                raise SecurityError
        return super().call_binop(context, operator, left, right)


def _not_repeatable(*_args: Any, **_options: Any) -> str:
    raise NotRepeatable


def _plain_slugify(slugify: Callable[..., str]) -> Callable[..., str]:
    """The same filter without a pattern of one's own: one bad pattern runs for hours."""
    signature = inspect.signature(slugify)

    def plain(*args: Any, **options: Any) -> str:
        given = signature.bind(*args, **options)
        if given.arguments.get("regex_pattern") is not None:
            raise SecurityError
        return slugify(*args, **options)

    return plain


def only_inert(*, json_is_inert: bool) -> Callable[[Any], Any]:
    """A check on every value that a hook's source receives.

    A hook is a program: a quote or ``$( )`` in a pasted value would run. Letters,
    digits and a few marks pass; in Python also what ``tojson`` made.

    Raises (from the returned function): UnsafeInHook.
    """
    harmless = frozenset(" _-.,:/@+=")

    def check(value: Any) -> Any:
        if json_is_inert and isinstance(value, Markup):
            return value
        if all(c.isalnum() or c in harmless for c in str(value)):
            return value
        raise UnsafeInHook

    return check


class UnsafeInHook(SecurityError):
    """A value that would be read as code was pasted into the source of a hook."""
