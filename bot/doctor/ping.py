"""A signed ``ping``, as GitHub would send it, to see where it arrives.

Source: GitHub docs, "Webhook events and payloads", ``ping``; an App cannot ask GitHub for one.
"""

import hashlib
import hmac
import json
import uuid

import aiohttp

from bot.doctor.probes import PingSeen, Trouble

ANSWER = aiohttp.ClientTimeout(total=10.0)  # as long as GitHub waits


async def send_ping(session: aiohttp.ClientSession, url: str, *, secret: str) -> PingSeen:
    """What became of one. Redirects are not followed: GitHub does not, either."""
    body = json.dumps({"zen": "The doctor looks.", "hook_id": 0}).encode()
    signature = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "paved-road-doctor",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-GitHub-Event": "ping",
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    try:
        async with session.post(
            url, data=body, headers=headers, timeout=ANSWER, allow_redirects=False
        ) as answer:
            return PingSeen(url=url, status=answer.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return PingSeen(url=url, trouble=_trouble(error))


def _trouble(error: Exception) -> Trouble:
    """The kind of failure, from the most particular to the least."""
    match error:
        case aiohttp.ClientConnectorDNSError() | aiohttp.InvalidURL():
            return "no-name"
        case aiohttp.ClientConnectorCertificateError():
            return "certificate"
        case aiohttp.ClientConnectorSSLError():
            return "tls"
        case TimeoutError():
            return "too-slow"
        case aiohttp.ClientConnectorError():
            return "refused"
    return "broken"
