"""A second witness for every cell: where an independent look disagrees with what was read, the place says so."""

from soesift.witness.examine import examine
from soesift.witness.settings import WitnessSettings

__all__ = ["WitnessSettings", "examine"]
