"""Checks on arrays, so that a wrong call fails at the door and says which array is wrong and how."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from soesift.errors import MissingExtra, UsageError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Strings = NDArray[np.str_]

UNKNOWN = -1  # in arrays of labels: 1 YES, 0 NO, -1 nobody knows


class ShapeError(UsageError):
    """Arrays that belong together differ in length, or one has the wrong number of dimensions."""


class ValueRangeError(UsageError):
    """A number lies outside the range in which the computation means anything."""


def same_length(**arrays: ArrayLike) -> int:
    """Length shared by all arrays; ShapeError names the first that differs from the first one given."""
    lengths = {name: len(np.atleast_1d(np.asarray(array))) for name, array in arrays.items()}
    (first, wanted), *others = lengths.items()
    for name, length in others:
        if length != wanted:
            raise ShapeError(f"{first} is length {wanted} and {name} is length {length}: give one entry an item")
    return wanted


def vector(name: str, values: ArrayLike) -> Floats:
    """`values` as a float vector of shape (n,); ShapeError otherwise."""
    array = np.asarray(values, np.float64)
    if array.ndim != 1:
        raise ShapeError(f"{name} has shape {array.shape}: it must have shape (n,)")
    return array


def labels(name: str, values: ArrayLike, *, unknown: bool = True) -> Ints:
    """`values` as labels of shape (n,): 1, 0 and, where allowed, -1 (NaN becomes -1)."""
    array = vector(name, values)
    array = np.where(np.isnan(array), UNKNOWN, array)
    allowed = (UNKNOWN, 0, 1) if unknown else (0, 1)
    strange = array[~np.isin(array, allowed)]
    if len(strange):
        raise ValueRangeError(f"{name} holds {strange[0]:g}: labels are {', '.join(map(str, allowed))}")
    return array.astype(np.int64)


def probabilities(name: str, values: ArrayLike, *, missing: bool = False) -> Floats:
    """`values` as floats of any shape within [0, 1]; NaN only where `missing` is true."""
    array = np.asarray(values, np.float64)
    bad = ~((array >= 0) & (array <= 1)) & ~(np.isnan(array) & missing)
    if bad.any():
        raise ValueRangeError(f"{name} holds {array[bad].flat[0]:g}: probabilities lie in [0, 1]")
    return array


def share(name: str, value: float) -> float:
    """A number strictly between 0 and 1 (an error rate, a confidence level)."""
    if not 0 < value < 1:
        raise ValueRangeError(f"{name} is {value:g}: it must lie strictly between 0 and 1")
    return float(value)


def optional(module: str, package: str, extra: str = "train") -> Any:
    """Import a module of an optional dependency, or raise MissingExtra naming what to install."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == module.split(".")[0]:
            raise MissingExtra(package, extra) from error
        raise
