"""A chat-completion server on the loopback address that can misbehave; also run as a program of its own.

Every request received is one line of the log, written before it is answered:
{"n", "time", "key", "did"}; key is a hash of the body, so of what was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Reply = tuple[int, dict[str, str], bytes]  # status, headers, body; a negative status drops the connection


def completion(text: str, *, finish: str = "stop", logprobs: bool = True, **message: Any) -> Reply:
    tops = [{"token": "YES", "logprob": -0.1}, {"token": "NO", "logprob": -2.4}]
    content = [{"token": text, "logprob": -0.1, "top_logprobs": tops}] if logprobs else []
    choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": text} | message}
    choice |= {"finish_reason": finish, "logprobs": {"content": content} if logprobs else None}
    usage = {"prompt_tokens": 900, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 700}}
    return 200, {}, json.dumps({"model": "toy", "choices": [choice], "usage": usage}).encode()


def answer_yes(number: int, body: dict[str, Any]) -> Reply:
    return completion("YES")


class Loopback:
    """Runs in a thread. `behave(n, body)` gives the n-th reply (from 1); `delay` in seconds before each.

    Nothing is answered before `gate` requests have been in flight at once: so that two clients meet.
    """

    def __init__(
        self,
        behave: Callable[[int, dict[str, Any]], Reply] = answer_yes,
        delay: float = 0.0,
        gate: int = 1,
        port: int = 0,
    ) -> None:
        self.behave, self.delay, self.gate, self.port = behave, delay, gate, port
        self.log: list[dict[str, Any]] = []
        self.answered: list[str] = []
        self.heads: list[str] = []  # first line and headers of each request, in small letters
        self.flying = self.most_flying = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Loopback:
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if head.startswith(b"get "):  # somebody looks whether it is up
            writer.write(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}")
            return True
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        self.heads.append(head.decode("latin-1"))
        number, key = len(self.log) + 1, hashlib.sha256(body).hexdigest()
        self.log.append({"n": number, "time": time.time(), "key": key})
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        while self.most_flying < self.gate:
            await asyncio.sleep(0.01)
        if self.delay:
            await asyncio.sleep(self.delay)
        status, headers, content = self.behave(number, json.loads(body))
        self.flying -= 1
        if status < 0:
            return False
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}", "content-type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()
        self.answered.append(key)
        return True


def main() -> None:
    """Serve until killed; prints the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="one line a request, by all servers that are given this file")
    options = parser.parse_args()

    def answer(number: int, body: dict[str, Any]) -> Reply:
        if options.log:
            with options.log.open("a") as file:
                file.write(f"{os.getpid()} {hashlib.sha256(json.dumps(body).encode()).hexdigest()}\n")
        return answer_yes(number, body)

    server = Loopback(answer, delay=options.delay, port=options.port)
    with server:
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
