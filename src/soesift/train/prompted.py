"""A causal language model asked with the teacher's own prompt, judged by its log-odds of YES against NO at the answer.

No new head: the model starts from what it knows, and adapters (or its weights) learn to answer better.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from soesift.classify.model_folder import Question
from soesift.errors import ModelError
from soesift.label.prompt import Labels, load_task, prompt_for
from soesift.train.config import ModelConfig

SHARED = 16  # tokens that all texts of a batch begin with, from which on they are computed once


class Prompted(nn.Module):  # type: ignore[misc]
    """logits (n, 2), of NO and of YES, from input_ids and attention_mask, both (n, length), padded right.

    words: (m, width) rows of the output layer, of tokens that an answer may begin with; yes: (m,) bool, says YES.
    """

    def __init__(self, backbone: Any, words: Any, yes: Any) -> None:
        super().__init__()
        self.backbone, self.frozen = backbone, 0
        self.register_buffer("words", words)
        self.register_buffer("others", torch.stack([yes, ~yes]).float() * -1e4)  # (2, m): what is not said

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        scores = self.last(input_ids, attention_mask).to(self.words.dtype) @ self.words.T
        return (scores.unsqueeze(1) + self.others).logsumexp(2)

    def last(self, input_ids: Any, attention_mask: Any) -> Any:
        """(n, width) states where the answer comes next; what all texts begin with is computed once, with gradients."""
        rows = input_ids.shape[0]
        alike = 0 if torch.jit.is_tracing() or rows == 1 else begins_alike(input_ids, attention_mask)
        if alike < SHARED:
            states = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return at_end(states, attention_mask)
        cache = self.backbone(input_ids=input_ids[:1, :alike], use_cache=True).past_key_values
        cache.batch_repeat_interleave(rows)
        states = self.backbone(
            input_ids=input_ids[:, alike:], attention_mask=attention_mask, past_key_values=cache, use_cache=True
        ).last_hidden_state
        return at_end(states, attention_mask[:, alike:])


def at_end(states: Any, mask: Any) -> Any:
    """(n, width) the state of the last token of each text."""
    last = mask.sum(1).sub(1).clamp(min=0).view(-1, 1, 1).expand(-1, 1, states.shape[-1])
    return states.gather(1, last).squeeze(1)


def begins_alike(ids: Any, mask: Any) -> int:
    """How many tokens all rows begin with; each keeps at least one of its own."""
    same = (ids == ids[:1]).all(0)
    alike = int(same.long().cumprod(0).sum())
    return max(0, min(alike, int(mask.sum(1).min()) - 1))


def question_of(config: ModelConfig) -> Question:
    """The teacher's prompt for the view, as the chat template of the base writes it, open where the table goes."""
    prompt = prompt_for(config.view, load_task(config.label_task), config.prompt or None)
    messages = prompt.messages("{{view}}")
    shown = messages if config.examples else [messages[0], messages[-1]]
    before, _, after = chat(config.base, shown).partition("{{view}}")
    return Question(before=before, after=after, view=config.view)


def chat(base: str, messages: list[dict[str, str]]) -> str:
    """Messages as the base's template writes them, up to where its answer begins; plainly where it has none."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    if not tokenizer.chat_template:
        return "\n\n".join(m["content"] for m in messages) + "\nAnswer: "
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def answer_tokens(base: str, labels: Labels) -> tuple[list[int], list[bool]]:
    """First tokens of the spellings of YES and of NO, and which say YES. Raises ModelError where they are the same."""
    from transformers import AutoTokenizer

    if labels.classes:
        raise ModelError('a prompted student answers yes or no; with classes train one with task = "classes"')
    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    first: list[set[int]] = []
    for words in (labels.no, labels.yes):
        spelt = {s for word in words for s in (word, word.capitalize(), word.lower(), f" {word}")}
        ids = [tokenizer.encode(s, add_special_tokens=False)[:1] for s in spelt]
        first.append({i[0] for i in ids if i and i[0] != tokenizer.unk_token_id})
    no, yes = first[0] - first[1], first[1] - first[0]
    if not no or not yes:
        raise ModelError(
            f"{base}: its tokenizer begins {labels.yes[0]} and {labels.no[0]} alike; use other label words"
        )
    return [*sorted(no), *sorted(yes)], [*([False] * len(no)), *([True] * len(yes))]


def output_rows(base: Any, config: ModelConfig) -> tuple[Any, Any]:
    """(m, width) rows of the output layer of a causal model for the answers, and (m,) which say YES."""
    ids, yes = answer_tokens(config.base, load_task(config.label_task).labels)
    return base.get_output_embeddings().weight.detach().float()[ids].clone(), torch.tensor(yes)
