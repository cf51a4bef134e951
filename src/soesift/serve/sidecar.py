"""The service's one door to the corrections sidecar (`*.corrections.jsonl`), which the review page writes as well."""

from __future__ import annotations

from soesift.review.corrections import add_corrections, read_corrections, sidecar_of

__all__ = ["add_corrections", "read_corrections", "sidecar_of"]
