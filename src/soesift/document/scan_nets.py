"""Sessions of the nets that read pictures: on as many threads as this process may use cores, or on its GPU."""

from __future__ import annotations

import os
from typing import Any


def session(model: str | bytes, arena: bool) -> Any:
    """A session of onnxruntime. arena: keep memory between runs, which is faster where inputs are of like sizes."""
    import onnxruntime

    how = onnxruntime.SessionOptions()
    how.log_severity_level = 4
    how.enable_cpu_mem_arena = arena
    how.intra_op_num_threads, how.inter_op_num_threads = cores(), 1
    how.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave their core to others
    where = ["CUDAExecutionProvider", "CPUExecutionProvider"] if has_gpu() else ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(model, how, providers=where)


def has_gpu() -> bool:
    """Whether this process was given a GPU (CUDA_VISIBLE_DEVICES names one) and onnxruntime can use it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "-1").strip() in ("", "-1"):
        return False
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def cores() -> int:
    """Cores this process may run on (OMP_NUM_THREADS, if set), at most four: more gain nothing on one page."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, allowed, int(told) if told.isdecimal() else allowed))
