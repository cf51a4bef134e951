"""A found table understood: epochs, encounters with their timing, activities, marks and conditions."""

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
    "Activity", "Condition", "Encounter", "Epoch", "Mark", "Moment", "Offset", "Remark", "Schedule", "Span", "Timing",
    "Visit", "Window",
    "read_schedule", "read_timing",
]  # fmt: skip
