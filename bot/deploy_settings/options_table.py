"""``docs/settings.md``: every setting of a project, generated from the table.

``python -m bot.deploy_settings.options_table`` prints it; a test holds the file against it.
"""

from bot.deploy_settings.table import SETTINGS, Setting
from bot.deploy_settings.together import memory_table
from bot.deploy_settings.values import allowed

_HEAD = """\
# Settings of a project

How a project runs stands in its `deploy/settings.json`. The form asks for the first of them; all
have a value from the beginning. There are three ways to see and change them:

- `/settings` in an issue or pull request of the project shows what counts in each environment,
  and what that costs at list prices (an estimate).
- `/settings set memory=2048 replicas=2-6 staging.cpu=250` opens a pull request with the change,
  the difference in cost and, from the project's own workflow, the Terraform plan. A second
  command adds to the pull request that is open. Everything is checked before: one wrong value
  and nothing is changed. It needs the role *maintain*.
- Editing the file. The check run `Paved Road: settings` tells what is wrong, at its line; editors
  that know JSON Schema tell it while you type, by `deploy/settings.schema.json`.

What is changed takes effect with the next deployment of each environment.

Where `organization.yml` names environments in `policies.deployments.settings_direct`, commands
that change these environments alone (`dev.memory=512`) are committed to the default branch at
once, without a pull request. The ruleset of that branch asks for one: an administrator adds the
App to its bypass list, or the change is proposed all the same and the answer says why.

| Key in the file | In commands | What it may be | Default | What it does |
| --- | --- | --- | --- | --- |
"""
_MIDDLE = """
In commands `replicas=3` sets both ends, and `replicas=2-6` one each. A template may give other
defaults and allow less (`settings` in its `template.yml`); what is refused is always told with
what is allowed. A key that has a default may be left out of the file, unless the template gives
it another one.

## One environment

Under `environments`, a key of the table that is marked \u2020 may have another value in one
environment:

```json
{
  "cpu_millicores": 1000,
  "memory_mib": 2048,
  "environments": {
    "dev": {"cpu_millicores": 250, "memory_mib": 512, "min_replicas": 1, "max_replicas": 1}
  }
}
```

The environments are `dev`, `staging` and `production`. In commands the environment stands before
the name: `dev.memory=512`.

## Memory that goes with a CPU

What each cloud offers, in MiB:

"""
_END = """

On Google Cloud a replica runs on a whole vCPU at least, and costs one.
"""


def options_page() -> str:
    """The page as it should read."""
    rows = "".join(f"{_row(each)}\n" for each in SETTINGS)
    return _HEAD + rows + _MIDDLE + memory_table() + _END


def _row(row: Setting) -> str:
    mark = " \u2020" if row.per_environment else ""
    short = "(stays as it was)" if row.fixed else f"`{row.short}`"
    default = "(none)" if row.default is None else f"`{row.default}`"
    return f"| `{row.name}`{mark} | {short} | {allowed(row)} | {default} | {row.help} |"


if __name__ == "__main__":
    print(options_page(), end="")
