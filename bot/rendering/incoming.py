"""A template as it comes from a repository: refused before any process sees it, or known.

Nothing is executed here; what needs Jinja or JSON waits for the isolation.
"""

import hashlib
import struct
from collections.abc import Collection, Mapping

from .errors import RenderError, describe
from .inside.fault import Fault
from .inside.limits import Limits
from .inside.names import check_git_attributes, check_path, check_together
from .inside.variables import nesting
from .inside.wire import encode_header
from .template import JSON, Allowed, Template


def check_template(template: Template, limits: Limits) -> None:
    """The template keeps the limits and has no name that could do harm.

    Raises:
        RenderError: naming the first file that does not.
    """
    if len(template.files) > limits.files:
        raise describe(Fault("too-many-files"), template)
    if sum(len(file.content) for file in template.files) > limits.in_bytes:
        raise describe(Fault("too-large"), template)
    for file in template.files:
        try:
            check_path(file.path, depth=limits.depth, braces=True)
            if file.path.rpartition("/")[2].lower() == ".gitattributes":
                check_git_attributes(file.content)
        except Fault as fault:
            fault.path = file.path
            raise describe(fault, template) from None
    try:
        check_together(file.path for file in template.files)
    except Fault as fault:
        raise describe(fault, template) from None


def identity_of(template: Template) -> str:
    """The same for the same files only: a key that is used for other files changes nothing."""
    digest = hashlib.sha256(template.key.encode())
    for file in template.files:
        path = file.path.encode()
        digest.update(struct.pack(">IQ?", len(path), len(file.content), file.executable))
        digest.update(path)
        digest.update(file.content)
    return digest.hexdigest()


def encode_template(template: Template, limits: Limits) -> bytes:
    """The template as a host reads it."""
    listed = [
        {"path": file.path, "size": len(file.content), "executable": file.executable}
        for file in template.files
    ]
    header = encode_header({"limits": limits.as_json(), "files": listed})
    return b"".join([header, *(file.content for file in template.files)])


def encode_request(
    answers: Mapping[str, JSON],
    allowed: Allowed,
    limits: Limits,
    *,
    survey: bool = False,
    only: Collection[str] | None = None,
) -> bytes:
    """The request for one render, for a survey, or for the marked text of ``only`` some files.

    Raises:
        RenderError: the answers are too big, or not what JSON can hold.
    """
    if nesting(dict(answers)) > limits.depth:
        raise RenderError("too-deep", "The answers are nested more deeply than the limit.")
    try:
        size_bytes = len(encode_header({"answers": dict(answers)}))
    except (TypeError, ValueError, RecursionError):  # half characters are a ValueError
        raise RenderError(
            "wrong-type", "The answers are not plain text, numbers or lists."
        ) from None
    if size_bytes > limits.json_bytes:
        raise RenderError("too-large", "The answers together are larger than the limit.")
    return encode_header(
        {
            "answers": dict(answers),
            "hooks": allowed.hooks,
            "extensions": list(allowed.extensions),
            "survey": survey,
            "only": None if only is None else sorted(only),
        }
    )
