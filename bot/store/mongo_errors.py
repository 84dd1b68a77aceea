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
_INDEX = (
    "{place} has an index of ours with other fields: drop the one that its log names, and it is "
    "made again."
)
_TOO_LARGE = "A record is larger than the 16 MB that {place} can hold."
_SENTENCES = {
    13: _RIGHTS,
    18: _CREDENTIALS,
    20: "{place} knows no retryable writes: add retryWrites=false to STORE_URL.",
    64: "Too few members of {place} confirmed a write in time: look at rs.status().",
    85: _INDEX,
    86: _INDEX,
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

# How the client's error of a connection that failed begins or what it holds, in lower case.
_CONNECTION = {
    "ssl": "{place} and the bot cannot agree on TLS: check tls and tlsCAFile in STORE_URL.",
    "certificate": "{place} and the bot cannot agree on TLS: check tls and tlsCAFile in STORE_URL.",
    "refused": "Nothing listens at {place}: start MongoDB, or correct STORE_URL.",
    "name or service not known": "The name of {place} is not known here: correct STORE_URL, or "
    "look at the DNS.",
    "nodename nor servname": "The name of {place} is not known here: correct STORE_URL, or look "
    "at the DNS.",
    "name resolution": "The name of {place} cannot be looked up: look at the DNS.",
    "replica set": "{place} is no member of the replica set that STORE_URL names.",
    "primary": _NO_PRIMARY,
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
        return "The DNS has no SRV record for {place}: correct STORE_URL, or look at the DNS."
    return "{place} cannot be used as STORE_URL says: correct its options."


def _connection(error: AutoReconnect, told: str) -> str:
    for words, sentence in _CONNECTION.items():
        if words in told:
            return sentence
    if error.timeout and not isinstance(error, ServerSelectionTimeoutError):
        return _SILENT
    return _UNREACHED
