"""A fully tuned student as transformers reads it: safetensors and config beside the ONNX file, and a pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from soesift.classify.model_folder import read_calibration, verify
from soesift.errors import ModelError
from soesift.train.network import own_settings, pool

FOLDER = "encoder"


def write_encoder(model: Any, pooling: str, folder: Path) -> None:
    """Weights and config of the tuned base (`AutoModel.from_pretrained` reads them) and the head, no pickles."""
    model.backbone.save_pretrained(str(folder), safe_serialization=True)
    path = folder / "config.json"
    content = json.loads(path.read_text("utf-8"))
    content.pop("_name_or_path", None)  # a path of this machine
    path.write_text(json.dumps(content | {"soesift_pooling": pooling}, indent=1), "utf-8")
    if hasattr(model, "head"):
        save_file({k: v.detach().contiguous() for k, v in model.head.state_dict().items()}, folder / "head.safetensors")


def load_pipeline(folder: Path, **options: Any) -> Any:
    """A `transformers` pipeline ("text-classification") of a student's folder; scores are calibrated probabilities.

    It reads texts as `soesift.classify.student.Student.texts` writes them. Raises ModelError: altered files, an adapter
    (load it by peft on its base), a student that takes counted features, a prompted one.
    """
    from transformers import AutoModel, PreTrainedTokenizerFast, pipeline

    card = verify(Path(folder))
    place = Path(folder) / FOLDER
    if card.signs or card.question is not None or not (place / "head.safetensors").is_file():
        raise ModelError(f"{folder}: only a fully tuned student of text alone is a pipeline; use classify.student")
    calibration = read_calibration(Path(folder), card)
    backbone = AutoModel.from_pretrained(
        str(place), use_safetensors=True, trust_remote_code=False, **own_settings(str(place))
    )
    tokenizer = str(Path(folder) / "tokenizer.json")
    fast = PreTrainedTokenizerFast(tokenizer_file=tokenizer, model_max_length=card.max_tokens)
    fast.pad_token = fast.pad_token or fast.convert_ids_to_tokens(int(backbone.config.pad_token_id or 0))
    head = load_file(place / "head.safetensors")
    model = _wrapped(backbone, head, calibration, card.classes)
    return pipeline("text-classification", model=model, tokenizer=fast, truncation=True, **options)


def _wrapped(backbone: Any, head: dict[str, Any], calibration: Any, classes: list[str]) -> Any:
    """The student as a PreTrainedModel whose softmax is the calibrated probability."""
    from transformers import PreTrainedModel
    from transformers.modeling_outputs import SequenceClassifierOutput

    settings = backbone.config
    settings.id2label, settings.label2id = dict(enumerate(classes)), {name: i for i, name in enumerate(classes)}
    settings.problem_type = "single_label_classification"
    bias = torch.tensor(calibration.bias or [0.0] * len(classes))

    class BertForSequenceClassification(PreTrainedModel):  # type: ignore[misc]  # a name that the pipeline knows
        def __init__(self) -> None:
            super().__init__(settings)
            self.backbone = backbone
            self.layer = torch.nn.Linear(head["weight"].shape[1], len(classes))
            self.layer.load_state_dict(head)

        def forward(self, input_ids: Any, attention_mask: Any = None, **unused: Any) -> Any:
            mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
            states = self.backbone(input_ids=input_ids, attention_mask=mask).last_hidden_state
            logits = self.layer(pool(states, mask, settings.soesift_pooling))
            return SequenceClassifierOutput(logits=calibration.scale * logits + bias)

    return BertForSequenceClassification().eval()
