"""The welcomer: a template of the payments team, as its author offers it in journeys."""

import asyncio
from typing import Any, Final

from tests.journeys.world import CATALOG, PATIENCE_S, World, catalog_files

TOP: Final = "templates/welcomer/{{cookiecutter.project_slug}}"
README: Final = f"{TOP}/README.md"
FORM: Final = ".github/ISSUE_TEMPLATE/new-welcomer.yml"
CHECK: Final = "Paved Road: welcomer"
SLIP: Final = b"# {{ cookiecutter.project_slug }}\n\nOwned by {{ cookiecutter.teem }}.\n"


def welcomer(**changed: bytes) -> dict[str, bytes]:
    """The greeter as a template of the payments team, with a command of its own."""
    files = {
        path.replace("greeter", "welcomer"): text.replace(b"id: greeter", b"id: welcomer")
        for path, text in catalog_files().items()
        if path.startswith("templates/greeter/")
    }
    manifest = "templates/welcomer/template.yml"
    files[manifest] = (
        files[manifest]
        .replace(b"owner: platform", b"owner: payments")
        .replace(b"name: Greeter", b"name: Welcomer")
        + b'verify: ["test -s README.md"]\n'
    )
    return files | {README if name == "readme" else name: text for name, text in changed.items()}


async def verified(world: World, head: str, conclusion: str = "success") -> None:
    """The verify workflow of that head ends so, as nobody executes it here."""
    branch = f"paved-road/verify-{head[:16]}"

    def started() -> list[Any]:
        return [run for run in world.hub.workflow_runs(CATALOG) if run.head_branch == branch]

    async with asyncio.timeout(PATIENCE_S):
        with world.hub.changes.subscribe(f"runs:{CATALOG}@") as changes:
            while not started():
                await anext(changes)
    (run,) = started()
    world.hub.conclude_run(CATALOG, run.id, conclusion)


def pushed(world: World, files: dict[str, bytes]) -> str:
    """The author pushes the branch ``offer``; returns its head."""
    main = world.hub.git(world.hub.repository(CATALOG)).branch("main")
    head: str = world.hub.commit_files(
        world.dana, CATALOG, "offer", files, message="Offer it", start=main
    )
    return head
