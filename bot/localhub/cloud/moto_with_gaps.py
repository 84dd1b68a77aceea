"""The program that ``moto_server`` starts: moto on a free port, with what it lacks for Terraform.

Prints its port as its first line and ends when its standard input does, so that it never
outlives the test that started it. A call that moto does not know (or breaks on) is answered
with 501: its own answer, an HTML page with 500, makes the AWS provider try again for an hour.
"""

import importlib.util
import json
import os
import sys
from types import ModuleType
from typing import Any

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.budgets.responses import BudgetsResponse
from moto.core.responses import BaseResponse
from moto.server import ThreadedMotoServer

# moto's API Gateway imports this for definitions in OpenAPI, which nobody sends here.
_OPENAPI: dict[str, dict[str, Any]] = {
    "openapi_spec_validator": {"validate": None, "__path__": []},
    "openapi_spec_validator.validation": {"__path__": []},
    "openapi_spec_validator.validation.exceptions": {"OpenAPIValidationError": ValueError},
}
_tags: dict[str, dict[str, str]] = {}  # by ARN of scalable targets and budgets
_register = ApplicationAutoScalingResponse.register_scalable_target
_create_budget = BudgetsResponse.create_budget
_call = BaseResponse.call_action


def _as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _as_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def _tag(arn: str, tags: dict[str, str]) -> str:
    _tags.setdefault(arn, {}).update(tags)
    return "{}"


def _untag(arn: str, keys: list[str]) -> str:
    for key in keys:
        _tags.get(arn, {}).pop(key, None)
    return "{}"


def _register_with_tags(self: Any) -> Any:
    answer = _register(self)
    _tag(json.loads(answer)["ScalableTargetARN"], self._get_param("Tags") or {})
    return answer


def _create_budget_with_tags(self: Any) -> Any:
    name = self._get_param("Budget")["BudgetName"]
    arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"
    _tag(arn, _as_map(self._get_param("ResourceTags")))
    return _create_budget(self)


def _update_budget(self: Any) -> str:
    wanted = self._get_param("NewBudget")
    budgets = self.backend.budgets[self._get_param("AccountId")]
    budgets[wanted["BudgetName"]].budget.update(wanted)
    return "{}"


def _call_or_refuse(self: Any) -> Any:
    try:
        return _call(self)
    except Exception as error:  # noqa: BLE001 -- whatever it breaks on, the answer is 501
        print(f"moto cannot: {self.service_name}: {error!r}", file=sys.stderr, flush=True)
        body = {"__type": "NotImplementedException", "message": f"moto: {error}"}
        return 501, {"content-type": "application/json"}, json.dumps(body)


def _call_and_say(self: Any) -> Any:
    """The log has each call in a line of its own, however many are asked at once."""
    os.write(2, f"asked: {self.service_name}:{self._get_action()}\n".encode())
    return _call_or_refuse(self)


def _arn(self: Any) -> str:
    return str(self._get_param("ResourceARN"))


def fill_gaps() -> None:
    """From now on moto in this process keeps such tags, changes budgets, and refuses at once.

    It also has API Gateway without the packages that only definitions in OpenAPI need.
    """
    if importlib.util.find_spec("openapi_spec_validator") is None:
        for name, holds in _OPENAPI.items():
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name]).update(holds)
    scaling: Any = ApplicationAutoScalingResponse
    scaling.register_scalable_target = _register_with_tags
    scaling.list_tags_for_resource = lambda self: json.dumps({"Tags": _tags.get(_arn(self), {})})
    scaling.tag_resource = lambda self: _tag(_arn(self), self._get_param("Tags") or {})
    scaling.untag_resource = lambda self: _untag(_arn(self), self._get_param("TagKeys") or [])
    budgets: Any = BudgetsResponse
    budgets.create_budget = _create_budget_with_tags
    budgets.update_budget = _update_budget
    budgets.list_tags_for_resource = lambda self: json.dumps(
        {"ResourceTags": _as_list(_tags.get(_arn(self), {}))}
    )
    budgets.tag_resource = lambda self: _tag(_arn(self), _as_map(self._get_param("ResourceTags")))
    budgets.untag_resource = lambda self: _untag(
        _arn(self), self._get_param("ResourceTagKeys") or []
    )
    answers: Any = BaseResponse
    answers.call_action = _call_and_say


def main() -> None:
    """Serve until nobody holds our standard input any more."""
    fill_gaps()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
