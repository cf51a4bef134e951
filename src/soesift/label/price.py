"""What tokens cost: from the configuration, for a server of one's own, or from a shipped dated list."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from soesift.config import load_toml
from soesift.label.config import LabelConfig
from soesift.web.listen import is_loopback


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    input: float
    output: float
    cached_input: float | None = None
    batch: float = 1.0


class PriceList(BaseModel):
    model_config = ConfigDict(extra="forbid")
    as_of: str
    currency: str
    models: dict[str, Listed]


class Price(BaseModel):
    """Money per million tokens; `batch` is the factor for batch requests; `source` says whence."""

    model_config = ConfigDict(frozen=True)
    input: float
    output: float
    cached_input: float
    batch: float = 1.0
    currency: str = "USD"
    source: str

    def cost(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Cost of a request; `tokens_cached` is the part of `tokens_in` that came from the prompt cache."""
        fresh = max(tokens_in - tokens_cached, 0)
        paid = fresh * self.input + tokens_cached * self.cached_input + tokens_out * self.output
        return paid / 1e6


def price_of(config: LabelConfig) -> Price | None:
    """None where no price is known: then nothing is said about cost, and a money budget is refused."""
    own = config.price
    if own is not None:
        cached = own.input if own.cached_input is None else own.cached_input
        return Price(**own.model_dump(exclude={"cached_input"}), cached_input=cached, source="configuration")
    if _is_local(config.provider.base_url):
        return Price(input=0, output=0, cached_input=0, source="server on this machine")
    shipped = _shipped()
    found = shipped.models.get(_plain(config.provider.model))
    if config.provider.base_url:
        return None  # another host may sell a model of that name at another price
    if found is None:
        return _of_litellm(config.provider.model)
    cached = found.input if found.cached_input is None else found.cached_input
    source = f"list of {shipped.as_of}"
    given = found.model_dump(exclude={"cached_input"})
    return Price(**given, cached_input=cached, currency=shipped.currency, source=source)


def _of_litellm(model: str) -> Price | None:
    """The price in LiteLLM's own list, which comes with the package; None without the package or the model."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no download at import
    try:
        import litellm
    except ImportError:
        return None
    costs = getattr(litellm, "model_cost", {})
    listed = costs.get(model) or costs.get(model.rsplit("/", 1)[-1]) or {}
    given, out = listed.get("input_cost_per_token"), listed.get("output_cost_per_token")
    if given is None or out is None:
        return None
    cached, batch = listed.get("cache_read_input_token_cost"), listed.get("input_cost_per_token_batches")
    return Price(
        input=given * 1e6,
        output=out * 1e6,
        cached_input=(given if cached is None else cached) * 1e6,
        batch=batch / given if batch and given else 1.0,
        source="litellm.model_cost",
    )


@cache
def _shipped() -> PriceList:
    return load_toml(Path(str(files("soesift.label"))) / "prices.toml", PriceList)


def _plain(model: str) -> str:
    """Name without provider and date: "openai/gpt-4o-2024-08-06" -> "gpt-4o"."""
    return re.sub(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest|\d{3})$", "", model.rsplit("/", 1)[-1])


def _is_local(url: str | None) -> bool:
    return is_loopback(urlsplit(url or "").hostname or "")
