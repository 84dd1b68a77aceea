"""Checks REST exchanges against GitHub's own published description of its API.

The description is OpenAPI 3.0: ``nullable`` is turned into a type beside ``null``.
Requests are held to it strictly (a field that GitHub does not know is a problem);
answers must have a documented status and a body that fits the schema.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.localhub.api import Exchange

Json = dict[str, Any]
DATA = Path(__file__).parents[1] / "data" / "github-openapi.json.gz"
ROOT = "urn:github"
# Any route may answer so, whatever its own entry lists.
EVERYWHERE = {"301", "307", "400", "401", "403", "404", "429", "500", "503"}
COMBINING = ("allOf", "anyOf", "oneOf")
# Where GitHub knows more than the description, with where it says so.
KNOWN_GAPS = {
    # Enterprise Cloud's own description of "Create an organization repository" has it.
    ("POST /orgs/{org}/repos", "visibility", "internal"),
}
# Ends of paths in answers that may be null although the description says otherwise.
MAY_BE_NULL = {
    # A fork that is gone: the description of webhooks (@octokit/openapi-webhooks) has it.
    ("head", "repo"),
}
# Refusals that GitHub gives and the description leaves out; clients report them.
MORE_REFUSALS = {
    # Unexpected or missing inputs, no such trigger, no such ref.
    ("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", "422"),
    *(
        (f"{method} {place}/variables{one}", status)
        for place in (
            "/orgs/{org}/actions",
            "/repos/{owner}/{repo}/actions",
            "/repos/{owner}/{repo}/environments/{environment_name}",
        )
        for method, one, status in (("POST", "", "409"), ("POST", "", "422"))
    ),
}
# Bodies that may be a bare list of names: clients have always sent labels so.
BARE_LISTS = {
    "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
    "PUT /repos/{owner}/{repo}/issues/{issue_number}/labels",
}
KNOWN_PERMISSIONS = {"actions_variables"}  # GitHub docs, "Permissions required for GitHub Apps"
# Where the description is wrong, with the schema that is meant.
BETTER_ANSWERS: dict[tuple[str, str], Json] = {
    # Its inlined account has to be a user and an enterprise at once; the route for one
    # installation has it right.
    ("GET /app/installations", "200"): {
        "type": "array",
        "items": {"$ref": "#/components/schemas/installation"},
    },
}
SAME_AS = {"/repos/{owner}/{repo}/contents": "/repos/{owner}/{repo}/contents/{path}"}


def _plain(schema: Any) -> Any:
    """The schema in plain JSON Schema: no ``nullable``, references into one document."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _plain(value) for name, value in schema.items() if name != "nullable"}
    if "oneOf" in made:  # GitHub's alternatives overlap: an error fits several of them
        made["anyOf"] = made.pop("oneOf")
    if "$ref" in made:
        return {"$ref": f"{ROOT}{made['$ref']}"}
    if schema.get("nullable") is not True:
        return made
    if any(word in made for word in COMBINING):
        return {"anyOf": [made, {"type": "null"}]}
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


class Description:
    """The published description, ready to be asked."""

    def __init__(self, document: Json) -> None:
        self.paths: Json = document["paths"]
        self._components: Json = document["components"]
        plain = {"components": {"schemas": _plain(self._components["schemas"])}}
        resource = Resource.from_contents(plain, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}

    def problems(self, exchange: Exchange) -> list[str]:
        """What in the exchange does not fit, each line naming the route."""
        route = f"{exchange.method} {exchange.template}"
        template = SAME_AS.get(exchange.template, exchange.template)
        operation = self.paths.get(template, {}).get(exchange.method.lower())
        if operation is None:
            return [f"{route}: GitHub has no such route"]
        found = [
            *self._parameters(operation, template, exchange),
            *self._request(operation, route, exchange),
            *self._answer(operation, route, exchange),
        ]
        return [f"{route}: {problem}" for problem in found]

    def _resolved(self, part: Json) -> Json:
        if "$ref" not in part:
            return part
        kind, name = part["$ref"].split("/")[-2:]
        found: Json = self._components[kind][name]
        return found

    def _parameters(self, operation: Json, template: str, exchange: Exchange) -> Iterator[str]:
        declared = [*self.paths[template].get("parameters", []), *operation.get("parameters", [])]
        known = [self._resolved(one) for one in declared]
        query = {one["name"]: one.get("schema", {}) for one in known if one["in"] == "query"}
        for name, value in exchange.query.items():
            if name not in query:
                yield f"query parameter {name!r} is unknown"
            else:
                yield from self._parameter(f"query parameter {name!r}", query[name], value)
        for one in known:
            if one["in"] == "path" and one["name"] in exchange.params:
                given = exchange.params[one["name"]]
                yield from self._parameter(f"path parameter {one['name']!r}", one["schema"], given)

    def _parameter(self, what: str, schema: Json, text: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if schema.get("type") == "integer" and not text.isdigit():
            yield f"{what} is {text!r}, not a number"
        if "enum" in schema and text not in schema["enum"]:
            yield f"{what} is {text!r}, not one of {schema['enum']}"

    def _request(self, operation: Json, route: str, exchange: Exchange) -> Iterator[str]:
        refused = exchange.status >= 400  # what was wrong has been said, as GitHub would
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if refused or not exchange.request_body:
            return
        if content is None:
            yield "a body where GitHub reads none"
            return
        body = json.loads(exchange.request_body)
        if route in BARE_LISTS and isinstance(body, list):
            return
        for error in self._validator(route, "request", content["schema"], strict=True).iter_errors(
            body
        ):
            path = ".".join(str(step) for step in error.absolute_path)
            if (route, path, str(error.instance)) in KNOWN_GAPS:
                continue
            if path == "permissions" and _only_known_permissions(error.message):
                continue
            yield f"request body at {path or 'top'}: {error.message[:300]}"

    def _answer(self, operation: Json, route: str, exchange: Exchange) -> Iterator[str]:
        status = str(exchange.status)
        documented = operation["responses"].get(status)
        if documented is None:
            if status not in EVERYWHERE and (route, status) not in MORE_REFUSALS:
                yield f"status {status} is not documented"
            return
        content = self._resolved(documented).get("content", {})
        if not content:
            if exchange.response_body and exchange.status < 400:
                yield f"status {status} has a body where GitHub sends none"
            return
        if "raw" in exchange.content_type or "sha" in exchange.content_type:
            return
        yield from self._body(route, status, content, exchange)

    def _body(self, route: str, status: str, content: Json, exchange: Exchange) -> Iterator[str]:
        kinds = [name for name in content if "json" in name or name.endswith(".object")]
        if not kinds:
            return
        body = json.loads(exchange.response_body)
        errors: list[str] = []
        for kind in kinds:  # one of the documented kinds has to fit
            schema = BETTER_ANSWERS.get((route, status), content[kind]["schema"])
            validator = self._validator(route, f"{status} {kind}", schema, strict=False)
            here = [
                f"{status} at {'.'.join(str(s) for s in e.absolute_path) or 'top'}: "
                f"{_shortest(e)[:300]}"
                for e in validator.iter_errors(body)
                if not (e.instance is None and tuple(e.absolute_path)[-2:] in MAY_BE_NULL)
            ]
            if not here:
                return
            errors = errors or here
        yield from errors

    def _validator(
        self, route: str, what: str, schema: Json, *, strict: bool
    ) -> Draft202012Validator:
        key = (route, what)
        if key not in self._validators:
            plain = _plain(schema)
            made = self._strict(plain) if strict else plain
            self._validators[key] = Draft202012Validator(made, registry=self._registry)
        return self._validators[key]

    def _strict(self, schema: Any) -> Any:
        """The schema, refusing fields it does not name wherever it does not invite them."""
        if isinstance(schema, list):
            return [self._strict(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            return self._strict(_plain(self._components["schemas"][name]))
        made = {
            name: value if name in {"enum", "required"} else self._strict(value)
            for name, value in schema.items()
        }
        is_object = "type" in made and isinstance(made.get("properties"), dict)
        if is_object and "allOf" not in made:
            made.setdefault("additionalProperties", False)
        return made


def _only_known_permissions(message: str) -> bool:
    return any(f"'{name}' was unexpected" in message for name in KNOWN_PERMISSIONS)


def _shortest(error: Any) -> str:
    """The message, or for alternatives the first thing wrong in the one that fits best."""
    if not error.context:
        return str(error.message)
    best = min(error.context, key=lambda one: (len(one.absolute_path) == 0, len(one.message)))
    path = ".".join(str(step) for step in best.absolute_path)
    return f"{best.message} (at {path})"


@cache
def description() -> Description:
    """The description, read once for all tests."""
    with gzip.open(DATA) as file:
        return Description(json.load(file))


def validate(exchange: Exchange) -> list[str]:
    """The problems of one exchange: hand it to ``LocalHub.start(validator=…)``."""
    return description().problems(exchange)
