"""A teacher in this process: a causal model of transformers, on the GPU if there is one; no server, nothing sent.

Requests that wait are answered together, padded left, each by its most likely tokens with the alternatives of each.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.errors import MissingExtra, UsageError
from soesift.label.providers.base import Ask, ProviderError, Reply, TokenLogprob

if TYPE_CHECKING:
    from soesift.label.config import ProviderConfig

TOGETHER = 64  # requests answered at once at most; fewer where fewer wait
TOKENS = 65_536  # padded tokens of a prompt at once at most: memory


@dataclass(eq=False, slots=True)
class _Waiting:
    """One request in the queue: the tokens of its prompt, how to answer, and where the reply goes."""

    ids: list[int]
    how: Ask
    reply: asyncio.Future[Reply]


class TransformersProvider:
    """`config.model` is a folder or hub name. Answers at temperature 0 only: UsageError for samples.

    Raises MissingExtra, UsageError (the model cannot be read, or has no chat template).
    """

    def __init__(self, config: ProviderConfig) -> None:
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtra("transformers", "train") from error
        self.model = Path(config.model).name if Path(config.model).is_dir() else config.model
        self._torch = torch
        self._where = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        kind = torch.bfloat16 if self._where.type == "cuda" else torch.float32
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(config.model, trust_remote_code=False)
            found = AutoModelForCausalLM.from_pretrained(
                config.model, dtype=kind, use_safetensors=True, trust_remote_code=False
            )
        except (OSError, ValueError) as error:
            raise UsageError(f"teacher {config.model} cannot be read: {str(error).splitlines()[0][:160]}") from error
        if not self._tokenizer.chat_template:
            raise UsageError(f"teacher {config.model} has no chat template; take a model tuned to instructions")
        self._tokenizer.pad_token = self._tokenizer.pad_token or self._tokenizer.eos_token
        self._model = found.to(self._where).eval()
        self._queue: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, messages: list[dict[str, str]], how: Ask) -> Reply:
        """Queue one request; the reply comes with others that waited. ProviderError: samples were wanted."""
        if how.temperature > 0:
            raise ProviderError(
                'a teacher in this process answers at temperature 0: set sampling.mode = "logprobs"', status=400
            )
        given = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        ids = self._tokenizer(given, add_special_tokens=False)["input_ids"]
        one = _Waiting(list(ids), how, asyncio.get_running_loop().create_future())
        self._queue.append(one)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await one.reply

    async def close(self) -> None:
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        """Answer until nobody waits; all tasks that are ready may queue first."""
        await asyncio.sleep(0)
        while self._queue:
            some = self._take()
            try:
                replies = await asyncio.to_thread(self._answer, some)
            except Exception as error:  # noqa: BLE001 - whatever torch raises is the answer of these requests
                for one in some:
                    if not one.reply.done():
                        one.reply.set_exception(ProviderError(f"{type(error).__name__}: {error}"[:200], status=400))
                continue
            for one, reply in zip(some, replies, strict=True):
                if not one.reply.done():
                    one.reply.set_result(reply)
            await asyncio.sleep(0)

    def _take(self) -> list[_Waiting]:
        """The next requests that go together, of like length."""
        self._queue.sort(key=lambda one: len(one.ids))
        some = [self._queue.pop()]
        while self._queue and len(some) < TOGETHER and len(some[0].ids) * (len(some) + 1) <= TOKENS:
            some.append(self._queue.pop())
        return some

    def _answer(self, some: list[_Waiting]) -> list[Reply]:
        torch, longest = self._torch, max(len(one.ids) for one in some)
        pad = self._tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (longest - len(one.ids)) + one.ids for one in some], device=self._where)
        mask = torch.tensor([[0] * (longest - len(one.ids)) + [1] * len(one.ids) for one in some], device=self._where)
        with torch.inference_mode():
            done = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=max(one.how.max_tokens for one in some),
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                pad_token_id=pad,
                return_dict_in_generate=True,
                output_logits=True,
            )
        logs = torch.stack(done.logits, dim=1).float().log_softmax(-1)  # (n, new tokens, vocabulary)
        return [
            self._reply(one, said, log) for one, said, log in zip(some, done.sequences[:, longest:], logs, strict=True)
        ]

    def _reply(self, one: _Waiting, said: Any, logs: Any) -> Reply:
        """said: (new,) tokens; logs: (new, vocabulary) log-probabilities at each."""
        ends = self._model.generation_config.eos_token_id
        stops = set(ends if isinstance(ends, list) else [ends])
        ids = said.tolist()[: one.how.max_tokens]
        length = next((i for i, token in enumerate(ids) if token in stops), len(ids))
        finish = "stop" if length < len(ids) else "length"
        tokens = tuple(self._token(ids[i], logs[i], one.how.logprobs) for i in range(length))
        text = self._tokenizer.decode(ids[:length], skip_special_tokens=True)
        return Reply(text, finish, "", tokens if one.how.logprobs else (), len(one.ids), length, 0, self.model)

    def _token(self, token: int, logs: Any, most: int) -> TokenLogprob:
        best = logs.topk(max(most, 1))
        top = tuple(zip(map(self._word, best.indices.tolist()), best.values.tolist(), strict=True))
        return TokenLogprob(self._word(token), float(logs[token]), top)

    def _word(self, token: int) -> str:
        return str(self._tokenizer.decode([token]))
