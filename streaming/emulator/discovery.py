"""The routes, parameters and schemas of the discovery document that google-api-python-client ships."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from streaming.emulator.errors import ApiError, field, parameter

JSON = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """One method: `name` as in "liveBroadcasts.insert", the verb, its path as a pattern, parameters and schemas."""

    name: str
    verb: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, JSON]
    request: str | None
    response: str | None
    scopes: frozenset[str]
    uploads: bool

    @property
    def resource(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]


class Document:
    """The document, asked for what a server has to know."""

    def __init__(self, document: JSON) -> None:
        self.schemas: JSON = document["schemas"]
        self._shared: JSON = document["parameters"]
        self.methods = [_method(raw) for raw in _walk(document)]

    def find(self, verb: str, path: str) -> tuple[Method, dict[str, str], bool]:
        """The method behind a path, what the path holds, and whether it is its address for uploads. Raises ApiError 404."""
        plain = re.sub(r"^/(resumable/)?upload/", "/", path)
        for method in self.methods:
            if method.verb == verb and (match := method.pattern.fullmatch(plain)):
                uploading = plain != path
                if uploading and not method.uploads:
                    break
                return method, match.groupdict(), uploading
        raise ApiError(404, "notFound", "The requested URL was not found on this server.")

    def check_query(self, method: Method, query: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """The parameters, repeated ones split at commas. Raises ApiError 400 for what is unknown, missing or wrong."""
        known = {**self._shared, **method.parameters}
        for name in query:
            if name not in known:
                raise parameter(
                    name, f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
                )
        found: dict[str, list[str]] = {}
        for name, rule in known.items():
            values = list(query.get(name, ()))
            if rule.get("repeated"):
                values = [piece.strip() for value in values for piece in value.split(",") if piece.strip()]
            if rule.get("required") and not any(values):
                raise parameter(name, f"Missing required parameter: {name}", reason="missingRequiredParameter")
            for value in values:
                _check_text(name, value, rule)
            if values:
                found[name] = values
        self._check_parts(method, found.get("part", []))
        return found

    def parts(self, method: Method) -> frozenset[str]:
        """The parts that a resource of that method can be asked for."""
        properties = self.schemas[method.response]["properties"] if method.response else {}
        items = properties.get("items", {}).get("items", {}).get("$ref")
        if items:
            properties = self.schemas[items]["properties"]
        return frozenset(properties) - {"kind", "etag"}

    def _check_parts(self, method: Method, asked: Sequence[str]) -> None:
        for part in asked:
            if part not in self.parts(method):
                raise parameter("part", f"'{part}'", reason="unknownPart")

    def check_body(self, method: Method, body: JSON) -> None:
        """Raise ApiError 400, with its place, for a field that the schema does not know or that has the wrong form."""
        if method.request:
            self._check(body, {"$ref": method.request}, "")

    def _check(self, value: Any, rule: JSON, path: str) -> None:
        if "$ref" in rule:
            rule = {"type": "object", "properties": self.schemas[rule["$ref"]].get("properties", {})}
        kind = rule.get("type", "any")
        if value is None:
            return
        if kind == "object":
            self._check_object(value, rule, path)
        elif kind == "array":
            _expect(isinstance(value, list), path, "a list")
            for index, item in enumerate(value):
                self._check(item, rule["items"], f"{path}[{index}]")
        else:
            _check_value(value, rule, path)

    def _check_object(self, value: Any, rule: JSON, path: str) -> None:
        _expect(isinstance(value, dict), path, "an object")
        for name, inner in value.items():
            place = f"{path}.{name}" if path else name
            found = rule.get("properties", {}).get(name) or rule.get("additionalProperties")
            if found is None:
                place_of = f" at '{path}'" if path else ""
                raise field(
                    place, f'Invalid JSON payload received. Unknown name "{name}"{place_of}: Cannot find field.'
                )
            self._check(inner, found, place)


def _walk(node: JSON) -> list[JSON]:
    found = list(node.get("methods", {}).values())
    for child in node.get("resources", {}).values():
        found += _walk(child)
    return found


def _method(raw: JSON) -> Method:
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape("/" + raw["path"]))
    return Method(
        name=raw["id"].removeprefix("youtube."),
        verb=raw["httpMethod"],
        pattern=re.compile(pattern),
        parameters=raw.get("parameters", {}),
        request=raw.get("request", {}).get("$ref"),
        response=raw.get("response", {}).get("$ref"),
        scopes=frozenset(raw.get("scopes", ())),
        uploads="mediaUpload" in raw,
    )


def _check_text(name: str, value: str, rule: JSON) -> None:
    if "enum" in rule and value not in rule["enum"]:
        raise parameter(name, f"Invalid value at '{name}': \"{value}\"", reason="invalid")
    if rule["type"] == "boolean" and value not in {"true", "false"}:
        raise parameter(name, f"Invalid value at '{name}' (TYPE_BOOL), \"{value}\"", reason="invalid")
    if rule["type"] == "integer":
        if not re.fullmatch(r"-?\d+", value):
            raise parameter(name, f"Invalid value at '{name}' (TYPE_UINT32), \"{value}\"", reason="invalid")
        if not int(rule.get("minimum", -(2**31))) <= int(value) <= int(rule.get("maximum", 2**32)):
            raise parameter(name, f"Invalid value '{value}'. Values must be within the range.", reason="invalid")


def _check_value(value: Any, rule: JSON, path: str) -> None:
    kind, form = rule.get("type", "any"), rule.get("format", "")
    if form in {"int64", "uint64"}:
        _expect(re.fullmatch(r"-?\d+", str(value)) is not None, path, "a number in a string")
    elif kind == "string":
        _expect(isinstance(value, str), path, "a string")
        if form in {"date-time", "google-datetime"}:
            _expect(_is_instant(value), path, "an instant")
    elif kind == "boolean":
        _expect(isinstance(value, bool), path, "a boolean")
    elif kind == "integer":
        _expect(isinstance(value, int) and not isinstance(value, bool), path, "an integer")
    elif kind == "number":
        _expect(isinstance(value, int | float) and not isinstance(value, bool), path, "a number")
    if "enum" in rule:
        _expect(value in rule["enum"], path, "one of the values of its enum")


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _expect(fits: bool, path: str, what: str) -> None:  # noqa: FBT001 -- reads as an assertion
    if not fits:
        raise field(path, f"Invalid value at '{path}': {what} is expected.")


def document_text() -> str:
    """The shipped document, as it is."""
    return (files("googleapiclient") / "discovery_cache/documents/youtube.v3.json").read_text()


@cache
def shipped() -> Document:
    """The shipped document, read once."""
    return Document(json.loads(document_text()))
