"""The reader of single small signs (document/signs.onnx), made again from nothing but fonts, and scored.

    python benchmarks/raised_signs.py --out FOLDER [--samples 30000] [--epochs 5] [--fonts FOLDER] [--write]
    python benchmarks/raised_signs.py --shipped [--fonts FOLDER] [--write]

Letters, digits and the signs of footnotes are drawn in every font under --fonts (free ones: the Debian packages
fonts-liberation, fonts-urw-base35 and fonts-dejavu), six to thirty pixels high, blurred, noisy, packed as JPEG or in
one bit, each cut out as the reader of pictures cuts it. Parts of letters, dots, quotes and dashes are the class of
none. A small net learns them; one family of fonts in five, by the hash of its name, is held out for the scores.
`--shipped` learns nothing and scores the net of the package. `--write` puts the net and its card (document/signs.json)
into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from PIL import Image, ImageDraw, ImageFont

from soesift.document.scan_nets import CARD, CLASSES, NET, SIDE, fit

FONTS = Path("/usr/share/fonts")
LARGE = 72  # pixels: size at which a sign is drawn before it is worn
NOT_SIGNS = "/|\\'\"°.,:;-–=()[]~•■%&?!·’”<>@"  # of the class of none, beside halves of letters
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789*†‡§¶#"
LEFT_OUT = ("Symbol", "D050000L", "opens", "Z003", "Math", "Fallback", "noto")  # no letters, or script
HELD_OUT, SEED, BATCH, RATE = 5, 0, 256, 3e-3

Grey = NDArray[np.uint8]


def font_files(folder: Path) -> list[Path]:
    found = sorted([*folder.rglob("*.ttf"), *folder.rglob("*.otf")])
    return [path for path in found if not any(word in str(path) for word in LEFT_OUT)]


def family_of(path: Path) -> str:
    return path.stem.split("-")[0]


def drawn(folder: Path) -> tuple[list[Grey], list[str], NDArray[np.bool_]]:
    """Signs as large masks of ink, what they are ("" for none), and whether their font is held out."""
    masks: list[Grey] = []
    names: list[str] = []
    held: list[bool] = []
    for path in font_files(folder):
        font = ImageFont.truetype(str(path), LARGE)
        lacking = font.getmask("\U0010fffe").getbbox(), bytes(font.getmask("\U0010fffe"))
        out = int(hashlib.sha256(family_of(path).encode()).hexdigest(), 16) % HELD_OUT == 0
        for sign in LETTERS + NOT_SIGNS:
            if (font.getmask(sign).getbbox(), bytes(font.getmask(sign))) == lacking or not font.getmask(sign).getbbox():
                continue
            masks.append(mask_of(sign, font))
            names.append(sign if sign in LETTERS else "")
            held.append(out)
    return masks, names, np.asarray(held)


def mask_of(sign: str, font: Any) -> Grey:
    image = Image.new("L", (3 * LARGE, 3 * LARGE), 0)
    ImageDraw.Draw(image).text((LARGE, LARGE), sign, fill=255, font=font)
    left, top, right, bottom = image.getbbox() or (0, 0, 1, 1)
    return np.asarray(image, np.uint8)[top:bottom, left:right]


def worn(mask: Grey, rng: np.random.Generator, part: bool) -> Grey:
    """A sign as a scan shows it, dark on light, cut tight to its ink; `part`: only a piece of it."""
    if part:
        height, width = mask.shape
        mask = mask[: height // 2] if rng.random() < 0.5 else mask[:, width // 2 :]
    height = float(np.exp(rng.uniform(np.log(6), np.log(30))))
    scale = height / LARGE / 0.72  # of a capital
    size = max(2, round(mask.shape[1] * scale)), max(2, round(mask.shape[0] * scale))
    small = np.zeros((size[1] + 12, size[0] + 12), np.float32)
    small[6 : 6 + size[1], 6 : 6 + size[0]] = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) / 255
    turn = cv2.getRotationMatrix2D((small.shape[1] / 2, small.shape[0] / 2), rng.normal(0, 1.5), 1)
    turn[:, 2] += rng.uniform(-0.5, 0.5, 2)
    small = cv2.warpAffine(small, turn, small.shape[::-1])
    blur = rng.uniform(0, 0.09) * height**0.8
    small = cv2.GaussianBlur(small, (0, 0), blur) if blur > 0.25 else small
    small = np.clip(small * rng.uniform(0.9, 1.6), 0, 1)
    paper, ink = rng.uniform(170, 255), rng.uniform(0, 90)
    grey = paper + (ink - paper) * small + rng.normal(0, rng.uniform(0, 10), small.shape)
    levels = grey.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        levels = np.asarray(cv2.imdecode(cv2.imencode(".jpg", levels, [1, int(rng.integers(35, 90))])[1], 0), np.uint8)
    if rng.random() < 0.2:
        levels = np.where(levels > (paper + ink) / 2, 255, 0).astype(np.uint8)
    return cut(levels, rng)


def cut(levels: Grey, rng: np.random.Generator) -> Grey:
    """A picture cut to its ink, up to a pixel wider or tighter."""
    dark = levels < (int(levels.min()) + int(np.median(levels))) / 2 + 10
    ys, xs = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(ys):
        return levels
    top, bottom, left, right = (int(v) for v in (ys[0], ys[-1] + 1, xs[0], xs[-1] + 1))
    a, b, c, d = rng.choice([-1, 0, 0, 0, 1], 4).tolist() if min(bottom - top, right - left) > 4 else (0, 0, 0, 0)
    return levels[max(0, top - a) : bottom + b, max(0, left - c) : right + d]


def samples(masks: list[Grey], names: list[str], chosen: Any, count: int, seed: int) -> tuple[Any, Any]:
    """(n, 1, SIDE, SIDE) inputs of the net and (n,) classes; every sign as often, none six times."""
    rng = np.random.default_rng(seed)
    of: dict[str, list[int]] = {}
    for index in chosen:
        of.setdefault(names[index], []).append(int(index))
    signs = [*of, "", "", "", "", ""]
    inputs, wanted = np.zeros((count, 1, SIDE, SIDE), np.float32), np.zeros(count, np.int64)
    for place in range(count):
        sign = signs[rng.integers(len(signs))]
        part = not sign and rng.random() < 0.5
        pool = of[sign] if not part else of[LETTERS[rng.integers(len(LETTERS))]]
        inputs[place, 0] = fit(worn(masks[pool[rng.integers(len(pool))]], rng, part))
        wanted[place] = CLASSES.index(sign)
    return inputs, wanted


def net() -> Any:
    from torch import nn

    def layer(given: int, made: int, step: int) -> Iterator[Any]:
        yield nn.Conv2d(given, made, 3, step, 1)
        yield nn.ReLU()

    sizes = [(1, 16, 1), (16, 24, 2), (24, 32, 1), (32, 48, 2), (48, 64, 2)]
    parts = [part for size in sizes for part in layer(*size)]
    return nn.Sequential(*parts, nn.Flatten(), nn.Dropout(0.2), nn.Linear(64 * 9, len(CLASSES)))


def learn(inputs: Any, wanted: Any, epochs: int) -> Any:
    import torch

    torch.manual_seed(SEED)
    model = net()
    steps = epochs * -(-len(wanted) // BATCH)
    tuner = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(tuner, RATE, total_steps=steps)
    x, y = torch.from_numpy(inputs), torch.from_numpy(wanted)
    for epoch in range(epochs):
        losses = []
        for batch in torch.randperm(len(y)).split(BATCH):
            loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch], label_smoothing=0.02)
            tuner.zero_grad()
            loss.backward()
            tuner.step()
            rates.step()
            losses.append(float(loss))
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}", flush=True)
    return model.eval()


def onnx_of(model: Any) -> bytes:
    """The net with its weights, by hand: the same weights give the same bytes."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, now = [], [], "signs"
    for number, part in enumerate(model):
        kind, made = type(part).__name__, f"a{number}"
        if kind in ("Conv2d", "Linear"):
            given = [part.weight.detach().numpy(), part.bias.detach().numpy()]
            weights += [numpy_helper.from_array(w, f"{made}{k}") for w, k in zip(given, "wb", strict=True)]
        if kind == "Conv2d":
            sizes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": list(part.stride)}
            nodes.append(helper.make_node("Conv", [now, f"{made}w", f"{made}b"], [made], **sizes))
        elif kind == "Linear":
            nodes.append(helper.make_node("Gemm", [now, f"{made}w", f"{made}b"], [made], transB=1))
        elif kind in ("ReLU", "Flatten"):
            nodes.append(helper.make_node({"ReLU": "Relu"}.get(kind, kind), [now], [made]))
        else:
            continue
        now = made
    nodes.append(helper.make_node("Softmax", [now], ["likely"], axis=1))
    shapes = [("signs", ["n", 1, SIDE, SIDE]), ("likely", ["n", len(CLASSES)])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes]
    graph = helper.make_graph(nodes, "signs", ends[:1], ends[1:], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())


def scores(likely: Any, wanted: Any) -> dict[str, Any]:
    """Of held-out signs: the share that is right, and by least sureness how many are so sure and right of these."""
    right, sure = likely.argmax(axis=1) == wanted, likely.max(axis=1)
    by_sureness = {
        str(least): [round(float((sure >= least).mean()), 3), round(float(right[sure >= least].mean()), 4)]
        for least in (0.7, 0.8, 0.9, 0.95)
    }
    return {"signs": len(wanted), "right": round(float(right.mean()), 4), "sure and right of these": by_sureness}


def slips(likely: Any, wanted: Any) -> str:
    """The commonest mistakes, with their numbers."""
    best = likely.argmax(axis=1)
    wrong = best != wanted
    pairs = Counter(f"{CLASSES[a]!r} read {CLASSES[b]!r}" for a, b in zip(wanted[wrong], best[wrong], strict=True))
    return ", ".join(f"{pair} {count}" for pair, count in pairs.most_common(25))


def card(net: bytes, folder: Path, held: NDArray[np.bool_], scored: dict[str, Any]) -> str:
    told = {
        "about": f"A single small sign of a picture: which of {len(CLASSES) - 1}, or none. A small convolutional net.",
        "command": "python benchmarks/raised_signs.py --out FOLDER --write",
        "data": {"signs drawn": len(held), "of held-out families": int(held.sum())},
        "families of fonts": sorted({family_of(path) for path in font_files(folder)}),
        "labels": "known, since each sign is drawn by its name",
        "held out": scored,
        "sha256": hashlib.sha256(net).hexdigest(),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--shipped", action="store_true", help="score the net of the package, and learn nothing")
    parser.add_argument("--samples", type=int, default=30_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--fonts", type=Path, default=FONTS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not options.shipped and options.out is None:
        parser.error("--out FOLDER, or --shipped")
    masks, names, held = drawn(options.fonts)
    print(f"{len(masks)} signs drawn, {held.sum()} of fonts held out", flush=True)
    made = NET.read_bytes() if options.shipped else learnt(masks, names, held, options)
    inputs, wanted = samples(masks, names, np.flatnonzero(held), 6000, SEED + 1)
    likely = np.asarray(InferenceSession(made).run(None, {"signs": inputs})[0])
    scored = scores(likely, wanted)
    print(json.dumps(scored), slips(likely, wanted), sep="\n")
    if options.write:
        NET.write_bytes(made)
        CARD.write_text(card(made, options.fonts, held, scored), "utf-8")


def learnt(masks: list[Grey], names: list[str], held: NDArray[np.bool_], options: argparse.Namespace) -> bytes:
    """The net learnt from the fonts that are not held out, kept in the folder `out` as well."""
    import torch

    torch.set_num_threads(1)
    inputs, wanted = samples(masks, names, np.flatnonzero(~held), options.samples, SEED)
    made = onnx_of(learn(inputs, wanted, options.epochs))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / NET.name).write_bytes(made)
    return made


if __name__ == "__main__":
    main()
