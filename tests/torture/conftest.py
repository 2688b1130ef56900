"""Drills that take minutes; they run when asked for: `make torture`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked_for = any("torture" in argument for argument in config.invocation_params.args)
    return None if asked_for else True
