"""Views: one table rendered as the text that a model reads, found by name."""

from soesift.view.budget import TokenBudget, estimate_tokens, tokenizer_counter
from soesift.view.views import VIEWS, View, render, view_named

__all__ = ["VIEWS", "TokenBudget", "View", "estimate_tokens", "render", "tokenizer_counter", "view_named"]
