"""SoESift: find, join and export the Schedule-of-Event tables of clinical trial protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soesift.detect.detector import Detector
    from soesift.result.models import Result, SoeTable

__version__ = "0.1.0"
__all__ = ["Detector", "Result", "SoeTable", "__version__"]

_HOME = {"Detector": "soesift.detect.detector", "Result": "soesift.result.models", "SoeTable": "soesift.result.models"}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import soesift` costs nothing."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'soesift' has no attribute {name!r}")
