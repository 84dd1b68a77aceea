"""How the service is: asked by the platform, every few seconds."""

import asyncio
import logging

from fastapi import APIRouter, HTTPException

from .tasks import TheTasks

ANSWER_S = 2.0  # a platform waits for few seconds itself

log = logging.getLogger(__name__)
router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers. Where it does not, the platform starts another."""
    return {"status": "up"}


@router.get("/ready")
async def ready(tasks: TheTasks) -> dict[str, str]:
    """What the service needs is there. Where it is not, the platform sends requests elsewhere."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await tasks.ping()
    except Exception as error:
        log.warning("not ready: tasks cannot be reached", exc_info=error)
        raise HTTPException(503, "Tasks cannot be reached.") from error
    return {"status": "up"}
