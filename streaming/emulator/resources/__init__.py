"""What answers each method of the API that the emulator knows."""

from importlib import import_module
from typing import Final

MODULES: Final = ("broadcasts", "captions", "channels", "chat", "playlists", "search", "streams", "videos")


def load() -> None:
    """Let every module register its methods."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
