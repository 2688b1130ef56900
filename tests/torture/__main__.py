"""`python -m tests.torture [options of pytest]`: the long drills wherever they stand, two at a time."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

sys.exit(pytest.main([str(TESTS), "-m", "drill", "-n", "2", "-p", "no:randomly", *sys.argv[1:]]))
