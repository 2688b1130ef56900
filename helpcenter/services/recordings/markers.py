"""Markers as hosts and files give them: seconds of the recording, what begins there, and how it is called."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import MarkerKind

MAX_MARKERS = 5_000
MAX_SECONDS = 7 * 24 * 3600


class MarkerInput(BaseModel):
    """One marker: `at` in seconds of the recording; `question` is the public id of the question that it is about."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
    kind: MarkerKind
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    question: Annotated[str, StringConstraints(max_length=16)] | None = None


_LIST = TypeAdapter(Annotated[list[MarkerInput], Field(max_length=MAX_MARKERS)])


def read_markers(data: bytes | str, *, name: str = "markers") -> list[MarkerInput]:
    """The markers of a JSON list `[{"at": seconds, "kind": "answering", "title": "…"}]`, in order of time.

    Raises InvalidInput, which names the first thing that is wrong and where it stands.
    """
    try:
        markers = _LIST.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " → ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise InvalidInput(
            N_("The markers in %(name)s cannot be read (%(place)s: %(problem)s). Expected is a JSON list such as %(example)s"),
            name=name, place=place or "JSON", problem=first["msg"],
            example='[{"at": 12.5, "kind": "answering", "title": "…"}]',
        ) from error  # fmt: skip
    return sorted(markers, key=lambda marker: marker.at)
