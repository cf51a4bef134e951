"""Realistic protocols made by the project itself, from a seed, with their truth."""

from __future__ import annotations

from soesift.sample.blocks import Truth
from soesift.sample.protocol import make_protocol

__all__ = ["Truth", "make_protocol"]
