"""To and from Hugging Face: labelled tables as a data set with its card, a fully tuned student as a folder."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from soesift.classify.model_folder import read_calibration, verify
from soesift.errors import ModelError, UsageError
from soesift.export.frames import require
from soesift.files import write_atomically
from soesift.table.record import TableRecord
from soesift.train.data import Label
from soesift.train.network import own_settings, pool

# Labelled tables as a Hugging Face data set and back: Parquet, with a card that says where labels come from.
#
# `datasets.load_dataset("FOLDER")` reads what is written. Tables of protocols are their sponsors': publish only what is
# yours to publish.

DATA = "data/train-00000-of-00001.parquet"


def write_dataset(records: Sequence[TableRecord], labels: Sequence[Label], folder: Path, name: str = "tables") -> int:
    """Write every table with its label (empty: none) as one Parquet file, and the card. Returns how many rows.
    Raises MissingExtra, WriteError.

    Columns: table_id, document, page, label, weight, provenance, group, grid (list of rows), record (all as JSON).
    """
    arrow, parquet = require()
    known = {label.table_id: label for label in labels}
    rows = [_row(record, known.get(record.table_id)) for record in records]
    table = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=_schema(arrow)), table)
    write_atomically(folder / DATA, table.getvalue())
    write_atomically(folder / "README.md", card(rows, name))
    return len(rows)


def read_dataset(folder: Path) -> tuple[list[TableRecord], list[Label]]:
    """Tables and labels of such a folder, or of one that `datasets` has saved as Parquet. Raises UsageError."""
    _, parquet = require()
    files = sorted(Path(folder).rglob("*.parquet"))
    if not files:
        raise UsageError(f"{folder}: no Parquet file in it; write one with soesift.train.hub.write_dataset")
    records, labels = [], []
    for path in files:
        try:
            rows = parquet.read_table(path, columns=["record", "table_id", "label", "weight", "provenance", "group"])
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read: {str(error).splitlines()[0][:160]}") from error
        for row in rows.to_pylist():
            records.append(TableRecord.model_validate_json(row["record"]))
            if row["label"]:
                labels.append(_label(row))
    return records, labels


def card(rows: Sequence[dict[str, Any]], name: str) -> str:
    """The data set's card: YAML for the hub, then what is in it, counted."""
    classes = Counter(row["label"] or "without a label" for row in rows)
    origin = Counter(row["provenance"] or "not stated" for row in rows if row["label"])
    documents = len({row["document"] for row in rows})
    lines = [
        "---",
        f"pretty_name: {name}",
        "task_categories:",
        "- text-classification",
        "tags:",
        "- tables",
        "- clinical-trials",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/*.parquet",
        "---",
        "",
        f"# {name}",
        "",
        f"{len(rows)} tables of {documents} documents, found by SoESift. `record` is all of a table as JSON.",
        "",
        "| label | tables |",
        "|---|---|",
        *(f"| {key} | {count} |" for key, count in sorted(classes.items())),
        "",
        "| labels from | tables |",
        "|---|---|",
        *(f"| {key} | {count} |" for key, count in sorted(origin.items())),
        "",
        "Split by `group` (the protocol), never by row: tables of one protocol are alike.",
        "",
    ]
    return "\n".join(lines)


def _row(record: TableRecord, label: Label | None) -> dict[str, Any]:
    said = "" if label is None else label.label if isinstance(label.label, str) else json.dumps(label.label)
    return {
        "table_id": record.table_id,
        "document": record.document,
        "page": record.page,
        "label": said,
        "weight": 1.0 if label is None else label.weight,
        "provenance": "" if label is None else label.provenance,
        "group": (label.group if label else "") or record.document,
        "grid": record.grid,
        "record": record.model_dump_json(),
    }


def _label(row: dict[str, Any]) -> Label:
    said: str | dict[str, float] = json.loads(row["label"]) if row["label"].startswith("{") else row["label"]
    rest = {name: row[name] for name in ("table_id", "weight", "provenance", "group")}
    return Label(label=said, **rest)


def _schema(arrow: Any) -> Any:
    text, number = arrow.string(), arrow.int64()
    kinds = {
        "table_id": text,
        "document": text,
        "page": number,
        "label": text,
        "weight": arrow.float64(),
        "provenance": text,
        "group": text,
        "grid": arrow.list_(arrow.list_(text)),
        "record": text,
    }
    return arrow.schema(list(kinds.items()))


# A fully tuned student as transformers reads it: safetensors and config beside the ONNX file, and a pipeline.

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
