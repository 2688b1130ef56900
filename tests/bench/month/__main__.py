"""`python -m tests.bench.month [QUESTIONS]` prints what became of each."""

import json
import sys

from tests.bench.month import simulate

print(json.dumps(simulate(int(sys.argv[1]) if sys.argv[1:] else 2000), indent=1))
