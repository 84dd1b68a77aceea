"""Every kind of record that the bot keeps, in one table, and how it is looked up.

Ids are text. A field named here is a scalar at the top of the record's data.
"""

from bot.store.port import Collection

AUDIT = Collection("audit", indexed=("subject", "key"))
CATALOG = Collection("catalog")
CHECKS = Collection("checks")  # the newest check of a commit, and of a pull request
NOTICES = Collection("notices")  # issues of ours that are open while something is wrong
ORGANIZATION = Collection("organization")
PROGRESS = Collection("progress")
PROJECTS = Collection("projects", indexed=("full_name", "team", "template", "state"))
REQUESTS = Collection("requests", indexed=("state",))
RUNS = Collection("runs", indexed=("state", "subject", "kind"))
TEMPLATES = Collection("templates", indexed=("template", "state"))
VERDICTS = Collection("verdicts")

COLLECTIONS = (
    AUDIT,
    CATALOG,
    CHECKS,
    NOTICES,
    ORGANIZATION,
    PROGRESS,
    PROJECTS,
    REQUESTS,
    RUNS,
    TEMPLATES,
    VERDICTS,
)
