"""Weights, gradients and optimizer state cut over processes (FSDP2), as a configuration of `accelerate launch` asks.

The loop stays ours, and its files stay whole: a run that began on one process goes on cut over eight, and back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.distributed as dist

from soesift.errors import MissingExtra, UsageError
from soesift.train import workers


def wanted(method: str) -> bool:
    """Whether this process was launched for FSDP, beside others.

    Raises UsageError for what is not done: FSDP version 1, a base held in 4 bits, activation checkpointing.
    """
    told = os.environ
    if told.get("ACCELERATE_USE_FSDP", "").lower() != "true" or int(told.get("WORLD_SIZE", "1")) < 2:
        return False
    if told.get("FSDP_VERSION", "1") != "2":
        raise UsageError("the configuration of accelerate asks for FSDP version 1; give fsdp_version: 2")
    if method == "qlora":
        raise UsageError("model.method qlora cannot be cut over processes (FSDP); give lora, or launch without FSDP")
    if told.get("FSDP_ACTIVATION_CHECKPOINTING", "").lower() == "true":
        raise UsageError("fsdp_activation_checkpointing is not done here; lower fit.micro_tokens instead")
    # transformers would read weights in the first process alone; here each reads them, and keeps its share
    os.environ["FSDP_CPU_RAM_EFFICIENT_LOADING"] = "false"
    return True


def shard(model: Any) -> None:
    """Cut a model that every process has built alike, in place: layers by the wrap policy, then the rest.

    Raises MissingExtra, UsageError.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    plugin, is_layer = _plan(model)
    mesh = init_device_mesh(workers.device().type, (dist.get_world_size(),))
    cut = {
        "mesh": mesh,
        "mp_policy": plugin.mixed_precision_policy or MixedPrecisionPolicy(),
        "offload_policy": plugin.cpu_offload,
    }
    for module in [m for m in reversed(list(model.modules())) if m is not model and is_layer(m)]:
        fully_shard(module, reshard_after_forward=plugin.reshard_after_forward, **cut)
    fully_shard(model, **cut)


def _plan(model: Any) -> tuple[Any, Callable[[Any], bool]]:
    """accelerate's reading of its configuration, and whether a module is cut as one piece."""
    try:
        from accelerate.utils import FullyShardedDataParallelPlugin
        from accelerate.utils.fsdp_utils import fsdp2_prepare_auto_wrap_policy
    except ImportError as error:
        raise MissingExtra("accelerate", "train") from error
    plugin = FullyShardedDataParallelPlugin()
    try:
        plugin.set_auto_wrap_policy(model)
    except Exception as error:  # accelerate raises a bare one for a layer's name that the model does not have
        raise UsageError(f"the configuration of accelerate does not fit the model: {str(error)[:160]}") from error
    return plugin, fsdp2_prepare_auto_wrap_policy(plugin, model) or (lambda module: False)


def is_cut(model: Any) -> bool:
    from torch.distributed.fsdp import FSDPModule

    return isinstance(model, FSDPModule)


def fold(model: Any) -> None:
    """Let go of what a forward pass without a backward one has gathered: only then are the parameters shares again."""
    if is_cut(model):
        for module in model.modules():
            if is_cut(module):
                module.reshard()


def whole(tensor: Any) -> Any:
    """All of a tensor; every process must ask for the same ones in the same order."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def like(tensor: Any, value: Any) -> Any:
    """A whole tensor, cut as `value` is, on its device."""
    if not hasattr(value, "device_mesh"):
        return tensor.to(value.device)
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(tensor.to(value.device), value.device_mesh, value.placements, src_data_rank=None)


def all_whole(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors by name, whole, on the CPU: one after another, so that no GPU holds them all."""
    with torch.no_grad():
        return {name: whole(value.detach()).cpu() for name, value in tensors.items()}
