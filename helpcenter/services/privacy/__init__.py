"""What is kept of a person: handed to him, or forgotten, with a receipt. `places` lists every place there is."""

from helpcenter.services.privacy.exporting import Export, export
from helpcenter.services.privacy.forgetting import Line, forget
from helpcenter.services.privacy.places import FILES, PLACES, Fate, Person, Place, columns_of_people, kept_of, person_of

__all__ = [
    "FILES", "PLACES", "Export", "Fate", "Line", "Person", "Place", "columns_of_people", "export", "forget", "kept_of",
    "person_of",
]  # fmt: skip
