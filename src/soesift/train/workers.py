"""Several processes (torchrun, accelerate launch): each takes a share of a step, gradients are summed.

Parts of a step, their common divisor and random numbers do not depend on the number of processes, so two
processes take the same steps as one, up to the order of sums. Weights, gradients and optimizer state may be cut over
them too (FSDP2), as a configuration of `accelerate launch` asks: the loop stays ours, and its files stay whole, so that
a run that began on one process goes on cut over eight, and back.
"""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.distributed as dist

from soesift.errors import MissingExtra, UsageError

# Gloo's threads outlive the group and need the interpreter to let go of the last sum's tensors: one that asks for it
# while the program already ends aborts the program. Seconds it is lent to them before.
RELEASE = 0.2


def join() -> tuple[int, int]:
    """(rank, number of processes); joins the group that the launcher's environment names.

    The group is left when the program ends, however it ends.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return 0, 1
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        atexit.register(leave)
    return dist.get_rank(), dist.get_world_size()


def first() -> bool:
    """Whether this process is the one that writes files and talks."""
    return not (dist.is_available() and dist.is_initialized()) or dist.get_rank() == 0


def device() -> Any:
    """This process's GPU, or the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def has_bfloat16() -> bool:
    """Whether this process's device multiplies bfloat16 itself; processors without it are slower in it."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported())


def sum_gradients(parameters: Iterable[Any]) -> None:
    """Add up gradients over processes in one flat message; a no-op with one process."""
    if not (dist.is_available() and dist.is_initialized()):
        return
    values = list(parameters)
    for value in values:
        if value.grad is None:
            value.grad = torch.zeros_like(value)
    flat = torch.cat([value.grad.reshape(-1) for value in values])
    dist.all_reduce(flat)
    for value, part in zip(values, flat.split([v.numel() for v in values]), strict=True):
        value.grad.copy_(part.view_as(value))


def sum_number(number: float, where: Any) -> float:
    """The sum of a number over processes."""
    if not (dist.is_available() and dist.is_initialized()):
        return number
    total = torch.tensor([number], dtype=torch.float64, device=where)
    dist.all_reduce(total)
    return float(total.item())


def wait() -> None:
    """Wait for the other processes, so that files one of them wrote are there for all."""
    if dist.is_available() and dist.is_initialized():
        dist.barrier()


def leave() -> None:
    """End the group, if one was joined."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()
        time.sleep(RELEASE)


# Weights, gradients and optimizer state cut over processes.


def wants_cut(method: str) -> bool:
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


def cut(model: Any) -> None:
    """Cut a model that every process has built alike, in place: layers by the wrap policy, then the rest.

    Raises MissingExtra, UsageError.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    plugin, is_layer = _plan(model)
    mesh = init_device_mesh(device().type, (dist.get_world_size(),))
    settings = {
        "mesh": mesh,
        "mp_policy": plugin.mixed_precision_policy or MixedPrecisionPolicy(),
        "offload_policy": plugin.cpu_offload,
    }
    for module in [m for m in reversed(list(model.modules())) if m is not model and is_layer(m)]:
        fully_shard(module, reshard_after_forward=plugin.reshard_after_forward, **settings)
    fully_shard(model, **settings)


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


def cut_like(tensor: Any, value: Any) -> Any:
    """A whole tensor, cut as `value` is, on its device."""
    if not hasattr(value, "device_mesh"):
        return tensor.to(value.device)
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(tensor.to(value.device), value.device_mesh, value.placements, src_data_rank=None)


def all_whole(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors by name, whole, on the CPU: one after another, so that no GPU holds them all."""
    with torch.no_grad():
        return {name: whole(value.detach()).cpu() for name, value in tensors.items()}
