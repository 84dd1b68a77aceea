"""What MongoDB or its client says, as sentences that tell an operator what to do.

The client's own words stay in the error's cause: some of them repeat parts of the
address, and the address holds a password.
"""

from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DocumentTooLarge,
    DuplicateKeyError,
    InvalidOperation,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from bot.store.port import StoreUnavailable

# MongoDB's error codes: https://www.mongodb.com/docs/manual/reference/error-codes/
_CREDENTIALS = (
    "{place} refused the user name or the password: correct STORE_URL. Special characters are "
    "percent-encoded there, and authSource names the database that knows the user."
)
_RIGHTS = "The user may not do this on {place}: give it the role readWrite on the database."
_FULL = "The disk of {place} is full: free some space."
_NO_PRIMARY = (
    "{place} has no primary at the moment: it chooses one in seconds, or rs.status() says why not."
)
_TOO_LARGE = "A record is larger than the 16 MB that {place} can hold."
_SENTENCES = {
    13: _RIGHTS,
    18: _CREDENTIALS,
    20: "{place} knows no retryable writes: add retryWrites=false to STORE_URL.",
    64: "Too few members of {place} confirmed a write in time: look at rs.status().",
    91: _NO_PRIMARY,  # it shuts down
    8000: _CREDENTIALS,  # Atlas
    10334: _TOO_LARGE,
    14031: _FULL,
    17280: _TOO_LARGE,
}
_KINDS = {
    WTimeoutError: _SENTENCES[64],
    NotPrimaryError: _NO_PRIMARY,
    DocumentTooLarge: _TOO_LARGE,
    InvalidOperation: "The connection to {place} was closed.",
}
_SILENT = "{place} did not answer in time: look at its load and the network."

_NOBODY = (
    "{place} cannot be reached, because nothing listens there: start it, or correct STORE_URL."
)
_NO_NAME = (
    "{place} cannot be reached, because its name is not known here: correct STORE_URL, or look at "
    "the DNS."
)
_TLS = "{place} and the bot cannot agree on TLS: check tls and tlsCAFile in STORE_URL."
_OTHER = (
    "What listens at {place} ends every connection: it is not MongoDB, or tls in STORE_URL is "
    "wrong."
)
_LOST = "The connection to {place} was lost several times: look at its log and at the network."

# What the client's error holds, in lower case, where no connection could be made.
_CONNECTION = {
    "ssl": _TLS,
    "certificate": _TLS,
    "refused": _NOBODY,
    "connect call failed": _NOBODY,
    "multiple exceptions": _NOBODY,  # of each address that the name has
    "name or service not known": _NO_NAME,
    "nodename nor servname": _NO_NAME,  # the same on macOS
    "name resolution": _NO_NAME,
    "no replica set members": "{place} is no member of the replica set that STORE_URL names.",
    "primary": _NO_PRIMARY,
    "message length": _OTHER,
    "connection is closed": _OTHER,
    "connection closed": _OTHER,
    "no servers found yet": "{place} takes connections and does not answer: look at its load, and "
    "whether tls in STORE_URL is right.",
}
_UNREACHED = "{place} cannot be reached: start it, correct STORE_URL, or look at the network."


class MongoUnavailable(StoreUnavailable):
    """MongoDB cannot be used now."""


def unavailable(error: Exception, place: str) -> MongoUnavailable:
    """The port's error for what the client raised, its cause attached."""
    failure = MongoUnavailable(_sentence(error).format(place=place))
    failure.__cause__ = error
    return failure


def may_be_repeated(error: Exception) -> bool:
    """Whether the connection or the primary was lost in the middle, with time left.

    The request may have taken effect. An upsert that met another's is repeated, too.
    """
    if not isinstance(error, PyMongoError) or error.timeout:
        return False
    if isinstance(error, DuplicateKeyError):
        return True
    return isinstance(error, AutoReconnect) or error.has_error_label("RetryableWriteError")


def _sentence(error: Exception) -> str:
    told = str(error).lower()
    code = getattr(error, "code", None)
    if code in _SENTENCES:
        return _SENTENCES[code]
    if "no space left" in told:
        return _FULL
    for kind, sentence in _KINDS.items():
        if isinstance(error, kind):
            return sentence
    if isinstance(error, ConfigurationError):
        return _misconfigured(told)
    if isinstance(error, AutoReconnect):
        return _connection(error, told)
    return _SILENT if getattr(error, "timeout", False) else _unknown(error)


def _unknown(error: Exception) -> str:
    """Its name and number, for a search; never its text."""
    words = [type(error).__name__]
    if isinstance(error, OperationFailure) and error.code:
        words += [str(error.code), str((error.details or {}).get("codeName", ""))]
    return "{place} cannot be used (" + " ".join(words).rstrip() + ")."


def _misconfigured(told: str) -> str:
    if "wire version" in told:
        return "{place} runs a version that the client does not speak to: MongoDB 4.4 or newer."
    if "dns" in told or "srv" in told:
        return _NO_NAME
    return "{place} cannot be used as STORE_URL says: correct its options."


def _connection(error: AutoReconnect, told: str) -> str:
    if not isinstance(error, ServerSelectionTimeoutError) and "ssl" not in told:
        return _SILENT if error.timeout else _LOST
    for words, sentence in _CONNECTION.items():
        if words in told:
            return sentence
    return _UNREACHED
