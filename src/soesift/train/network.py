"""The network: any transformer, pooled, with one linear layer; learns by peft adapters or its own weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from soesift.errors import MissingExtra, ModelError
from soesift.train.config import ModelConfig
from soesift.train.prompted import Prompted, at_end, output_rows


class Classifier(nn.Module):  # type: ignore[misc]
    """logits (n, k) from input_ids and attention_mask, both (n, length), padded right, and signs (n, d) where d > 0."""

    def __init__(self, backbone: Any, width: int, k: int, pooling: str, dropout: float, signs: int = 0) -> None:
        super().__init__()
        self.backbone, self.pooling, self.frozen, self.frozen_key = backbone, pooling, 0, ""
        self.dropout = nn.Dropout(dropout)
        self.head = (
            nn.ModuleDict({"text": nn.Linear(width, k), "signs": nn.Linear(signs, k, bias=False)})
            if signs
            else nn.Linear(width, k)
        )
        if signs:
            self.register_buffer("centre", torch.zeros(signs))
            self.register_buffer("spread", torch.ones(signs))

    def measure(self, signs: Any) -> None:
        """Take mean and deviation of each sign from the rows (n, d) that teach; they are part of the model."""
        self.centre.copy_(torch.as_tensor(signs.mean(axis=0)))
        self.spread.copy_(torch.as_tensor(signs.std(axis=0) + 1e-6))

    def forward(self, input_ids: Any, attention_mask: Any, signs: Any = None) -> Any:
        text = self.dropout(self.text(input_ids, attention_mask))
        if signs is None:
            return self.head(text)
        return self.head["text"](text) + self.head["signs"](self.standard(signs))

    def text(self, input_ids: Any, attention_mask: Any) -> Any:
        """(n, width) what the encoder makes of the text, or of what its frozen layers have made of it already."""
        if input_ids.is_floating_point():
            states = through(self.layers[self.frozen :], input_ids, attention_mask)
        else:
            states = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return pool(states, attention_mask, self.pooling).to(next(self.head.parameters()).dtype)

    @property
    def layers(self) -> Any:
        """The stack of an encoder of BERT's kind; nothing for other kinds."""
        return getattr(getattr(self.backbone, "encoder", None), "layer", [])

    def lower(self, input_ids: Any, attention_mask: Any) -> Any:
        """(n, length, width) states after the frozen layers."""
        states = self.backbone.embeddings(input_ids=input_ids)
        return through(self.layers[: self.frozen], states, attention_mask)

    def standard(self, signs: Any) -> Any:
        """(n, d) signs less their mean, by their deviation, within 4 of it as in the linear model."""
        return ((signs - self.centre) / self.spread).clamp(-4.0, 4.0)


def through(layers: Any, states: Any, mask: Any) -> Any:
    """(n, length, width) states after some layers of an encoder; mask (n, length) is 1 where there is text."""
    hidden = (1.0 - mask[:, None, None, :].to(states.dtype)) * torch.finfo(states.dtype).min
    for layer in layers:
        found = layer(states, attention_mask=hidden)
        states = found[0] if isinstance(found, tuple) else found
    return states


def pool(states: Any, mask: Any, kind: str) -> Any:
    """(n, width) from (n, length, width): mean over the text, or last token (models that only look back)."""
    if kind == "mean":
        share = mask.unsqueeze(-1).to(states.dtype)
        return (states * share).sum(1) / share.sum(1).clamp(min=1.0)
    return at_end(states, mask)


class SharedDropout(nn.Module):  # type: ignore[misc]
    """Dropout with one mask for all positions of a text (Gal & Ghahramani 2016, "variational" dropout).

    On a CPU a random number for each activation costs more than the layer; this draws 1 / length as many.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Any) -> Any:
        if not self.training or self.p == 0.0:
            return x
        mask = torch.empty(x.shape[0], *[1] * (x.ndim - 2), x.shape[-1], dtype=x.dtype, device=x.device)
        return x * mask.bernoulli_(1 - self.p).div_(1 - self.p)


def share_dropout(module: Any) -> None:
    """Replace each Dropout inside a module by the shared kind."""
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, SharedDropout(child.p))
        else:
            share_dropout(child)


def build(config: ModelConfig, k: int, seed: int, exact: bool = False, signs: int = 0) -> Classifier:
    """A fresh classifier on the base weights; exact: those of qlora as float32 numbers again, to export from.

    signs: how many counted features the head sees beside the text.

    Raises ModelError when the base cannot be read safely, MissingExtra when qlora lacks bitsandbytes.
    """
    from transformers import AutoModel, AutoModelForCausalLM

    torch.manual_seed(seed)
    prompted = config.task == "prompted"
    four_bits = four_bit_settings() if config.method == "qlora" else {}
    try:
        whole = (AutoModelForCausalLM if prompted else AutoModel).from_pretrained(
            config.base,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            **own_settings(config.base),
            **four_bits,
        )
    except (OSError, ValueError) as error:
        raise ModelError(f"base model {config.base} cannot be read: {str(error).splitlines()[0][:160]}") from error
    backbone = whole.base_model if prompted else whole
    kind, width = pooling(config, backbone.config), backbone.config.hidden_size
    backbone.config.use_cache = False
    if four_bits:
        backbone = backbone.dequantize().float() if exact else _ready_to_learn(backbone)
    if config.method != "full":
        backbone = _adapted(backbone, config)
    else:
        _freeze(backbone, config)
    share_dropout(backbone)
    if prompted:
        return Prompted(backbone, *output_rows(whole, config))
    model = Classifier(backbone, width, k, kind, config.dropout, signs)
    if config.method == "full" and len(model.layers):
        model.frozen, model.frozen_key = config.freeze_layers, f"{config.base} {config.freeze_layers}"
    return model


def four_bit_settings() -> dict[str, Any]:
    """How transformers reads a base in 4 bits (NF4, scales quantised too; Dettmers et al. 2023)."""
    if find_spec("bitsandbytes") is None:
        raise MissingExtra("bitsandbytes", "gpu")
    from transformers import BitsAndBytesConfig

    where = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
    how = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    return {"quantization_config": how, "device_map": {"": where}}


def _ready_to_learn(backbone: Any) -> Any:
    """Norms in float32. On a CPU, bitsandbytes would pack weights at the first validation so that none learns after."""
    from peft import prepare_model_for_kbit_training

    for module in backbone.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return prepare_model_for_kbit_training(backbone, use_gradient_checkpointing=False)


def pooling(config: ModelConfig, base: Any) -> str:
    """The configured pooling; by itself: mean for encoders, last token for decoders."""
    if config.pooling != "auto":
        return config.pooling
    names = " ".join(base.architectures or [])
    return "last" if "ForCausalLM" in names or getattr(base, "is_decoder", False) else "mean"


def base_tokenizer(base: str) -> tuple[Tokenizer, int]:
    """The fast tokenizer of a base model without cutting and padding, and its padding id."""
    from transformers import AutoTokenizer

    try:
        found = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
        tokenizer = Tokenizer.from_str(found.backend_tokenizer.to_str())
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"tokenizer of {base} cannot be read: {str(error).splitlines()[0][:160]}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer, int(found.pad_token_id or 0)


def trainable(model: Any) -> dict[str, Any]:
    """Parameters that learn, by name: all that a checkpoint needs besides the base weights."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def merged(model: Classifier) -> Classifier:
    """The same classifier with adapters folded into the weights (changes the model given)."""
    if hasattr(model.backbone, "merge_and_unload"):
        model.backbone = model.backbone.merge_and_unload()
    plain: Classifier = model.float().eval()
    return plain


def base_weights(base: str) -> Path | None:
    """The safetensors file of a local base folder, for its hash."""
    path = Path(base) / "model.safetensors"
    return path if path.is_file() else None


def own_settings(base: str) -> dict[str, Any]:
    """Settings of the base that this network changes: own pooling, no random draw for each pair of tokens.

    On a CPU torch's plain attention is faster in bfloat16 at these lengths than the fused one (1.1-1.5x).
    """
    from transformers import AutoConfig

    found = AutoConfig.from_pretrained(base, trust_remote_code=False)
    changed: dict[str, Any] = {
        k: 0.0 for k in ("attention_probs_dropout_prob", "attention_dropout") if hasattr(found, k)
    }
    changed["attn_implementation"] = "sdpa" if torch.cuda.is_available() else "eager"
    if found.model_type in {"bert", "roberta", "xlm-roberta", "mpnet", "camembert"}:
        changed["add_pooling_layer"] = False
    return changed


def _adapted(backbone: Any, config: ModelConfig) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model

    lora = LoraConfig(
        task_type=TaskType.FEATURE_EXTRACTION,
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=config.targets or "all-linear",
    )
    return get_peft_model(backbone, lora)


def _freeze(backbone: Any, config: ModelConfig) -> None:
    """Hold embeddings and the lowest layers fixed, if so configured."""
    if config.freeze_embeddings:
        backbone.get_input_embeddings().requires_grad_(False)
    if not config.freeze_layers:
        return
    stack = next((m for m in backbone.modules() if isinstance(m, nn.ModuleList)), nn.ModuleList())
    if config.freeze_layers >= len(stack):
        raise ModelError(f"freeze_layers = {config.freeze_layers}, but {config.base} has {len(stack)} layers")
    for name, value in backbone.named_parameters():
        if "embedding" in name:
            value.requires_grad_(False)
    for layer in list(stack)[: config.freeze_layers]:
        layer.requires_grad_(False)


def halve_frozen(model: Classifier) -> None:
    """Keep frozen matrices in bfloat16: autocast would convert them again at each use."""
    for module in model.modules():
        if _frozen_matrix(module):
            module.weight.data = module.weight.data.to(torch.bfloat16)
            if module.bias is not None and not module.bias.requires_grad:
                module.bias.data = module.bias.data.to(torch.bfloat16)


def _frozen_matrix(module: Any) -> bool:
    """A linear layer that does not learn and is not held in 4 bits already."""
    plain = isinstance(module, torch.nn.Linear) and module.weight.is_floating_point()
    return plain and not module.weight.requires_grad
