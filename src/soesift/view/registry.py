"""The views by name. A further view is a module here with `NOTE` and `render`, and its name in `VIEWS`."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.view.budget import TokenBudget

VIEWS = ("json", "page", "markdown", "html", "header_column", "transposed", "header", "first_column")


@dataclass(frozen=True)
class View:
    """`text` as a model reads it; `left_out` names what the budget kept back (empty: nothing)."""

    text: str
    left_out: list[str] = field(default_factory=list)


def view_named(name: str) -> ModuleType:
    """The renderer's module: `NOTE` tells a reader how the view is laid out. Raises UsageError."""
    if name not in VIEWS:
        near = get_close_matches(name, VIEWS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(VIEWS)}"
        raise UsageError(f"no view {name!r}; {advice}")
    return import_module(f"soesift.view.{name}_view")


def render(name: str, record: TableRecord, budget: TokenBudget | None = None) -> View:
    """Render one table in the view `name` within `budget` (default: no limit)."""
    view: View = view_named(name).render(record, budget or TokenBudget())
    return view
