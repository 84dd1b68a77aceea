"""What the service says about itself and about the caller's limits."""

from bot.localhub.routes.call import Answer, Call
from bot.localhub.shapes.basics import Json


def get_meta(_call: Call) -> Answer:
    """Facts about the service; addresses are those of this machine."""
    return Answer(
        body={
            "verifiable_password_authentication": False,
            "hooks": ["127.0.0.0/8"],
            "web": ["127.0.0.0/8"],
            "api": ["127.0.0.0/8"],
            "git": ["127.0.0.0/8"],
        }
    )


def get_rate_limit(call: Call) -> Answer:
    """The caller's limits; asking does not count."""
    window = call.limits.window(call.caller.name, call.hub.now_s())
    core: Json = {
        "limit": window.limit,
        "remaining": window.remaining,
        "used": min(window.used, window.limit),
        "reset": int(window.reset_at_s),
    }
    search = {"limit": 30, "remaining": 30, "used": 0, "reset": int(call.hub.now_s()) + 60}
    return Answer(body={"resources": {"core": core, "search": search}, "rate": core})
