"""SoESift: find, join and export the Schedule-of-Event tables of clinical trial protocols.

What `__all__` names here, in `soesift.schedule`, `soesift.corrections` and `soesift.train` may be imported, and changes
only with a line in the changelog. Everything else is private, whatever its name begins with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soesift.detect.detector import Detector
    from soesift.detect.options import ReadOptions
    from soesift.errors import DocumentError, MissingExtra, ModelError, SoesiftError, UsageError
    from soesift.export.write import write
    from soesift.result.models import Cell, Doubt, Footnote, Result, SoeTable
    from soesift.result.store import read_result

__version__ = "0.1.0"
__all__ = [
    "Cell",
    "Detector",
    "DocumentError",
    "Doubt",
    "Footnote",
    "MissingExtra",
    "ModelError",
    "ReadOptions",
    "Result",
    "SoeTable",
    "SoesiftError",
    "UsageError",
    "__version__",
    "read_result",
    "write",
]

_HOME = {
    "Detector": "detect.detector",
    "ReadOptions": "detect.options",
    **dict.fromkeys(("DocumentError", "MissingExtra", "ModelError", "SoesiftError", "UsageError"), "errors"),
    **dict.fromkeys(("Cell", "Doubt", "Footnote", "Result", "SoeTable"), "result.models"),
    "read_result": "result.store",
    "write": "export.write",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import soesift` costs nothing."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"soesift.{_HOME[name]}"), name)
    raise AttributeError(f"module 'soesift' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
