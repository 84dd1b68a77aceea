"""The hub without its web server: all records and everything that can be done with them."""

from bot.localhub.operations.settings import SettingsOperations


class Hub(SettingsOperations):
    """One GitHub. REST routes and pages call the same operations.

    They are grouped by subject in ``operations``, each group building on the one
    before: accounts, apps, registrations, suites, refs, deletions, repositories, forks,
    labels, issues, reactions, pulls, reviews, checks, deployments, workflows, jobs,
    workflow starts, workflow runs, variables, settings.
    """
