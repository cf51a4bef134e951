"""Ray: joined or started, and what it has."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra, UsageError

STORE_BYTES = 200_000_000  # only names of files and answers of teachers travel through Ray's object store
BLOCKS = 2000  # at most so many pieces of work; what is lost with a worker is one piece
GPU_SHARE = 0.25  # of a GPU for one process that reads pictures

Row = dict[str, Any]


def connected(workers: int, address: str | None) -> Any:
    """The module `ray`, with `ray.data`, on a cluster: the one at `address`, or one on this machine.

    Raises MissingExtra, and UsageError where there is no cluster.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray would tell its makers
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its files tell all; the screen is ours
    if address and has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # `ray start` asks for it, and Ray's clients do not offer it
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error
    if not ray.is_initialized():
        here = {"num_cpus": workers + 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
        try:
            ray.init(
                address=address or "local", log_to_driver=False, logging_level="warning", **({} if address else here)
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            why = str(error)[:100]
            raise UsageError(f"--address {address}: no Ray cluster there, or no right to it ({why})") from error
    return ray


def has_token() -> bool:
    """Whether there is a token for clusters, where Ray looks for it."""
    told = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return told or (Path.home() / ".ray" / "auth_token").is_file()


def rows_of(
    ray: Any, rows: Sequence[Row], worker: type, args: tuple[Any, ...], workers: int, gpus: float = 0.0
) -> Iterator[Row]:
    """What `workers` actors of the class `worker`, made with `args`, answer to each row, as they answer."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    pool = ray.data.ActorPoolStrategy(size=workers)
    needs = {"num_gpus": gpus} if gpus else {"num_cpus": 1}  # Ray Data schedules by one of them; both can stall it
    data = ray.data.from_items(list(rows), override_num_blocks=min(len(rows), BLOCKS)).map(
        worker, fn_constructor_args=args, compute=pool, **needs
    )
    yield from data.iter_rows()


def picture_readers(workers: int, gpus: float) -> tuple[int, float]:
    """How many processes read pictures, and which share of a GPU each has (0 where the cluster has none).

    >>> picture_readers(64, 0), picture_readers(64, 2), picture_readers(2, 8)
    ((64, 0.0), (8, 0.25), (2, 0.25))
    """
    return (min(workers, int(gpus / GPU_SHARE)), GPU_SHARE) if gpus >= GPU_SHARE else (workers, 0.0)
