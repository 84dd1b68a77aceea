"""Events in the documented form, with the values of a test."""

import base64
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "lambda"

_HTTP = json.loads((DATA / "http_api_event.json").read_text())
_SQS = json.loads((DATA / "sqs_fifo_event.json").read_text())


def http_event(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str | None] | None = None,
    body: bytes | None = None,
    query: str = "",
    as_base64: bool = False,
) -> dict[str, Any]:
    """A request as API Gateway tells it; a header of None is left out."""
    event = copy.deepcopy(_HTTP)
    event |= {"rawPath": path, "rawQueryString": query, "routeKey": f"{method} {path}"}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    for name, value in (headers or {}).items():
        if value is not None:
            event["headers"][name.lower()] = value
    event["isBase64Encoded"] = as_base64
    if body is None:
        del event["body"]
    else:
        event["body"] = base64.b64encode(body).decode() if as_base64 else body.decode()
    return event  # type: ignore[no-any-return]  # read from JSON


def sqs_event(*messages: Mapping[str, Any]) -> dict[str, Any]:
    """Messages as boto3's ``receive_message`` tells them, as Lambda hands them to a function."""
    records = []
    for message in messages:
        record = copy.deepcopy(_SQS["Records"][0])
        record |= {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "md5OfBody": message["MD5OfBody"],
        }
        known = record["attributes"]
        record["attributes"] = {
            name: message["Attributes"].get(name, known[name]) for name in known
        }
        records.append(record)
    return {"Records": records}
