"""The student: rows, fine-tuning, cross-validation, calibration, export of a model folder.

`read_config` reads a configuration, `rows_of` the labelled tables that it names; `cross_validate` scores a student on
folds by protocol, `ship` trains the final one and writes its folder. Loading this module loads no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soesift.train.config import TrainConfig, read_config
    from soesift.train.crossval import HeldOut, cross_validate, read_held_out
    from soesift.train.data import Row, read_rows
    from soesift.train.ship import rows_of, ship

__all__ = [
    "HeldOut",
    "Row",
    "TrainConfig",
    "cross_validate",
    "read_config",
    "read_held_out",
    "read_rows",
    "rows_of",
    "ship",
]

_HOME = {
    **dict.fromkeys(("TrainConfig", "read_config"), "config"),
    **dict.fromkeys(("HeldOut", "cross_validate", "read_held_out"), "crossval"),
    **dict.fromkeys(("Row", "read_rows"), "data"),
    **dict.fromkeys(("rows_of", "ship"), "ship"),
}


def __getattr__(name: str) -> Any:
    """Import on first use: much of training loads torch."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"soesift.train.{_HOME[name]}"), name)
    raise AttributeError(f"module 'soesift.train' has no attribute {name!r}")
