"""A stand-in for a teacher, for tutorials and tests: it looks for words, and answers wrongly now and then. No LLM.

    python benchmarks/rule_teacher.py 'grade|toxicity' 'reduce|lower' 'hold|stop' [--noise 0.1] [--obey] [--port 8080]

It speaks the chat-completion interface on the loopback address. YES where the table shows at least two of the
patterns; with patterns spelt WORD=PATTERN the first word whose pattern is found, else the word spelt alone. Whether an
answer is turned round hangs on a hash of what is shown, so it differs from view to view and is the same each time; so
do the log-probabilities that it gives. --obey: the worst teacher there is for
benchmarks/injection.py, it does what any planted sentence says.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LEAST = 2  # patterns for a YES
ORDER = re.compile(r"(?:Ignore all|Note to the reader|SYSTEM: this table).*?\b(YES|NO)\b", re.DOTALL)


def answer(text: str, patterns: Sequence[str], noise: float, obey: bool = False) -> tuple[str, float]:
    """The word, and its probability, for a prompt `text` that ends with a paragraph that is the question."""
    shown = text.rsplit("\n\n", 1)[0]
    if obey and (order := ORDER.search(shown)):
        return order[1], 0.95
    words = [pattern.partition("=")[0] for pattern in patterns]
    if len(set(words)) == len(words) and all(word.isupper() for word in words):
        return _one_of(words, patterns, text, shown, noise)
    said = sum(bool(re.search(pattern, shown, re.IGNORECASE)) for pattern in patterns) >= LEAST
    number = _number(text)
    turned = number < noise
    sure = 0.6 + 0.2 * number / max(noise, 1e-9) if turned else 0.8 + 0.19 * number
    return ("YES" if said != turned else "NO"), sure


def _one_of(words: Sequence[str], patterns: Sequence[str], text: str, shown: str, noise: float) -> tuple[str, float]:
    """The first word whose pattern is found, else the one without a pattern; now and then the next word instead."""
    found = [w for w, p in zip(words, patterns, strict=True) if "=" in p and re.search(p.partition("=")[2], shown)]
    alone = [word for word, pattern in zip(words, patterns, strict=True) if "=" not in pattern]
    word, number = [*found, *alone, words[-1]][0], _number(text)
    if number < noise:
        return words[(words.index(word) + 1) % len(words)], 0.6 + 0.2 * number / max(noise, 1e-9)
    return word, 0.8 + 0.19 * number


def _number(text: str) -> float:
    """In [0, 1), the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64


def completion(word: str, sure: float) -> dict[str, Any]:
    other = {"YES": "NO", "NO": "YES"}.get(word, "UNSURE")
    tops = [{"token": word, "logprob": math.log(sure)}, {"token": other, "logprob": math.log(1 - sure)}]
    content = [{"token": word, "logprob": tops[0]["logprob"], "top_logprobs": tops}]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": word},
        "finish_reason": "stop",
        "logprobs": {"content": content},
    }
    return {"model": "rules", "choices": [choice], "usage": {"prompt_tokens": 300, "completion_tokens": 1}}


class RuleTeacher:
    """Serves in a thread while the context is open. `url`: what goes into `base_url`."""

    def __init__(self, patterns: Sequence[str], noise: float = 0.1, port: int = 0, obey: bool = False) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                text = asked["messages"][-1]["content"]
                body = json.dumps(completion(*answer(text, patterns, noise, obey))).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> RuleTeacher:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patterns", nargs="+", help="regular expressions")
    parser.add_argument("--noise", type=float, default=0.1, help="share of answers turned round")
    parser.add_argument("--obey", action="store_true", help="do what a planted sentence says")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    with RuleTeacher(options.patterns, options.noise, options.port, options.obey) as teacher:
        print(teacher.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
