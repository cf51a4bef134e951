"""Teachers on the machines of a cluster: actors that ask, each its own server on its own GPUs or one endpoint.

What is asked, how often and how fast, and the ledger stay with the process that labels (`label.run`): an actor only
passes a request on, so that one that is lost loses nothing but what was in flight.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from soesift.errors import SoesiftError, UsageError
from soesift.label.config import LabelConfig, ProviderConfig
from soesift.label.providers.base import Ask, Provider, ProviderError, Reply, TokenLogprob
from soesift.label.providers.choose import open_provider
from soesift.label.server import serving
from soesift.scale.ray_engine import connected

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_ERROR = ("kind", "status", "retry_after", "raw")


class Teacher:
    """What an actor holds: a provider, and the server that it asks if it starts one."""

    def __init__(self, config: dict[str, Any], serve: str | None) -> None:
        self.serving: AbstractContextManager[str] | None = None
        self.why = ""
        how = ProviderConfig.model_validate(config)
        try:
            if serve:
                self.serving = serving(serve)
                how = how.model_copy(update={"base_url": self.serving.__enter__()})
            self.provider = self._open(how)
        except SoesiftError as error:
            self.why = str(error)

    def _open(self, how: Any) -> Provider:
        return open_provider(how)

    async def ready(self) -> str:
        """Why it cannot ask; empty if it can."""
        return self.why

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> dict[str, Any]:
        """The reply, or the error, as plain data."""
        try:
            return {"reply": asdict(await self.provider.ask(messages, how))}
        except ProviderError as error:
            return {"error": str(error), **{name: getattr(error, name) for name in _ERROR}}

    async def close(self) -> None:
        if not self.why:
            await self.provider.close()
        if self.serving is not None:
            self.serving.__exit__(None, None, None)


class RayTeachers:
    """A provider whose requests are answered by actors; each request goes to the one with the fewest in flight."""

    def __init__(self, ray: Any, actors: list[Any], model: str) -> None:
        self.ray, self.model = ray, model
        self.flying = dict.fromkeys(actors, 0)  # of the actors that are up
        self._down: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self._up.set()

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply:
        """Ask one actor, and another if that one is lost. Raises ProviderError."""
        while True:
            while not self.flying:
                await self._up.wait()  # at most as long as one request may take: the caller counts
            actor = min(self.flying, key=self.flying.__getitem__)
            self.flying[actor] += 1
            try:
                return reply_of(await actor.ask.remote(messages, how))
            except self.ray.exceptions.RayActorError:
                self._lost(actor)
            finally:
                if actor in self.flying:
                    self.flying[actor] -= 1

    def _lost(self, actor: Any) -> None:
        """Leave the actor alone until Ray has started it again."""
        if self.flying.pop(actor, None) is None:
            return
        if not self.flying:
            self._up.clear()
        task = asyncio.create_task(self._again(actor))
        self._down.add(task)
        task.add_done_callback(self._down.discard)

    async def _again(self, actor: Any) -> None:
        while True:
            try:
                if not await actor.ready.remote():
                    break
            except self.ray.exceptions.RayActorError:
                pass
            await asyncio.sleep(0.5)
        self.flying[actor] = 0
        self._up.set()

    async def close(self) -> None:
        for task in self._down:
            task.cancel()
        await asyncio.gather(*(actor.close.remote() for actor in self.flying), return_exceptions=True)


def open_teachers(
    config: LabelConfig, count: int, address: str | None = None, serve: str | None = None, gpus: float = 0.0
) -> RayTeachers:
    """`count` actors, each with a core and `gpus` GPUs, ready to ask; `serve` is the command of a server for each.

    Raises MissingExtra, and UsageError if one of them cannot start.
    """
    ray = connected(count, address)
    wanted = {"num_cpus": 1, "num_gpus": gpus, "max_restarts": -1, "max_concurrency": config.run.concurrency_max + 1}
    has = ray.cluster_resources()
    if gpus and has.get("GPU", 0.0) < gpus:
        raise UsageError(f"--gpus {gpus:g}: the cluster has {has.get('GPU', 0.0):g}; ask for fewer, or join machines")
    make = ray.remote(**wanted)(Teacher).remote
    actors = [make(config.provider.model_dump(), serve) for _ in range(count)]
    for why in ray.get([actor.ready.remote() for actor in actors]):
        if why:
            raise UsageError(f"a teacher did not start: {why}")
    return RayTeachers(ray, actors, config.provider.model)


def reply_of(told: dict[str, Any]) -> Reply:
    """What an actor told, as a reply. Raises ProviderError."""
    if "error" in told:
        raise ProviderError(
            told["error"], told["kind"], status=told["status"], retry_after=told["retry_after"], raw=told["raw"]
        )
    reply = told["reply"]
    tokens = [TokenLogprob(t["token"], t["logprob"], tuple((a, b) for a, b in t["top"])) for t in reply["logprobs"]]
    return Reply(**reply | {"logprobs": tuple(tokens)})
