"""`python -m tests.torture [options of pytest]`: the long drills, two at a time."""

import sys
from pathlib import Path

import pytest

sys.exit(pytest.main([str(Path(__file__).parent), "-n", "2", "-p", "no:randomly", *sys.argv[1:]]))
