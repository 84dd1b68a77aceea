"""Which files travel as text, in how many requests, and what git will call the result."""

import json

import pytest
from dulwich.index import commit_tree
from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob
from hypothesis import given
from hypothesis import strategies as st

from bot.github import tree_plan
from bot.github.port import File

names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=8,
).filter(lambda name: name not in (".", "..", ".git"))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
contents = st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode))


def _no_file_is_a_folder(files: list[File]) -> bool:
    every = {file.path for file in files}
    return not any(a != b and b.startswith(f"{a}/") for a in every for b in every)


file_lists = st.lists(
    st.builds(File, path=paths, content=contents, executable=st.booleans()),
    unique_by=lambda file: file.path,
    max_size=12,
).filter(_no_file_is_a_folder)


@given(file_lists)
def test_the_id_is_the_one_git_gives(files: list[File]) -> None:
    """So a repeated run knows its own commit without reading a single file."""
    store = MemoryObjectStore()
    entries = []
    for file in files:
        blob = Blob.from_string(file.content)
        store.add_object(blob)
        entries.append((file.path.encode(), blob.id, 0o100755 if file.executable else 0o100644))
    assert tree_plan.tree_id(files) == commit_tree(store, entries).decode()


@pytest.mark.parametrize(
    "both",
    [
        pytest.param(["a", "a/b"], id="file-then-folder"),
        pytest.param(["a/b", "a"], id="folder-then-file"),
        pytest.param(["a/b", "a/b"], id="twice"),
    ],
)
def test_no_path_is_two_things(both: list[str]) -> None:
    """Git could not hold it."""
    with pytest.raises(ValueError, match="a path is"):
        tree_plan.tree_id([File(path=path, content=b"") for path in both])


@given(st.binary(max_size=200))
def test_what_travels_as_text_arrives_unchanged(content: bytes) -> None:
    """Line endings, byte order marks and emoji included; anything else is a blob."""
    text = tree_plan.inline_text(File(path="x", content=content))
    if text is not None:
        assert json.loads(json.dumps(text)).encode() == content
        assert "\0" not in text


@pytest.mark.parametrize(
    ("content", "inline"),
    [
        pytest.param(b"", True, id="empty"),
        pytest.param("grüß 🦊\r\n".encode(), True, id="utf-8-with-crlf"),
        pytest.param(b"\xff\xfe", False, id="not-utf-8"),
        pytest.param(b"a\0b", False, id="nul"),
        pytest.param(b"x" * tree_plan.LARGEST_INLINE_BYTES, True, id="one-megabyte"),
        pytest.param(b"x" * (tree_plan.LARGEST_INLINE_BYTES + 1), False, id="more"),
    ],
)
def test_text_travels_inline(content: bytes, inline: bool) -> None:
    """Everything that JSON carries unchanged, up to a size."""
    assert (tree_plan.inline_text(File(path="x", content=content)) is not None) is inline


@given(file_lists, st.integers(1, 400))
def test_batches_hold_everything_in_order_and_keep_to_the_size(
    files: list[File], largest_bytes: int
) -> None:
    """Only an entry that is too large by itself makes a batch that is."""
    entries = [tree_plan.entry(file, "0" * 40) for file in files]
    batches = list(tree_plan.batches(entries, largest_bytes=largest_bytes))
    assert [each for batch in batches for each in batch] == entries
    assert batches
    for batch in batches:
        size_bytes = len(json.dumps(batch, ensure_ascii=False).encode())
        assert len(batch) <= 1 or size_bytes <= largest_bytes + 2
