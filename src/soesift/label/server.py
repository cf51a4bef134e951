"""A teacher's server started here: any program that speaks OpenAI's protocol on a port (vLLM, SGLang, llama.cpp)."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from soesift.errors import UsageError

STARTS_S = 1800.0  # loading a large model takes minutes
_LOOK_S = 0.25


@contextmanager
def serving(command: str, seconds: float = STARTS_S) -> Iterator[str]:
    """The base URL of `command`, run without a shell, with {port} for a free port, once it answers.

    It ends with the block, or with this process however that ends. Raises UsageError if it does not start.
    """
    if "{port}" not in command:
        raise UsageError(f"--serve {command}: no {{port}} in it; write vllm serve MODEL --port {{port}}, say")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [word.replace("{port}", str(port)) for word in shlex.split(command)]
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        leash = [sys.executable, "-m", "soesift.process.leash", *words]
        process = subprocess.Popen(leash, stdin=subprocess.PIPE, stdout=told, stderr=errors)
        try:
            _wait(process, f"http://127.0.0.1:{port}/v1/models", seconds, words[0], (errors, told))
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, seconds: float, name: str, said: tuple[IO[bytes], ...]) -> None:
    until = time.monotonic() + seconds
    while not _answers(url):
        if process.poll() is not None:
            raise UsageError(f"--serve: {name} ended with code {process.returncode}: {_last_line(*said)}")
        if time.monotonic() > until:
            raise UsageError(f"--serve: {name} did not answer at {url} within {seconds:g} s: {_last_line(*said)}")
        time.sleep(_LOOK_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500  # it speaks; a list of models is not every server's
    except OSError:
        return False


def _last_line(*said: IO[bytes]) -> str:
    """The last line of the first of these files that has one.

    Errors come first and in a file of their own: a program that ends writes what it had printed after its error.
    """
    for file in said:
        size = os.fstat(file.fileno()).st_size
        lines = os.pread(file.fileno(), 2000, max(0, size - 2000)).decode("utf-8", "replace").strip().splitlines()
        if lines:
            return lines[-1][:200]
    return "it said nothing"
