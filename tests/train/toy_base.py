"""A base model with random weights, made here."""

from __future__ import annotations

from pathlib import Path

TEXT = "rows columns marks empty header visit week activity dose grade x - | : ; / 0 1 2 3 4 5"
WORDS = ["[PAD]", "[UNK]", *TEXT.split()]


def make_base(folder: Path, width: int) -> Path:
    """Random weights of a given width, and a tokenizer of WORDS."""
    import torch
    import transformers
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    raw = Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    raw.normalizer, raw.pre_tokenizer = Lowercase(), Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="[PAD]", unk_token="[UNK]")
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
    )
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
