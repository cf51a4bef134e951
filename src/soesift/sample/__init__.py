"""Realistic protocols made by the project itself, from a seed, with their truth."""

from __future__ import annotations

from soesift.sample.protocol import make_protocol
from soesift.sample.truth import Truth

__all__ = ["Truth", "make_protocol"]
