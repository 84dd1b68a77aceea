"""How a patch reads line by line."""

from bot.localhub.pages.diff_lines import DiffLine, diff_lines

PATCH = "@@ -1,2 +1,3 @@\n same\n-old\n+new\n+more\n\\ No newline at end of file"


def test_each_line_has_its_numbers_on_the_sides_where_it_is() -> None:
    """A reader can name a line by its number before and after the change."""
    assert list(diff_lines(PATCH)) == [
        DiffLine("hunk", "@@ -1,2 +1,3 @@"),
        DiffLine("same", "same", 1, 1),
        DiffLine("removed", "old", 2, None),
        DiffLine("added", "new", None, 2),
        DiffLine("added", "more", None, 3),
        DiffLine("note", "No newline at end of file"),
    ]


def test_a_new_file_starts_at_line_one() -> None:
    """Git writes -0,0 for what was not there."""
    assert list(diff_lines("@@ -0,0 +1 @@\n+first"))[1] == DiffLine("added", "first", None, 1)


def test_an_empty_patch_shows_nothing() -> None:
    """A file whose mode alone changed has no lines."""
    assert list(diff_lines("")) == []
