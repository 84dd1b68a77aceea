"""The second step of a check: the catalog's rules, as the base branch has them."""

import asyncio

from bot.github.port import NotFound
from bot.organization import Organization, OrganizationInvalid, parse_organization
from bot.problems import Problem
from bot.runs import Outcome, Run
from bot.templates.check.rules import breaks
from bot.templates.manifest import PATH as MANIFEST
from bot.templates.pull_requests.changed import ORGANIZATION, ChangedTemplate, folders
from bot.templates.pull_requests.facts import Looked, Ruled, fact, looked_of
from bot.templates.pull_requests.rules import id_problem, line_of, said_by, version_problem
from bot.templates.pull_requests.services import CheckServices
from bot.templates.pull_requests.voices import Voices
from bot.written import code


async def apply_rules(run: Run, services: CheckServices) -> Outcome:
    """Owner, version and id of every changed template, and who decides about the rest."""
    looked = looked_of(run)
    if looked is None or not looked.tip:  # the first reading: there are no rules before it
        return Outcome(facts={"ruled": fact(Ruled())})
    organization = await services.organization()
    voices = Voices(looked.logins)
    problems: dict[str, tuple[Problem, ...]] = {}
    waits: dict[str, tuple[str, ...]] = {}
    for template in looked.changed:
        rule = _Rule(run, template, looked, organization, services)
        problems[template.id] = await rule.problems()
        waits[template.id] = await rule.waits(voices)
    ruled = Ruled(
        problems=problems,
        waits=waits,
        others=tuple(await _others(run, looked, services)),
        platform_waits=await _platform_waits(looked, voices, organization, services),
    )
    return Outcome(facts={"ruled": fact(ruled)})


class _Rule:
    """The rules for one changed template."""

    def __init__(
        self,
        run: Run,
        template: ChangedTemplate,
        looked: Looked,
        organization: Organization,
        services: CheckServices,
    ) -> None:
        self._head, self._template, self._looked = str(run.intent["head"]), template, looked
        self._organization, self._services = organization, services
        self._catalog = services.catalog

    async def problems(self) -> tuple[Problem, ...]:
        """A version that is not raised, an id that is mistaken for another."""
        text = await self._manifest(self._head)
        version = said_by(text).get("version")
        if not self._template.tree or version is None:
            return ()
        others = folders(await self._services.github.contents.tree(self._catalog, self._looked.tip))
        gone = {each.id for each in self._looked.changed if not each.tree}
        taken = await self._taken_versions()
        return (
            *version_problem(version, line=line_of(text, "version"), taken=taken),
            *id_problem(self._template.id, line=line_of(text, "id"), others=set(others) - gone),
        )

    async def waits(self, voices: Voices) -> tuple[str, ...]:
        """The teams whose word is missing: of the owner before, and of the one that is named."""
        named = said_by(await self._manifest(self._head)).get("owner", "")
        teams = [await self._owner_before(), named if self._organization.team(named) else ""]
        return tuple(
            await voices.missing(
                [team for team in teams if team],
                platform_team=self._organization.platform_team,
                is_member=self._services.is_member,
            )
        )

    async def _taken_versions(self) -> list[str]:
        """Versions that were merged with other content than this."""
        versions = await self._services.versions.of_template(self._template.id)
        taken = {each.version for each in versions if each.tree != self._template.tree}
        if self._template.before and self._looked.tip != self._head:
            before = said_by(await self._manifest(self._looked.tip)).get("version")
            taken |= {before} if before else set()
        return sorted(taken)

    async def _owner_before(self) -> str:
        """Who owns it: as last let in, else as the base branch says, else the platform team."""
        versions = await self._services.versions.of_template(self._template.id)
        if versions:
            owner = versions[0].owner
        elif self._template.before:
            owner = said_by(await self._manifest(self._looked.tip)).get("owner", "")
        else:
            return ""
        return owner if self._organization.team(owner) else self._organization.platform_team

    async def _manifest(self, commit: str) -> str:
        path = f"{self._template.path}/{MANIFEST}"
        try:
            raw = await self._services.github.contents.read_file(self._catalog, path, ref=commit)
        except NotFound:
            return ""
        return raw.decode("utf-8", "replace")


async def _platform_waits(
    looked: Looked, voices: Voices, organization: Organization, services: CheckServices
) -> tuple[str, ...]:
    if not looked.of_platform:
        return ()
    team = organization.platform_team
    missing = await voices.missing([team], platform_team=team, is_member=services.is_member)
    return tuple(missing)


async def _others(run: Run, looked: Looked, services: CheckServices) -> list[Problem]:
    """What is wrong outside of templates: a broken organization.yml, forms changed by hand."""
    problems = [
        breaks(
            "written-by-the-bot",
            path,
            "The bot writes this form from its template, and will write it again; change "
            "the template.",
        )
        for path in looked.forms
    ]
    if ORGANIZATION in looked.of_platform:
        problems += await _organization_problems(str(run.intent["head"]), services)
    return problems


async def _organization_problems(head: str, services: CheckServices) -> list[Problem]:
    contents, catalog = services.github.contents, services.catalog
    try:
        raw = await contents.read_file(catalog, ORGANIZATION, ref=head)
        await asyncio.to_thread(parse_organization, raw.decode())
    except NotFound:
        return [_organization_problem(f"{code(ORGANIZATION)} may not be removed.")]
    except UnicodeDecodeError:
        return [_organization_problem("This is not UTF-8.")]
    except OrganizationInvalid as invalid:
        return list(invalid.problems)
    return []


def _organization_problem(message: str) -> Problem:
    return breaks("organization", ORGANIZATION, message)
