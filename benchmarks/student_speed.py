"""The student's speed beside plain transformers and peft, on the same rows and one processor core.

    python benchmarks/student_speed.py train BASE TABLES.jsonl LABELS.jsonl [--rows 96] [--tokens 256] [--rounds 3]
    python benchmarks/student_speed.py detect BASE TABLES.jsonl LABELS.jsonl [--rows 300] [--method full]

BASE is a model folder, LABELS has lines {table_id, label}. `train`: tokens (padding not counted) a processor second
of one epoch with LoRA: a bare loop (random batches of --batch padded to their longest; float32 and bfloat16 autocast)
and `soesift.train`, taking turns; ratios are medians over the rounds. `detect`: trains a student in one epoch, ships
it (int8 ONNX), and judges tables with it and with torch; tables a processor second and the share of equal decisions.
Processor seconds, because other work may share the machine.

    python benchmarks/student_speed.py made [--rows 160] [--tokens 256] [--rounds 2]
    python benchmarks/student_speed.py epochs BASE TABLES.jsonl LABELS.jsonl [--rows 1200] [--batch 16] [--method full]
    python benchmarks/student_speed.py judge BASE TABLES.jsonl LABELS.jsonl [--rows 1200] [--tokens 192]

`made`: the same two loops on like terms (precision of the device, the same rows, batch, method, AdamW), with nothing
from outside: tables of made-up protocols, a BERT of MiniLM's size with random weights, the shipped tokenizer. One
epoch without its first step, so that reading the model is in neither. `epochs`: the same of a base and tables of yours,
the last of three epochs, so that compiling is in neither; on the GPU by wall clock where there is one.
`judge`: tables a second of the base with a head by torch, on the GPU and on the processors, batches of 64.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
if "judge" not in sys.argv:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from soesift.classify.student import calibrated, load
from soesift.detect.all_tables import document_records
from soesift.sample import make_protocol
from soesift.select.pots import read_known
from soesift.table.record import TableRecord
from soesift.train import workers
from soesift.train.checkpoint import read_best
from soesift.train.config import DataConfig, ExportConfig, FitConfig, ModelConfig, TrainConfig
from soesift.train.data import Row
from soesift.train.fit import fit
from soesift.train.forward import epoch_batches, padded, precision_of
from soesift.train.network import base_tokenizer, build, trainable
from soesift.train.ship import rows_of, ship


def settings(given: argparse.Namespace, out: Path, method: str, **changes: Any) -> TrainConfig:
    """Two classes, one thread; one epoch, where the mode does not say how many."""
    labels = out / "labels.jsonl"
    known = read_known(given.labels)
    lines = [f'{{"table_id": "{t}", "label": "{("other", "soe")[y]}"}}\n' for t, y in sorted(known.items())]
    labels.write_text("".join(lines), "utf-8")
    return TrainConfig(
        classes=["other", "soe"],
        out=out,
        data=DataConfig(tables=given.tables, labels=labels),
        model=ModelConfig(base=given.base, method=method, max_tokens=given.tokens),  # type: ignore[arg-type]
        fit=FitConfig(
            epochs=getattr(given, "epochs", 1), batch=given.batch, threads=1, checkpoint_steps=10**6, **changes
        ),
        export=ExportConfig(int8_tolerance=1.0, int8_agreement=0.01),  # measured here, not refused
    )


def bare(
    rows: Sequence[Row], given: argparse.Namespace, half: bool, epochs: int = 1, told: Callable[[], None] | None = None
) -> None:
    """The loop that a first script would have, on the GPU where there is one; `told` after each step."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(given.base)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForSequenceClassification.from_pretrained(given.base, num_labels=2, dtype=torch.float32)
    model.config.pad_token_id = tokenizer.pad_token_id
    where = workers.device()
    if getattr(given, "what", "train") not in ("epochs", "made") or given.method == "lora":
        lora = LoraConfig(task_type="SEQ_CLS", r=16, lora_alpha=32, lora_dropout=0.1, target_modules="all-linear")
        model = get_peft_model(model, lora)
    else:
        model.get_input_embeddings().requires_grad_(False)  # as ours
    model = model.to(where).train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], 2e-4)
    for epoch in range(epochs):
        order = np.random.default_rng(epoch).permutation(len(rows))
        for start in range(0, len(order), given.batch):
            some = [rows[i] for i in order[start : start + given.batch]]
            batch = tokenizer(
                [r.text for r in some], padding=True, truncation=True, max_length=given.tokens, return_tensors="pt"
            ).to(where)
            labels = torch.tensor([int(np.argmax(r.target)) for r in some]).to(where)
            with torch.autocast(where.type, torch.bfloat16, enabled=half):
                loss = model(**batch, labels=labels).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            if told:
                told()


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


def epochs(given: argparse.Namespace) -> None:
    """Tokens a second of the last epoch, bare loop beside ours, plain and compiled."""
    with tempfile.TemporaryDirectory() as folder:
        plain: dict[str, Any] = {"validation": 0.0}
        if torch.cuda.is_available():
            plain["micro_tokens"] = 65_536
        config = settings(given, Path(folder), given.method, **plain)
        rows = spread(rows_of(config), given.rows)
        tokenizer, _ = base_tokenizer(given.base)
        sizes = [min(len(e.ids), given.tokens) for e in tokenizer.encode_batch([r.text for r in rows])]
        order = np.random.default_rng(0).permutation(len(sizes))
        random_ones = [[sizes[i] for i in order[k : k + given.batch]] for k in range(0, len(order), given.batch)]
        buckets = [[sizes[i] for i in part] for part in epoch_batches(sizes, given.batch, 1, 0)]
        waste = [1 - sum(sizes) / sum(max(b) * len(b) for b in some) for some in (random_ones, buckets)]
        print(
            f"{Path(given.base).name}: {len(rows)} rows, {sum(sizes)} tokens, batch {given.batch}, {given.method}; "
            f"padding {waste[0]:.0%} at random, {waste[1]:.0%} in buckets",
            flush=True,
        )
        ways: dict[str, Callable[[int], float]] = {
            f"bare, {precision_of(config.fit)}": lambda n: last_epoch_bare(rows, given, precision_of(config.fit)),
            "soesift": lambda n: last_epoch(rows, config, Path(folder) / f"a{n}"),
        }
        if given.compile:
            other = config.model_copy(update={"fit": config.fit.model_copy(update={"compile": True})})
            ways["soesift, compiled"] = lambda n: last_epoch(rows, other, Path(folder) / f"b{n}")
        speed: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(given.rounds):
            for name, way in ways.items():
                speed[name].append(sum(sizes) / way(number))
        for name, values in speed.items():
            ratio = statistics.median(v / b for v, b in zip(values, next(iter(speed.values())), strict=True))
            print(f"{name:18s} {statistics.median(values):9.0f} tokens/s, {ratio:.2f} x the bare loop", flush=True)


def last_epoch(rows: Sequence[Row], config: TrainConfig, folder: Path) -> float:
    """Seconds of the last epoch of `soesift.train`: its updates, without saving."""
    marks: list[tuple[int, float]] = []
    fit(rows, config, folder, 1, lambda p, n: marks.append((p.epoch, now())))
    last = [at for epoch, at in marks if epoch == config.fit.epochs - 1]
    return (last[-1] - last[0]) * len(last) / (len(last) - 1)


def last_epoch_bare(rows: Sequence[Row], given: argparse.Namespace, precision: str) -> float:
    """The same of the bare loop."""
    marks: list[float] = []
    bare(rows, given, precision == "bfloat16", given.epochs, lambda: marks.append(now()))
    last = marks[-len(range(0, len(rows), given.batch)) :]
    return (last[-1] - last[0]) * len(last) / (len(last) - 1)


def now() -> float:
    """Wall seconds when all work given to the GPU is done; processor seconds where there is none."""
    if not torch.cuda.is_available():
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def made(given: argparse.Namespace) -> None:
    """`epochs` on made-up protocols; which labels they have does not matter to speed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        given.base, given.tables, given.labels = str(root / "base"), root / "tables.jsonl", root / "labels.jsonl"
        make_base(Path(given.base))
        records: list[TableRecord] = []
        for seed in count():
            records += document_records(root / f"{make_protocol(seed, root).id}.pdf", ocr="never")
            if len(records) >= given.rows:
                break
        given.tables.write_text("".join(r.model_dump_json() + "\n" for r in records), "utf-8")
        said = [{"table_id": r.table_id, "label": ("other", "soe")[i % 2]} for i, r in enumerate(records)]
        given.labels.write_text("".join(json.dumps(line) + "\n" for line in said), "utf-8")
        epochs(given)


def make_base(folder: Path) -> None:
    """A BERT of MiniLM's size (22 million parameters) with random weights, and the shipped tokenizer."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    size = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=30_522, **size)).save_pretrained(folder)
    words = files("soesift") / "models" / "default" / "tokenizer.json"
    PreTrainedTokenizerFast(tokenizer_file=str(words), pad_token="[PAD]").save_pretrained(folder)


def judge(given: argparse.Namespace) -> None:
    """Tables a second of the base with a head by torch: GPU in bfloat16, processors in float32."""
    with tempfile.TemporaryDirectory() as folder:
        config = settings(given, Path(folder), "full")
        rows = spread(rows_of(config), given.rows)
    tokenizer, pad = base_tokenizer(given.base)
    ids = [e.ids[: given.tokens] for e in tokenizer.encode_batch([r.text for r in rows])]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    places = [("cuda", torch.bfloat16)] if torch.cuda.is_available() else []
    for where, kind in [*places, ("cpu", torch.float32)]:
        model = build(config.model, 2, 1).eval().to(where)
        times = []
        for _ in range(1 + given.rounds):
            begun = now()
            with torch.inference_mode(), torch.autocast(where, kind, enabled=kind != torch.float32):
                for start in range(0, len(order), 64):
                    tokens, mask = padded([ids[i] for i in order[start : start + 64]], pad)
                    model(torch.from_numpy(tokens).to(where), torch.from_numpy(mask).to(where)).float().cpu()
            times.append(now() - begun)
        threads = f", {torch.get_num_threads()} threads" if where == "cpu" else ""
        print(f"torch, {where}{threads}: {len(ids) / statistics.median(times[1:]):.0f} tables/s", flush=True)


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
    parser.add_argument("what", choices=["train", "detect", "epochs", "judge", "made"])
    parser.add_argument("base", nargs="?")
    parser.add_argument("tables", type=Path, nargs="?")
    parser.add_argument("labels", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument(
        "--batch",
        type=int,
        default=16,
        help="the bare loop holds it at once: 16 of 256 tokens of a model of 135 million take 16 GB",
    )
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compile", action="store_true", help="epochs: ours compiled as well")
    parser.add_argument("--method", choices=["full", "lora"], default="full")
    given = parser.parse_args()
    if given.what != "made" and given.labels is None:
        parser.error(f"{given.what} needs BASE, TABLES and LABELS")
    if given.what in ("epochs", "made"):
        given.epochs = {"epochs": 3, "made": 1}[given.what]
    if given.what != "judge":
        torch.set_num_threads(1)
    {"train": train, "detect": detect, "epochs": epochs, "judge": judge, "made": made}[given.what](given)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
