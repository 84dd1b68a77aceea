"""Comments that hold no command: thousands of ways to write one that is none.

Made from the rows of the table, so that every new command is tried as well. The same
``Random`` gives the same texts.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from bot.commands import COMMANDS

HIDDEN_IN = (
    "> {}",
    "> said dana\n{}",  # a lazy line goes on with the quote
    "> > {}",
    "> [!WARNING]\n> {}",
    "> ```\n> {}\n> ```",
    "On Monday dana wrote:\n> {}\n> and more",
    "- {}",
    "* a\n* {}",
    "- a\n\n  {}",
    "+ a\n{}",
    "1. {}",
    "3) a\n   {}",
    "- [ ] {}",
    "- [x] {}",
    "- a\n  - {}",
    "```\n{}\n```",
    "```sh\n{}\n```",
    "~~~\n{}\n~~~~",
    "````\n```\n{}\n```\n````",
    "    {}",
    "\t{}",
    "`{}`",
    "``{}``",
    "`\n{}\n`",
    "**{}**",
    "_{}_",
    "~~{}~~",
    "[{}](https://example.test)",
    "[see]: https://example.test\n'{}'",
    "![{}](picture.png)",
    "# {}",
    "{}\n---",
    "{}\n===",
    "| {} |\n| --- |\n| a |",
    "| a |\n| --- |\n| {} |",
    "a | b\n--- | ---\n{}",
    "<!-- {} -->",
    "<!--\n{}\n-->",
    "<!-- a\n\n{}\n\n-->",
    "a <!-- b\n{}\n-->",
    "<details>\n\n{}\n\n</details>",
    "<details><summary>Log</summary>\n\n{}\n\n</details>",
    "<details>\n<p>\n\n{}\n\n</p>\n</details>",
    "<div>\n{}\n</div>",
    "<div hidden>\n\n{}\n\n</div>",
    "<pre>\n{}\n</pre>",
    "<pre><code>{}</code></pre>",
    "<blockquote>\n\n{}\n\n</blockquote>",
    "<table><tr><td>\n\n{}\n\n</td></tr></table>",
    "<sub>\n{}\n</sub>",
    "<a href='{}'>a</a>",
    "<?php\n{}\n?>",
    "<![CDATA[\n{}\n]]>",
    "<script>\n{}\n</script>",
    "\\{}",
    "\\\\{}",
)
HIDES_THE_REST = (
    "```\n{}",
    "~~~~ text\n{}",
    "<!--\n{}",
    "<details>\n\n{}",
    "<details/>\n\n{}",
    "a <details>\n{}",
    "<div\n\n{}",
    "[^1]: a\n{}",
)
IN_PROSE = (
    "see {}",
    "please {} now",
    "I typed {}, and nothing happened.",
    "({})",
    '"{}"',
    "'{}'",
    "then: {}",
    "@dana {}",
    "@paved-road[bot] {}",
    "@acme/platform {}",
    "#7 {}",
    "-> {}",
    ".{}",
    "..{}",
    "~{}",
    "/{}",
    "//{}",
    "https://example.test{}",
    "usr/bin{}",
    "$ {}",
    "$ echo {}",
    "% {}",
    ": {}",
    "* * *{}",
    "1{}",
    "é{}",
    "👍 {}",
    "TODO {}",
    "+1 {}",
)
SLASHES = "／⁄∕⧸╱⟋\\|÷"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u180e"
NO_SPACES = "\u00a0\u2003\u3000\u2028\u2029\x0b\x0c\x85\u1680"
LIKE_LETTERS = {
    **dict(zip("aceiopsxyjhd", "асеіорѕхујһԁ", strict=True)),
    **dict(zip("lmnrtuvwbfgkq", "ｌｍｎｒｔｕｖｗｂｆｇｋｑ", strict=True)),
}
BAD_IN_WORDS = ("$where", "${{x}}", "a;b", "$(id)", "a\u200bb", "прод", "a|b", "'x'", "{x}", "a,b")
OTHER_BOTS = (
    *("/cc @mona", "/lgtm", "/lgtm cancel", "/assign @mona", "/test all", "/rebase", "/close"),
    *("/hold", "/ok-to-test", "/kind bug", "/label ci", "/milestone v1", "/tmp/x", "/dev/null"),
    *("/azp run", "/gcbrun", "/packit build", "/merge", "/backport 1.2", "/triage accepted"),
    *("@dependabot rebase", "bors r+", "!deploy staging", ".deploy staging", "jenkins, deploy"),
)

Make = Callable[[Random, str], str]


def commands() -> list[str]:
    """Lines that would be obeyed if they stood alone."""
    return [row.example for row in COMMANDS]


def non_commands(random: Random) -> Iterator[str]:
    """Such comments without end, no two alike."""
    seen: set[str] = set()
    while True:
        text = _comment(random)
        if text not in seen:
            seen.add(text)
            yield text


def _comment(random: Random) -> str:
    parts = [_part(random) for _ in range(random.randint(1, 4))]
    if random.random() < 0.2:
        parts.append(random.choice(HIDES_THE_REST).format(random.choice(commands())))
    text = random.choice(("\n\n", "\n\n\n", "\n\n----\n\n", "\n\nThanks!\n\n")).join(parts)
    return text.replace("\n", random.choice(("\n", "\n", "\r\n", "\r")))


def _part(random: Random) -> str:
    make = random.choice((_hidden, _hidden, _hidden, _said, _spelt, _unfit, _others))
    return make(random, random.choice(commands()))


def _hidden(random: Random, command: str) -> str:
    return random.choice(HIDDEN_IN).format(command)


def _said(random: Random, command: str) -> str:
    """In a sentence, or in a sentence that is hidden besides."""
    said = random.choice(IN_PROSE).format(command)
    return said if random.random() < 0.7 else _hidden(random, said)


def _spelt(random: Random, command: str) -> str:
    """A line that looks like a command and is spelt with other characters."""
    makes: Sequence[Make] = (_odd_slash, _unseen, _other_letter, _entity, _no_space)
    return random.choice(makes)(random, command)


def _odd_slash(random: Random, command: str) -> str:
    return random.choice(SLASHES) + command[1:]


def _unseen(random: Random, command: str) -> str:
    """With a character that has no width, before or within the verb."""
    place = random.randint(0, len(command.partition(" ")[0]) - 1)
    return command[:place] + random.choice(UNSEEN) + command[place:]


def _other_letter(random: Random, command: str) -> str:
    """With a letter of another alphabet in the verb."""
    verb, space, rest = command.partition(" ")
    place = random.choice([i for i, letter in enumerate(verb) if letter in LIKE_LETTERS])
    return f"{verb[:place]}{LIKE_LETTERS[verb[place]]}{verb[place + 1 :]}{space}{rest}"


def _entity(random: Random, command: str) -> str:
    verb = command.partition(" ")[0]
    place = random.randint(0, len(verb) - 1)
    code = random.choice(("&#{};", "&#x{:x};", "&#0{};"))
    return f"{command[:place]}{code.format(ord(command[place]))}{command[place + 1 :]}"


def _no_space(random: Random, command: str) -> str:
    """With something behind the verb that is no space and no tab."""
    verb, _, rest = command.partition(" ")
    return f"{verb}{random.choice(NO_SPACES + ':.!,=(')}{rest or 'x'}"


def _unfit(random: Random, command: str) -> str:
    """A verb of ours with words that do not fit: it gets an answer, and nothing is done."""
    row = random.choice([each for each in COMMANDS if each.grammar.slots] or list(COMMANDS))
    words = row.example.split(" ")
    if any(slot.kind == "text" for slot in row.grammar.slots):
        return " ".join([*words, random.choice(("\u200b", "a\u202eb", "\u2060x"))])
    if random.random() < 0.5 or len(words) == 1:
        return " ".join([*words, random.choice(BAD_IN_WORDS)])
    words[random.randint(1, len(words) - 1)] = random.choice(BAD_IN_WORDS)
    return " ".join(words)


def _others(random: Random, command: str) -> str:
    return random.choice(OTHER_BOTS)
