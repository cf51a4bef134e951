"""The provider that a configuration names."""

from __future__ import annotations

from soesift.label.config import ProviderConfig
from soesift.label.providers.base import Provider


def open_provider(config: ProviderConfig) -> Provider:
    """Raises MissingExtra, or UsageError if the key's environment variable is not set."""
    if config.kind == "litellm":
        from soesift.label.providers.litellm import LiteLLMProvider

        return LiteLLMProvider(config)
    if config.kind == "transformers":
        from soesift.label.providers.transformers import TransformersProvider

        return TransformersProvider(config)
    from soesift.label.providers.http import HttpProvider

    return HttpProvider(config)
