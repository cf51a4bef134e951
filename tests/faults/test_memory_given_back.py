"""Memory that is free inside the heap goes back to the system where a process says so."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="how glibc keeps memory")

# Ten blocks of 10 MB with one of .1 MB behind each, freed after a larger one was: they are of the heap, whose end the
# last small one holds.
HOLES = """
import ctypes, sys
from soesift.process.child import give_back
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
libc.free(libc.malloc(30_000_000))
before, large, small = resident(), [], []
for _ in range(10):
    large.append(libc.malloc(10_000_000))
    ctypes.memset(large[-1], 1, 10_000_000)
    small.append(libc.malloc(100_000))
for block in large:
    libc.free(block)
if sys.argv[1] == "given back":
    give_back()
print(resident() - before)
"""


@pytest.mark.parametrize(("way", "least", "most"), [("kept", 80, 120), ("given back", -5, 5)])
def test_holes_go_back_when_told(way: str, least: float, most: float) -> None:
    run = subprocess.run([sys.executable, "-c", HOLES, way], capture_output=True, text=True, check=True)
    assert least <= float(run.stdout) <= most
