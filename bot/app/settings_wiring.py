"""Wiring of the settings of projects."""

from dataclasses import dataclass

from bot.app.parts import Parts, Shared
from bot.projects.settings.check_settings import CheckSettings
from bot.projects.settings.current import CurrentSettings
from bot.projects.settings.propose import Propose
from bot.projects.settings.settings_command import SettingsCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySettings:
    """What the commands and the events use of it."""

    command: SettingsCommand
    check: CheckSettings


def wire_settings(parts: Parts, shared: Shared) -> DeploySettings:
    """The command and the check of edits by hand."""
    current = CurrentSettings(
        github=parts.github, versions=shared.versions, organization=shared.organization.get
    )
    return DeploySettings(
        command=SettingsCommand(
            github=parts.github,
            projects=shared.projects,
            current=current,
            propose=Propose(github=parts.github),
            organization=shared.organization.get,
            audit=shared.audit,
        ),
        check=CheckSettings(
            projects=shared.projects,
            current=current,
            contents=parts.github.contents,
            sticky=shared.sticky,
            audit=shared.audit,
            clock=parts.clock,
        ),
    )
