"""A submitted form → the body of its issue, byte for byte as GitHub writes it.

Every question becomes ``### Label``, a blank line and its value; questions are
parted by a blank line. The form's own line ends are LF; those inside an answer
are what the browser sent, which is CRLF in a text area (seen in published data of
issues filed with forms: "### Environment\\n\\n`main`\\r\\n").
Source: GitHub docs, "Syntax for issue forms"; github/issue-parser's examples.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.localhub.pages.issue_forms.definition import Element, IssueForm

NO_RESPONSE = "_No response_"
MOST_CHARACTERS = 65_536
Submitted = Mapping[str, Sequence[str]]  # field name → its values, in the browser's order


def field_name(element: Element) -> str:
    """What the element's control is called in the HTML form."""
    return f"issue_form[{element.key}]"


def body_of(form: IssueForm, submitted: Submitted) -> str:
    """The issue's body."""
    return "\n\n".join(
        f"### {element.label}\n\n{_value(element, submitted.get(field_name(element), ()))}"
        for element in form.questions
    )


def problems_of(
    form: IssueForm, submitted: Submitted, *, enforce: bool
) -> Iterator[tuple[str, str]]:
    """``(key, problem)`` of each answer that is refused.

    ``enforce``: whether required answers are insisted on, which GitHub does in
    public repositories only. An option that the form does not have is never taken.
    """
    for element in form.questions:
        values = submitted.get(field_name(element), ())
        known = {option.label for option in element.options}
        if element.options and not set(filter(None, values)) <= known:
            yield element.key, "Choose from the options of the form."
        elif enforce and (missing := _missing(element, values)):
            yield element.key, missing
    if len(body_of(form, submitted)) > MOST_CHARACTERS:
        yield "", f"The answers are longer than {MOST_CHARACTERS:,} characters together."


def _missing(element: Element, values: Sequence[str]) -> str | None:
    if element.kind == "checkboxes":
        unchecked = [o.label for o in element.options if o.required and o.label not in values]
        return f"Required: {', '.join(unchecked)}" if unchecked else None
    blank = not any(value.strip() for value in values)
    return "This answer is required." if element.required and blank else None


def _value(element: Element, values: Sequence[str]) -> str:
    if element.kind == "checkboxes":
        return "\n".join(
            f"- [{'x' if option.label in values else ' '}] {option.label}"
            for option in element.options
        )
    if element.kind == "dropdown":
        chosen = [option.label for option in element.options if option.label in values]
        return ", ".join(chosen) or NO_RESPONSE
    text = values[0] if values else ""
    if not text.strip():
        return NO_RESPONSE
    return f"```{element.render}\n{text}\n```" if element.render else text
