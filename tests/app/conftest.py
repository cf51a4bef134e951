"""The browser's part of the review tests is shared."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "review"))
