"""Several processes (torchrun, accelerate launch): each takes a share of a step, gradients are summed.

Parts of a step, their common divisor and random numbers do not depend on the number of processes, so two
processes take the same steps as one, up to the order of sums.
"""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Iterable
from typing import Any

import torch
import torch.distributed as dist

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
