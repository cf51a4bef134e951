"""Settings of a training run: TOML into checked models; an unknown key is an error with the nearest match."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import beside, load_toml


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DataConfig(_Section):
    """tables: TableRecord lines; labels: lines {table_id, label, weight, provenance, group}."""

    tables: Path
    labels: Path
    arm: str = "gold"  # name of the label selection, for the card


class ModelConfig(_Section):
    """base: a folder or hub name; base_name: what the card calls a folder (empty: its own name).
    method: train low-rank adapters (lora), the same on a base held in 4 bits (qlora,
    needs bitsandbytes) or the weights themselves (full). signs: the head sees the counted features beside the text;
    "axes": those and where activities stand against times, all numbers that the trees see. task: classes puts a new
    layer on the base; prompted asks a causal base with the teacher's prompt and takes its log-odds of YES against NO,
    no new layer.
    """

    base: str
    base_name: str = ""
    name: str = "student"
    method: Literal["lora", "qlora", "full"] = "full"
    rank: int = Field(default=16, ge=1, le=256)
    alpha: float = Field(default=32.0, gt=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    targets: list[str] = []  # empty: all linear layers
    pooling: Literal["auto", "mean", "last"] = "auto"  # auto: mean for encoders, last token for decoders
    task: Literal["classes", "prompted"] = "classes"
    view: str = "json"  # prompted: what is shown of a table,
    prompt: str = ""  # asked with this prompt file, or with the one shipped for the view,
    label_task: str = "soe-v1"  # about this class of table,
    examples: bool = True  # with the task's examples as turns before
    signs: bool | Literal["axes"] = False  # the counted features (classify.features), a second input of the head
    freeze_embeddings: bool = True
    freeze_layers: int = Field(default=0, ge=0)  # lowest layers held fixed (full only): faster, less to overfit
    max_tokens: int = Field(default=256, ge=16, le=8192)


class FitConfig(_Section):
    epochs: int = Field(default=6, ge=0)  # 0: the base as it is (prompted: zero-shot)
    batch: int = Field(default=16, ge=1)  # rows an optimizer step
    micro_tokens: int = Field(default=2048, ge=16)  # padded tokens at once; larger batches accumulate gradients
    rate: float = Field(default=2e-4, gt=0)
    head_rate: float = Field(default=1e-3, gt=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    clip: float = Field(default=1.0, gt=0)
    class_weights: Literal["none", "balanced", "root"] | list[float] = "root"
    smoothing: float = Field(default=0.0, ge=0, lt=0.5)
    warm_head: float = Field(default=0.0, ge=0)  # begin from a regression on the frozen base; inverse L2 penalty, 0: no
    sure_share: float = Field(default=1.0, gt=0, le=1)  # of the rows that the warm head is sure of, an epoch; see warm
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where the device computes with it
    compile: bool = False  # torch.compile of the base: half a minute first, pays in long runs on GPUs
    validation: float = Field(default=0.12, ge=0, lt=0.5)  # share of groups held out for stopping; 0: no stopping
    patience: int = Field(default=2, ge=1)  # epochs without a better validation log loss
    checkpoint_steps: int = Field(default=200, ge=1)
    seed: int = 1
    threads: int = Field(default=0, ge=0)  # 0: as torch likes
    report_to: list[str] = []  # trackers by transformers' names: "tensorboard", "mlflow", ...
    log_steps: int = Field(default=10, ge=1)  # updates between two reports to trackers

    def steps(self) -> dict[str, Any]:
        """The settings that decide which steps are taken: a run may resume when others changed."""
        return self.model_dump(exclude={"report_to", "log_steps"})


class FoldConfig(_Section):
    folds: int = Field(default=6, ge=2)
    seeds: list[int] = Field(default=[1, 2, 3], min_length=1)
    groups: Path | None = None  # tab-separated "group<TAB>larger group" (protocol, sponsor): split by the latter


class ExportConfig(_Section):
    quantise: bool = True
    tolerance: float = Field(default=1e-3, gt=0)  # largest difference of a probability, ONNX fp32 against torch
    int8_tolerance: float = Field(default=0.1, gt=0)  # the same for int8
    int8_agreement: float = Field(default=0.995, gt=0, le=1)  # share of tables with the same decision
    encoder: bool = True  # full fine-tuning: safetensors and config for transformers beside the ONNX file
    recall: float = Field(default=0.99, gt=0, le=1)  # at the unsure threshold


class TrainConfig(_Section):
    classes: list[str] = Field(default=["other", "soe", "sampling"], min_length=2)
    positive: list[str] = ["soe"]
    out: Path
    data: DataConfig
    model: ModelConfig
    fit: FitConfig = FitConfig()
    crossval: FoldConfig = FoldConfig()
    export: ExportConfig = ExportConfig()

    @model_validator(mode="after")
    def _names(self) -> TrainConfig:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("class names must differ")
        if not self.positive or not set(self.positive) < set(self.classes):
            raise ValueError(f"positive must name some, not all, of {', '.join(self.classes)}")
        if self.model.task == "prompted" and (len(self.classes) != 2 or self.positive != self.classes[1:]):
            raise ValueError("task prompted knows two classes, of which the second is positive: YES")
        if self.model.task == "prompted" and (self.model.signs or self.fit.warm_head):
            raise ValueError("task prompted has no head: signs and warm_head are for task classes")
        if isinstance(self.fit.class_weights, list) and len(self.fit.class_weights) != len(self.classes):
            raise ValueError("class_weights must be one number a class")
        return self


def read_config(path: Path) -> TrainConfig:
    """Read a TOML file; paths in it are relative to it. Raises UsageError, one line."""
    return _rooted(load_toml(path, TrainConfig), Path(path).parent)


def _rooted(config: TrainConfig, root: Path) -> TrainConfig:
    data, folds, model = config.data, config.crossval, config.model
    config.out = root / config.out
    data.tables, data.labels = root / data.tables, root / data.labels
    folds.groups = root / folds.groups if folds.groups is not None else None
    if (root / model.base).is_dir():
        model.base = str(root / model.base)
    model.prompt, model.label_task = beside(root, model.prompt), beside(root, model.label_task)
    return config
