"""A found table understood: epochs, encounters with their timing, activities, marks and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soesift.schedule.models import (
        Activity,
        Condition,
        Encounter,
        Epoch,
        Mark,
        Moment,
        Offset,
        Remark,
        Schedule,
        Span,
        Timing,
        Visit,
        Window,
    )
    from soesift.schedule.read import read_schedule
    from soesift.schedule.timing import read_timing

__all__ = [
    "Activity",
    "Condition",
    "Encounter",
    "Epoch",
    "Mark",
    "Moment",
    "Offset",
    "Remark",
    "Schedule",
    "Span",
    "Timing",
    "Visit",
    "Window",
    "read_schedule",
    "read_timing",
]
_HOME = {"read_schedule": "soesift.schedule.read", "read_timing": "soesift.schedule.timing"}


def __getattr__(name: str) -> Any:
    """Import on first use: detection needs markers of this folder, and understanding costs a fifth of its start."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(_HOME.get(name, "soesift.schedule.models")), name)
    raise AttributeError(f"module 'soesift.schedule' has no attribute {name!r}")
