"""The program that ``moto_server`` starts: moto on a free port, with what it lacks for Terraform.

Prints its port as its first line and ends when its standard input does, so that it never
outlives the test that started it. A call that moto does not know (or breaks on) is answered
with 501: its own answer, an HTML page with 500, makes the AWS provider try again for an hour.
"""

import json
import os
import sys
from typing import Any

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.budgets.responses import BudgetsResponse
from moto.core.responses import BaseResponse
from moto.server import ThreadedMotoServer

_scaling_tags: dict[str, dict[str, str]] = {}  # by ARN of the scalable target
_register = ApplicationAutoScalingResponse.register_scalable_target
_call = BaseResponse.call_action


def _register_with_tags(self: Any) -> Any:
    answer = _register(self)
    arn = json.loads(answer)["ScalableTargetARN"]
    _scaling_tags.setdefault(arn, {}).update(self._get_param("Tags") or {})
    return answer


def _list_scaling_tags(self: Any) -> str:
    return json.dumps({"Tags": _scaling_tags.get(self._get_param("ResourceARN"), {})})


def _tag_scaling(self: Any) -> str:
    tags = _scaling_tags.setdefault(self._get_param("ResourceARN"), {})
    tags.update(self._get_param("Tags") or {})
    return "{}"


def _untag_scaling(self: Any) -> str:
    tags = _scaling_tags.get(self._get_param("ResourceARN"), {})
    for key in self._get_param("TagKeys") or []:
        tags.pop(key, None)
    return "{}"


def _call_or_refuse(self: Any) -> Any:
    try:
        return _call(self)
    except Exception as error:
        print(f"moto cannot: {self.service_name}: {error!r}", file=sys.stderr, flush=True)
        body = {"__type": "NotImplementedException", "message": f"moto: {error}"}
        return 501, {"content-type": "application/json"}, json.dumps(body)


def fill_gaps() -> None:
    """From now on moto in this process keeps tags of scalable targets and refuses at once."""
    scaling: Any = ApplicationAutoScalingResponse
    scaling.register_scalable_target = _register_with_tags
    scaling.list_tags_for_resource = _list_scaling_tags
    scaling.tag_resource = _tag_scaling
    scaling.untag_resource = _untag_scaling
    budgets: Any = BudgetsResponse
    budgets.list_tags_for_resource = lambda _: json.dumps({"ResourceTags": []})
    budgets.tag_resource = lambda _: "{}"
    answers: Any = BaseResponse
    answers.call_action = _call_or_refuse


def main() -> None:
    """Serve until nobody holds our standard input any more."""
    fill_gaps()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
