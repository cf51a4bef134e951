"""The student's speed beside plain transformers and peft, on the same rows and one processor core.

    python benchmarks/student_speed.py train BASE TABLES.jsonl LABELS.jsonl [--rows 96] [--tokens 256] [--rounds 3]
    python benchmarks/student_speed.py detect BASE TABLES.jsonl LABELS.jsonl [--rows 300] [--method full]

BASE is a model folder, LABELS has lines {table_id, label}. `train`: tokens (padding not counted) a processor second
of one epoch with LoRA: a bare loop (random batches of --batch padded to their longest; float32 and bfloat16 autocast)
and `soesift.train`, taking turns; ratios are medians over the rounds. `detect`: trains a student in one epoch, ships
it (int8 ONNX), and judges tables with it and with torch; tables a processor second and the share of equal decisions.
Processor seconds, because other work may share the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from soesift.classify.student import calibrated, load
from soesift.select.pots import read_known
from soesift.table.record import TableRecord
from soesift.train.checkpoint import read_best
from soesift.train.config import DataConfig, ExportConfig, FitConfig, ModelConfig, TrainConfig
from soesift.train.data import Row
from soesift.train.fit import fit
from soesift.train.network import base_tokenizer, build, trainable
from soesift.train.ship import rows_of, ship


def settings(given: argparse.Namespace, out: Path, method: str, **changes: Any) -> TrainConfig:
    """Two classes, one epoch, one thread."""
    labels = out / "labels.jsonl"
    known = read_known(given.labels)
    lines = [f'{{"table_id": "{t}", "label": "{("other", "soe")[y]}"}}\n' for t, y in sorted(known.items())]
    labels.write_text("".join(lines), "utf-8")
    return TrainConfig(
        classes=["other", "soe"],
        out=out,
        data=DataConfig(tables=given.tables, labels=labels),
        model=ModelConfig(base=given.base, method=method, max_tokens=given.tokens),  # type: ignore[arg-type]
        fit=FitConfig(epochs=1, batch=given.batch, threads=1, checkpoint_steps=10**6, **changes),
        export=ExportConfig(int8_tolerance=1.0, int8_agreement=0.01),  # measured here, not refused
    )


def bare(rows: Sequence[Row], given: argparse.Namespace, half: bool) -> None:
    """The loop that a first script would have."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(given.base)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForSequenceClassification.from_pretrained(given.base, num_labels=2, dtype=torch.float32)
    model.config.pad_token_id = tokenizer.pad_token_id
    lora = LoraConfig(task_type="SEQ_CLS", r=16, lora_alpha=32, lora_dropout=0.1, target_modules="all-linear")
    model = get_peft_model(model, lora).train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], 2e-4)
    order = np.random.default_rng(0).permutation(len(rows))
    for start in range(0, len(order), given.batch):
        some = [rows[i] for i in order[start : start + given.batch]]
        batch = tokenizer(
            [r.text for r in some], padding=True, truncation=True, max_length=given.tokens, return_tensors="pt"
        )
        labels = torch.tensor([int(np.argmax(r.target)) for r in some])
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = model(**batch, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def train(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = settings(given, Path(folder), "lora", validation=0.0)
        rows = spread(rows_of(config), given.rows)
        tokenizer, _ = base_tokenizer(given.base)
        tokens = sum(min(len(e.ids), given.tokens) for e in tokenizer.encode_batch([r.text for r in rows]))
        ways: dict[str, Callable[[int], object]] = {
            "bare, float32": lambda _: bare(rows, given, False),
            "bare, bfloat16": lambda _: bare(rows, given, True),
            "soesift": lambda n: fit(rows, config, Path(folder) / f"run{n}", 1),
        }
        speed: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(given.rounds):
            for name, way in ways.items():
                speed[name].append(tokens / seconds(lambda way=way, number=number: way(number)))  # type: ignore[misc]
    print(f"{Path(given.base).name}: {len(rows)} rows, {tokens} tokens, {given.rounds} rounds, one thread")
    for name, values in speed.items():
        ratio = statistics.median(o / v for o, v in zip(speed["soesift"], values, strict=True))
        print(f"{name:15s} {statistics.median(values):7.0f} tokens/s; soesift is {ratio:.2f} x as fast")


def detect(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = settings(given, Path(folder), given.method)
        student = load(ship(rows_of(config), config), 1)
        model = build(config.model, 2, 1, exact=True).eval()
        best = read_best(Path(folder) / "final")
        for name, value in trainable(model).items():
            value.data.copy_(best[name])
        with given.tables.open(encoding="utf-8") as lines:
            records = spread([TableRecord.model_validate_json(line) for line in lines], given.rows)
        texts = student.texts(records)
        ways: dict[str, Callable[[], Any]] = {
            f"torch, batches of {n}": lambda n=n: of_torch(model, texts, given, n) for n in (1, 16, 32)
        } | {"soesift": lambda: student.probabilities(texts)}
        speed: dict[str, list[float]] = {name: [] for name in ways}
        said: dict[str, Any] = {}
        for _ in range(given.rounds):
            for name, way in ways.items():
                speed[name].append(len(texts) / seconds(lambda name=name, way=way: said.__setitem__(name, way())))  # type: ignore[misc]
        exact = calibrated(np.log(np.maximum(said["torch, batches of 1"], 1e-30)), student.calibration)
    yes = student.calibration.yes
    same = ((exact[:, 1] >= yes) == (np.asarray(said["soesift"])[:, 1] >= yes)).mean()
    print(f"{Path(given.base).name}, {given.method}: {len(texts)} tables, {given.rounds} rounds, one thread")
    for name, values in speed.items():
        ratio = statistics.median(o / v for o, v in zip(speed["soesift"], values, strict=True))
        print(f"{name:22s} {statistics.median(values):6.1f} tables/s; soesift is {ratio:.2f} x as fast")
    print(f"int8 decides as torch does on {same:.2%} of the tables (YES from {yes:.3f})")


def of_torch(model: Any, texts: Sequence[str], given: argparse.Namespace, batch: int) -> Any:
    """(n, 2) probabilities by transformers: padded batches in the order of the tables."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(given.base)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    out = []
    with torch.inference_mode():
        for start in range(0, len(texts), batch):
            some = tokenizer(
                list(texts[start : start + batch]),
                padding=True,
                truncation=True,
                max_length=given.tokens,
                return_tensors="pt",
            )
            out.append(model(some["input_ids"], some["attention_mask"]).softmax(1).double().numpy())
    return np.concatenate(out)


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of the items, evenly spread."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "detect"])
    parser.add_argument("base")
    parser.add_argument("tables", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument(
        "--batch",
        type=int,
        default=16,
        help="the bare loop holds it at once: 16 of 256 tokens of a model of 135 million take 16 GB",
    )
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--method", choices=["full", "lora"], default="full")
    given = parser.parse_args()
    torch.set_num_threads(1)
    {"train": train, "detect": detect}[given.what](given)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
