"""The few fields of a payload that decide where it goes; the rest stays unread bytes.

Decoding only these costs microseconds, whatever the payload's size. Names and
types as GitHub documents them ("Webhook events and payloads").
"""

from dataclasses import dataclass

import msgspec

from bot.receive.refusal import malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a delivery is about. Text is empty, and a number 0, where the payload has none."""

    event: str
    action: str = ""
    repository: str = ""  # owner/name as GitHub writes it
    repository_id: int = 0
    issue_number: int = 0  # of the issue or pull request
    organization: str = ""  # the account that the delivery belongs to, in lower case
    organization_id: int = 0
    installation_id: int = 0
    sender: str = ""
    sender_id: int = 0


class _Account(msgspec.Struct):
    login: str = ""
    id: int = 0
    type: str = ""


class _Repository(msgspec.Struct):
    id: int
    full_name: str
    owner: _Account


class _Issue(msgspec.Struct):
    number: int


class _Installation(msgspec.Struct):
    id: int
    account: _Account | None = None


class _Payload(msgspec.Struct):
    action: str | None = None
    issue: _Issue | None = None
    pull_request: _Issue | None = None
    repository: _Repository | None = None
    organization: _Account | None = None
    installation: _Installation | None = None
    sender: _Account | None = None


_DECODER = msgspec.json.Decoder(_Payload)


def read_head(event: str, body: bytes) -> Head:
    """The head of a payload. Raises Refusal (400) unless it is a JSON object in UTF-8."""
    try:
        if not body.isascii():
            body.decode()  # the fields that are skipped are not looked at below
        payload = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed("The payload is not a JSON object as GitHub documents it.") from error
    repository, sender = payload.repository, payload.sender
    thread = payload.issue or payload.pull_request
    account = _account(payload)
    return Head(
        event=event,
        action=payload.action or "",
        repository=repository.full_name if repository else "",
        repository_id=repository.id if repository else 0,
        issue_number=thread.number if thread else 0,
        organization=account.login.lower() if account else "",
        organization_id=account.id if account else 0,
        installation_id=payload.installation.id if payload.installation else 0,
        sender=sender.login if sender else "",
        sender_id=sender.id if sender else 0,
    )


def _account(payload: _Payload) -> _Account | None:
    """The organisation that everything in the payload agrees on, or None.

    An organisation is named by itself, as a repository's owner, and as the
    account of an installation. A payload in which they differ belongs to nobody.
    """
    named = [payload.organization] if payload.organization else []
    repository, installation = payload.repository, payload.installation
    if repository is not None:
        if not named and repository.owner.type != "Organization":
            return None
        named.append(repository.owner)
        if repository.full_name.partition("/")[0].lower() != repository.owner.login.lower():
            return None
    if installation is not None and installation.account is not None:
        named.append(installation.account)
    agreed = {(account.login.lower(), account.id) for account in named}
    return named[0] if len(agreed) == 1 else None
