"""Errors a user can meet: each says in one line what happened, where, and what to do."""

from __future__ import annotations

_NO_MEMORY = ("bad_alloc", "Insufficient memory", "Failed to allocate", "can't start new thread")


class SoesiftError(Exception):
    """Base of every error raised on purpose; the command line prints it as one line."""


class UsageError(SoesiftError):
    """The call itself is wrong (options, configuration, missing extra)."""


class MissingExtra(UsageError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'soesift[{extra}]'")


class DocumentError(SoesiftError):
    """A document could not be read; the batch goes on without it."""


class ModelError(SoesiftError):
    """A model folder is incomplete, altered or of a kind that is refused."""


def fault(error: Exception) -> str:
    """What is said of an error that nobody foresaw; libraries have their own words for "no memory"."""
    text = repr(error)
    if isinstance(error, MemoryError) or any(sign in text for sign in _NO_MEMORY):
        return "needs more memory than it may have; raise --memory"
    return f"internal error, please report it: {text[:300]}"
