"""Corrections that people made to a result: read them, add to them, and have the result as corrected.

They lie beside a result, `ID.json`, as `ID.corrections.jsonl`: one line a correction, added to and never changed.
"""

from soesift.result.store import sidecar_of
from soesift.review.apply import Applied, apply_corrections
from soesift.review.corrections import Correction, add_corrections, effective, read_corrections
from soesift.review.documents import corrected_result

__all__ = [
    "Applied",
    "Correction",
    "add_corrections",
    "apply_corrections",
    "corrected_result",
    "effective",
    "read_corrections",
    "sidecar_of",
]
