"""`python -m tests.torture [options of pytest]`: the long drills, two at a time."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALSO = HERE.parent / "e2e" / "studio" / "test_whole_evening.py"
"""An evening in three browsers, which takes minutes, too."""

sys.exit(pytest.main([str(HERE), str(ALSO), "-n", "2", "-p", "no:randomly", *sys.argv[1:]]))
