"""How much to reserve for a request before it is sent, so that a budget is never exceeded."""

from __future__ import annotations

from soesift.label.config import LabelConfig
from soesift.label.providers.base import Reply
from soesift.label.request import Request

CAUTIOUS = 4.0  # tokens for each one estimated until answers have been seen: a token a character
LEARNT_AFTER = 20  # answers


class Reserve:
    """Worst-case tokens of a request: its estimate times the worst ratio of real to estimated tokens seen."""

    def __init__(self, config: LabelConfig) -> None:
        self._count = config.views.counter()
        self._prefix: dict[str, int] = {}
        self._worst, self._seen = 0.0, 0

    @property
    def ratio(self) -> float:
        """After some answers the worst ratio with a quarter on top replaces the first cautious one."""
        return 1.25 * self._worst if self._seen >= LEARNT_AFTER else CAUTIOUS

    def tokens(self, request: Request) -> int:
        """Prompt and longest answer."""
        return int(self.estimate(request) * self.ratio) + request.how.max_tokens

    def estimate(self, request: Request) -> int:
        """Prompt tokens by the configured counter, with a few for each turn's markers."""
        prompt = request.prompt
        if prompt.hash not in self._prefix:
            turns = prompt.messages("")
            self._prefix[prompt.hash] = sum(self._count(turn["content"]) + 6 for turn in turns)
        return self._prefix[prompt.hash] + self._count(request.text)

    def learn(self, request: Request, reply: Reply) -> None:
        if reply.tokens_in:
            self._worst = max(self._worst, reply.tokens_in / max(self.estimate(request), 1))
            self._seen += 1

    def shared(self, request: Request) -> int:
        """The part of the estimate that is the same for all tables of a view."""
        self.estimate(request)
        return self._prefix[request.prompt.hash]
