"""Every kind of record that the bot keeps, in one table, and how it is looked up.

Ids are text. A field named here is a scalar at the top of the record's data.
"""

from bot.store.port import Collection

AUDIT = Collection("audit", indexed=("subject", "key"))
CATALOG = Collection("catalog")
CHECKS = Collection("checks")  # the newest check of a commit, and of a pull request
COMMANDS = Collection("commands")  # by comment: the delivery that answers it
DEAD_LETTERS = Collection("dead_letters")  # of a queue that keeps no reasons itself
DEPLOYMENT_NEWS = Collection("deployment_news")  # what was heard of a deployment under way
DEPLOYMENTS = Collection(
    "deployments",
    indexed=(
        *("project", "environment", "state"),
        *("month", "project_month", "team_month", "template_month"),  # deployments/months.py
    ),
)
ENVIRONMENTS = Collection("environments")  # locks, and who deploys there
EVIDENCE = Collection("evidence", indexed=("version",))  # what a version's health is made of
HEALTH = Collection("health", indexed=("look", "unhealthy"))  # what is owed to whom because of it
LEASES = Collection("leases")  # by scheduled job: who does it, and when it was done
NOTICES = Collection("notices")  # issues of ours that are open while something is wrong
ORGANIZATION = Collection("organization")
PACES = Collection("paces")  # by organisation: the turns to make content that processes booked
PROGRESS = Collection("progress")
PROJECTS = Collection("projects", indexed=("full_name", "team", "template", "state"))
READ_BACK = Collection("read_back")  # how far what GitHub lists was read
REDELIVERIES = Collection("redeliveries")  # by GUID: deliveries that never succeeded
REPORTS = Collection("reports", indexed=("version", "by", "issue"))
REQUESTS = Collection("requests", indexed=("state",))
RUNS = Collection("runs", indexed=("state", "subject", "kind", "wake_tick"))
SATISFACTION = Collection("satisfaction", indexed=("version",))
SATISFACTION_DUE = Collection("satisfaction_due")  # in order of time
TEMPLATES = Collection("templates", indexed=("template", "state"))
VERDICTS = Collection("verdicts")

COLLECTIONS = (
    AUDIT,
    CATALOG,
    CHECKS,
    COMMANDS,
    DEAD_LETTERS,
    DEPLOYMENT_NEWS,
    DEPLOYMENTS,
    ENVIRONMENTS,
    EVIDENCE,
    HEALTH,
    LEASES,
    NOTICES,
    ORGANIZATION,
    PACES,
    PROGRESS,
    PROJECTS,
    READ_BACK,
    REDELIVERIES,
    REPORTS,
    REQUESTS,
    RUNS,
    SATISFACTION,
    SATISFACTION_DUE,
    TEMPLATES,
    VERDICTS,
)
