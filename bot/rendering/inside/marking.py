"""Lets Jinja put marks into what it renders: see ``marks``.

A second render of the same answers puts a mark before every piece of the
template's own text and before every expression. Jinja's lexer knows file and line
of both, after it has cut the white space that ``-`` asks for; so loops, macros,
included files and text put together from several lines all tell where they are from.
"""

from collections.abc import Iterator, Mapping

from jinja2.environment import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from .marks import mark, marked


class Marking(Extension):
    """Marks whatever is compiled in its environment, whose ``marked`` numbers the files."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The same tokens with marks in the text between the tags."""
        files: Mapping[str, int] = getattr(self.environment, "marked", {})
        file = files.get(stream.filename or "")
        for token in stream:
            if file is None:
                yield token
            elif token.type == "data":
                yield Token(token.lineno, "data", marked(token.value, file, token.lineno))
            else:
                if token.type == "variable_begin":
                    yield Token(token.lineno, "data", mark(file, token.lineno))
                yield token


def turn_on(environment: Environment, files: Mapping[str, int]) -> None:
    """``environment`` marks from now on; ``files`` numbers them by Jinja's name of their path."""
    environment.marked = files  # type: ignore[attr-defined]  # read by the extension above
    environment.add_extension(Marking)
