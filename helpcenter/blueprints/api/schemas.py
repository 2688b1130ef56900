"""What goes in and comes out of the API; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NewQuestion(BaseModel):
    """A question, as a program sends it for somebody."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=300, description="The question in one sentence; everybody can read it.")
    body: str = Field("", max_length=5000, description="What else the team should know; never public.")
    topic: str = Field("", max_length=200, description="The slug of a topic, empty where it is not known.")
    language: Literal["de", "en"] | None = Field(
        None, description="Of the question and of the mails about it; else that of Accept-Language."
    )
    email: str = Field(max_length=254, description="Where the answer goes; its owner confirms it by a link first.")
    name: str = Field("", max_length=120)
    product: str = Field("", max_length=300, description="Model, year, serial number; never public.")
    circle: bool = Field(False, description="The asker agrees that trusted customers who help others see the question.")
    sure: bool = Field(
        False, description="The asker has seen that there is personal data in it, and sends it all the same."
    )


class Answer(BaseModel):
    """Where the answer is to be seen."""

    title: str
    url: str
    seconds: float | None = Field(None, description="The length of the clip, where there is one.")


class Attachment(BaseModel):
    """A picture or video that the asker sent."""

    name: str
    state: Literal["waiting", "ready", "refused"]
    reason: str = Field("", description="Why it was refused, in words.")


class Private(BaseModel):
    """What only whoever wrote the question sees; given for the key of his mail."""

    body: str
    product: str
    circle: bool
    attachments: list[Attachment]


class Question(BaseModel):
    """A question and how it stands."""

    id: str
    url: str
    title: str
    language: str
    state: str = Field(
        description="new, routed, queued, being answered, answered, confirmed, merged, declined or reopened"
    )
    held: bool = Field(description="Whether a person looks at it before anybody else sees it.")
    topic: str | None = Field(None, description="The topic's slug.")
    asked_at: datetime
    waiting: int = Field(description="How many people have confirmed that they wait for the answer.")
    answer: Answer | None = None
    written: str = Field("", description="What was written in answer, as Markdown.")
    merged_into: str | None = Field(None, description="The id of the question that it became part of.")
    private: Private | None = None


class SimilarAnswer(BaseModel):
    """Something that may answer the question already."""

    kind: Literal["entry", "clip", "question"]
    title: str
    language: str
    url: str
    second: float | None = Field(None, description="Of the recording, where the answer begins.")


class WaitingQuestion(BaseModel):
    """A question like it that waits for its answer, and can be joined at its page."""

    id: str
    title: str
    language: str
    url: str


class Similar(BaseModel):
    """What is like the words, best first."""

    answers: list[SimilarAnswer]
    waiting: list[WaitingQuestion]


class FieldProblem(BaseModel):
    """What is wrong with a field."""

    field: str
    problem: str


class FoundPersonal(BaseModel):
    """Personal data in a field."""

    field: Literal["title", "body"]
    kind: Literal["mail", "iban", "phone", "address"]
    text: str


class Problem(BaseModel):
    """What is wrong, in words (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    found: list[FoundPersonal] = Field([], description="Personal data; send `sure` once its owner has seen it.")
