"""Requests, as people file and follow them, with the bot of ``bot_in_memory``."""

import datetime as dt
from dataclasses import dataclass, field

from bot.github.port import Issue
from bot.runs import RunState
from tests.bot_in_memory import CATALOG, BotWorld, person

DANA, PETRA = person("dana"), person("petra")


def form(**changed: str) -> str:
    answers = {
        "Repository name": "money-kit",
        "Description": "Counts money",
        "Team": "payments",
        "Cost center": "CC-100",
        "Visibility": "private",
        "Greeting": "Hello",
        "Tone": "formal",
    } | changed
    return "\n\n".join(f"### {label}\n\n{answer}" for label, answer in answers.items())


def _iso(at_s: float) -> str:
    return dt.datetime.fromtimestamp(at_s, dt.UTC).isoformat()


@dataclass
class RequestWorld(BotWorld):
    """The bot with a GitHub in memory, and hands to ask for projects as people do."""

    updates: int = 0  # each is a second later than the one before
    filed_at: dict[int, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    async def file(
        self,
        body: str,
        *,
        template: str = "greeter",
        label: str = "",
        author: dict[str, object] = DANA,
        in_s: float = 0.0,
    ) -> int:
        """Somebody files an issue, ``in_s`` seconds from now; returns its number."""
        issues = self.github.issues.setdefault(CATALOG, {})
        number = len(issues) + 1  # the bot's own issues count too
        issues[number] = Issue(
            number=number,
            title="New",
            body=body,
            state="open",
            author_id=int(str(author["id"])),
            author=str(author["login"]),
            labels=(label or f"template:{template}",),
            html_url=f"https://github.test/{CATALOG}/issues/{number}",
        )
        self.filed_at[number] = _iso(self.bot.clock.now_s() + in_s)
        await self.tell(number, "opened")
        return number

    async def tell(
        self,
        number: int,
        action: str,
        *,
        body: str | None = None,
        by: dict[str, object] | None = None,
    ) -> None:
        """Send the webhook of the issue as it stands (or with another body)."""
        issue = self.github.issues[CATALOG][number]
        self.updates += 1
        kind = "Bot" if issue.author.endswith("[bot]") else "User"
        author = {"id": issue.author_id, "login": issue.author, "type": kind}
        if body is not None:
            self.github.issues[CATALOG][number] = issue = Issue(
                **{**{f: getattr(issue, f) for f in issue.__slots__}, "body": body}
            )
        await self.deliver(
            "issues",
            f"{CATALOG}#{number}",
            {
                "action": action,
                "issue": {
                    "number": number,
                    "title": issue.title,
                    "body": issue.body,
                    "user": author,
                    "html_url": issue.html_url,
                    "created_at": self.filed_at.get(number, ""),
                    "updated_at": _iso(self.bot.clock.now_s() + self.updates),
                    "state": issue.state,
                    "labels": [{"name": name} for name in issue.labels],
                },
                "repository": {"full_name": CATALOG},
                "sender": by or author,
            },
        )

    async def comment(self, number: int, text: str, *, by: dict[str, object] = DANA) -> None:
        issue = self.github.issues[CATALOG][number]
        id_ = self.github.next()
        await self.deliver(
            "issue_comment",
            f"{CATALOG}#{number}",
            {
                "action": "created",
                "issue": {
                    "number": number,
                    "title": issue.title,
                    "user": {"id": issue.author_id, "login": issue.author, "type": "User"},
                    "html_url": issue.html_url,
                },
                "comment": {
                    "id": id_,
                    "html_url": f"{issue.html_url}#c{id_}",
                    "user": by,
                    "body": text,
                },
                "repository": {"full_name": CATALOG},
                "sender": by,
            },
        )

    def texts(self, number: int) -> list[str]:
        return self.github.texts(CATALOG, number)

    async def run_of(self, number: int) -> RunState:
        (run,) = await self.bot.runs.of_subject(f"{CATALOG}#{number}")
        return run.state
