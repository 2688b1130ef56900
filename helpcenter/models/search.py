"""What can be found."""

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from helpcenter.models.base import Base, Id, Language, Title, word
from helpcenter.models.recordings import Visibility


class SearchDocument(Base):
    """One thing that can be found, as it is shown in a hit. The full-text index over it is made by the migrations.

    `kind` is entry, clip, cue, chapter or question; `owner` names what it belongs to ("recording:12", "entry:7"), so that
    a thing's documents are replaced together. `terms` is the text as stems, the index's input: "title | body". `lift` is by what
    its score is multiplied for what readers said about it; 1 while they said too little.
    """

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_owner", "owner"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    language: Mapped[Language]
    visibility: Mapped[Visibility] = mapped_column(word(Visibility))
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    start: Mapped[float | None]
    end: Mapped[float | None]
    lift: Mapped[float] = mapped_column(default=1.0, server_default=text("1.0"))


class SearchTerm(Base):
    """How many documents hold a term: `cues` of kind cue, `answers` of the other kinds. The empty term counts all documents.

    The counts plan queries and mend typos; they may be a little off, never negative in what is asked of them.
    """

    __tablename__ = "search_terms"

    # Ranges of terms are walked by their bytes, whatever the database's own language.
    term: Mapped[str] = mapped_column(
        String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True
    )
    cues: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
