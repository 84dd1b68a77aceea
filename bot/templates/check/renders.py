"""Renders trials: each once, side by side, and keeps what is different about them.

What the machine or the platform team does not allow (hooks, extensions) is left out
of the render and said, instead of being told as the template's fault.
"""

import asyncio
import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.forms import Answers, cookiecutter_answers
from bot.github.port import File
from bot.organization import Organization
from bot.rendering import (
    JSON,
    Allowed,
    Rendered,
    RenderedFile,
    RenderError,
    Template,
    TemplateFile,
    Trace,
)
from bot.templates.check.contents import Contents
from bot.templates.check.given import Given
from bot.templates.check.trials import Plan, Trial
from bot.templates.definition import TemplateDefinition

_AT_ONCE: Final = 4
_MOST_S: Final = 45.0  # for all renders after the first, as far as one can foresee
# There is no use in trying on: the next render would end like that, too.
HOPELESS: Final = frozenset({"timeout", "memory", "crashed"})


class Renders(Protocol):
    """The part of the renderer that a check needs. All raise bot.rendering.RenderError."""

    async def render(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> Rendered:
        """The rendered files."""
        ...

    async def survey(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> tuple[RenderError, ...]:
        """Everything that is wrong with the template's text."""
        ...

    async def trace(
        self,
        template: Template,
        answers: Mapping[str, JSON],
        rendered: Rendered,
        paths: Collection[str],
        *,
        allowed: Allowed,
    ) -> Mapping[str, Trace]:
        """Where the lines of these rendered paths came from."""
        ...


async def render(
    renderer: Renders, definition: TemplateDefinition, answers: Answers, organization: Organization
) -> Rendered:
    """The files that these answers make; raises bot.rendering.RenderError."""
    allowed = organization.allowed_for(definition.id)
    return await renderer.render(
        as_template(definition.id, definition.files),
        cookiecutter_answers(definition, answers, organization),
        allowed=Allowed(hooks=allowed.hooks, extensions=allowed.extensions),
    )


def as_template(id_: str, files: Sequence[File]) -> Template:
    """The files as the renderer takes them, keyed by their content."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        head = f"{file.path}\0{len(file.content)}\0{file.executable}\0"
        digest.update(head.encode("utf-8", "surrogateescape") + file.content)
    return Template(
        key=f"{id_}-{digest.hexdigest()[:40]}",
        files=tuple(TemplateFile(file.path, file.content, file.executable) for file in files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a trial came to: its files by path, as numbers of contents; or why there are none."""

    trial: Trial
    files: Mapping[str, int] = field(default_factory=dict)
    executable: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict)
    error: RenderError | None = None


class Kitchen:
    """Renders the trials of one template. ``left_out`` says what could not be tried."""

    def __init__(
        self,
        renderer: Renders,
        definition: TemplateDefinition,
        organization: Organization,
        given: Given,
    ) -> None:
        self._renderer, self._definition = renderer, definition
        self._organization, self._given = organization, given
        self._template = as_template(definition.id, given.files)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._is_hopeless = False
        self.contents = Contents()
        self.left_out: list[str] = []
        self.renders = 0

    async def make_all(self, plan: Plan) -> list[Made]:
        """What became of each trial, as far as time allows: the first alone, then the others."""
        began_s = time.perf_counter()
        first = await self.make(plan.trials[0])
        if first is None:
            return []
        if first.error is not None and first.error.rule == "isolation-needed":
            return await self._without_hooks(plan)
        each_s = time.perf_counter() - began_s
        wanted = self._affordable(plan.trials[1:], each_s)
        made = await asyncio.gather(*(self.make(trial) for trial in wanted))
        tried = [first, *(each for each in made if each is not None)]
        skipped = 1 + len(wanted) - len(tried)
        if self._is_hopeless:
            self._say(len(plan.trials) - len(tried), "a render ended without a result")
        elif skipped:
            self._say(skipped, "the projects are too large to keep so many")
        return tried

    async def _without_hooks(self, plan: Plan) -> list[Made]:
        """The machine has no sandbox for strangers' programs: what can be seen without them."""
        if self._given.allowed.extensions:
            self.left_out.append(
                "Nothing was rendered: extensions run only in a sandbox, which this machine does "
                "not offer; install bubblewrap."
            )
            return []
        self._given = self._given.without_hooks()
        self._template = as_template(self._definition.id, self._given.files)
        self.left_out.append(
            "Hooks were not run: they run only in a sandbox, which this machine does not offer; "
            "install bubblewrap."
        )
        return await self.make_all(plan)

    def _affordable(self, trials: Sequence[Trial], each_s: float) -> Sequence[Trial]:
        most = max(int(_MOST_S / max(each_s, 0.001)), 1)
        if self._is_hopeless or most >= len(trials):
            return [] if self._is_hopeless else trials
        self._say(len(trials) - most, f"one takes {each_s:.0f} seconds")
        return trials[:most]

    def _say(self, number: int, why: str) -> None:
        if number:
            renders = "render was" if number == 1 else "renders were"
            self.left_out.append(f"{number} {renders} left out, because {why}.")

    async def make(self, trial: Trial) -> Made | None:
        """What the trial comes to; None where there is no use in trying, or no more room."""
        async with self._slots:
            if self._is_hopeless or self.contents.is_full:
                return None
            self.renders += 1
            try:
                rendered = await self._renderer.render(
                    self._template, self._answers(trial), allowed=self._given.allowed
                )
            except RenderError as error:
                self._is_hopeless = self._is_hopeless or error.rule in HOPELESS
                return Made(trial=trial, error=error)
        files = {file.path: self.contents.keep(file.content) for file in rendered.files}
        executable = frozenset(file.path for file in rendered.files if file.executable)
        return Made(trial=trial, files=files, executable=executable, sources=rendered.sources)

    def _answers(self, trial: Trial) -> Mapping[str, JSON]:
        return cookiecutter_answers(self._definition, trial.answers, self._organization)

    async def survey(self, trial: Trial) -> tuple[RenderError, ...]:
        """What is wrong with the template's text under these answers, as far as there is time.

        A survey takes longer than a render, so its own end says nothing of the template.
        """
        async with self._slots:
            try:
                found = await self._renderer.survey(
                    self._template, self._answers(trial), allowed=self._given.allowed
                )
            except RenderError as error:
                found = (error,)
        told = tuple(error for error in found if error.rule not in HOPELESS)
        if len(told) < len(found):
            self.left_out.append("Not every file was searched for faults: there are too many.")
        return told

    async def trace(self, made: Made, paths: Collection[str]) -> Mapping[str, Trace]:
        """Where the lines of these paths came from; empty where that cannot be told."""
        files = [
            RenderedFile(path, self.contents[number], path in made.executable)
            for path, number in made.files.items()
        ]
        async with self._slots:
            try:
                return await self._renderer.trace(
                    self._template,
                    self._answers(made.trial),
                    Rendered(tuple(files), made.sources),
                    paths,
                    allowed=self._given.allowed,
                )
            except RenderError:
                return {}
