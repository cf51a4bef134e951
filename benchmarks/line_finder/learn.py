"""Learning the line finder on one core, for so many seconds of CPU.

    python benchmarks/line_finder/learn.py --pages FILE.npz --out FILE.pt [--seconds 330] [--seed 0]

Parts of pages (pages.py) are worn as they are wanted, and each is shown twice. The file holds weights, their running
mean and the optimizer's state: the same command goes on. export.py makes ONNX of it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from nets import Finder
from numpy.typing import NDArray
from torch import Tensor, nn

PART, PARTS = 320, 12  # pixels of a part of a page; parts of a step
KEPT = 64  # steps that are shown once more, later
RATE, DECAY, AVERAGE = 2.5e-3, 0.02, 0.98


def worn_parts(seed: int, file: Path) -> Iterator[Any]:
    """Parts of pages as (n, s, s) ink with (n, s / 2, s / 2) maps of the inner parts of their lines."""
    held = np.load(file)
    count = len(held.files) // 2
    pages = [(held[f"page{i}"], held[f"boxes{i}"].astype(np.float32)) for i in range(count)]
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    while True:
        coded, boxes = chance.choice(pages)
        page = cv2.imdecode(coded, 0)
        parts = [part_of(page, boxes, chance, noise) for _ in range(PARTS // 2)]
        coded, boxes = chance.choice(pages)
        page = cv2.imdecode(coded, 0)
        parts += [part_of(page, boxes, chance, noise) for _ in range(PARTS // 2)]
        yield np.stack([ink for ink, _ in parts]), np.stack([lines for _, lines in parts])


def worn(ink: NDArray[np.uint8], c: random.Random, noise: np.random.Generator) -> NDArray[np.uint8]:
    """A scan, grey, of what covers the paper with ink (0 none to 255)."""
    paper, black = c.choice((255, 255, 250, 235, 220, 200)), c.choice((0, 0, 20, 50, 90))
    cover = ink.astype(np.float32) / 255
    if c.random() < 0.15:
        cover = np.clip(cover * c.uniform(0.6, 1.6), 0, 1)
    page = paper + (black - paper) * cover
    if c.random() < 0.5:
        page = cv2.GaussianBlur(page, (0, 0), c.uniform(0.3, 0.95))
    if c.random() < 0.4:
        matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), c.uniform(-0.25, 0.25), 1)
        page = cv2.warpAffine(page, matrix, page.shape[::-1], flags=cv2.INTER_CUBIC, borderValue=float(paper))
    grain = c.choice((0, 0, 3, 4, 6, 8, 10, 14))
    if grain:
        page = page + grain * noise.standard_normal(page.shape, np.float32)
    levels = page.clip(0, 255).astype(np.uint8)
    kind = c.random()
    if kind < 0.2:
        least, most = (int(black + share * (paper - black)) for share in (0.45, 0.75))
        levels = np.where(levels > c.randint(least, most), 255, 0).astype(np.uint8)
    elif kind < 0.6:
        levels = np.asarray(cv2.imdecode(cv2.imencode(".jpg", levels, [1, c.randint(35, 85)])[1], 0), np.uint8)
    if grain >= 6 or c.random() < 0.08:
        levels = np.asarray(cv2.medianBlur(levels, 3), np.uint8)
    return levels


def part_of(
    page: NDArray[np.uint8], boxes: NDArray[np.float32], chance: random.Random, noise: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A worn part of a page with the map of its lines."""
    scale = chance.choice((1.0, 1.0, 1.0, chance.uniform(0.7, 1.3)))
    turn = chance.choice((0, 0, 0, 0, 1, 2, 3))
    side = round(PART / scale)
    y, x = (chance.randint(0, max(0, size - side)) for size in page.shape)
    part = np.full((side, side), 255, np.uint8)
    cut = page[y : y + side, x : x + side]
    part[: cut.shape[0], : cut.shape[1]] = cut
    lines = np.zeros((PART // 2, PART // 2), np.uint8)
    inside = (boxes[:, 2] > x) & (boxes[:, 0] < x + side) & (boxes[:, 3] > y) & (boxes[:, 1] < y + side)
    for box in ((boxes[inside] - [x, y, x, y]) * (PART / side / 2)).tolist():
        fill_core(lines, box)
    part = cv2.resize(part, (PART, PART), interpolation=cv2.INTER_AREA if side > PART else cv2.INTER_LINEAR)
    cover = np.clip((240 - part.astype(np.float32)) * (255 / 224), 0, 255).astype(np.uint8)
    scan = worn(cover, chance, noise)
    return np.rot90(255 - scan, turn).copy(), np.rot90(lines, turn).copy()


def fill_core(lines: NDArray[np.uint8], box: list[float]) -> None:
    """The inner half of a line's lesser side, and as much less of its length; 1 in 255 steps at its edges."""
    x0, y0, x1, y1 = box
    less = 0.25 * min(x1 - x0, y1 - y0)
    corners = np.round(np.asarray([x0 + less, y0 + less, x1 - less, y1 - less]) * 16).astype(int).tolist()
    cv2.rectangle(lines, (corners[0] - 8, corners[1] - 8), (corners[2] - 8, corners[3] - 8), 255, -1, cv2.LINE_AA, 4)


def twice(steps: Iterator[Any]) -> Iterator[Any]:
    """Each step, and once more later: to draw costs as much as to learn."""
    kept: list[Any] = []
    for step in steps:
        yield step
        kept.append(step)
        if len(kept) > KEPT:
            yield kept.pop(random.randrange(KEPT))


def loss_of(net: nn.Module, given: Any) -> Tensor:
    """Cross entropy and overlap (dice) of the maps, a number."""
    ink, lines = (torch.from_numpy(one)[:, None].float() / 255 for one in given)
    scores = net(ink)
    likely = scores.sigmoid()
    hard = nn.functional.binary_cross_entropy_with_logits(scores, lines, pos_weight=torch.tensor(2.0))
    overlap = 1 - (2 * (likely * lines).sum() + 1) / (likely.sum() + lines.sum() + 1)
    return hard + overlap


def learn(net: nn.Module, steps: Iterator[Any], options: argparse.Namespace) -> None:
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE), use_buffers=True
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    count, before, told = 0, 0.0, time.time()
    if options.out.exists():
        held = torch.load(options.out, weights_only=False)
        (
            net.load_state_dict(held["net"]),
            mean.load_state_dict(held["mean"]),
            optimizer.load_state_dict(held["optimizer"]),
        )
        count, before = held["count"], held["spent"]
    losses: deque[float] = deque(maxlen=100)
    begun = time.process_time()
    while (share := (before + time.process_time() - begun) / options.seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (count + 1) / 200) * (0.01 + 0.99 * (1 + np.cos(np.pi * share)) / 2)
        loss = loss_of(net, next(steps))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        mean.update_parameters(net)
        count += 1
        losses.append(float(loss.detach()))
        if time.time() - told > 20:
            told = time.time()
            save(options.out, net, mean, optimizer, count, share * options.seconds)
            print(f"{options.out.stem} {share:.3f}: {count} steps, {np.mean(losses):.4f}", flush=True)
    save(options.out, net, mean, optimizer, count, options.seconds)
    print(f"{options.out.stem}: {count} steps, loss {np.mean(losses):.4f}", flush=True)


def save(out: Path, net: nn.Module, mean: Any, optimizer: Any, count: int, spent: float) -> None:
    states = {"net": net.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**states, "count": count, "spent": spent}, out.with_suffix(".part"))
    out.with_suffix(".part").replace(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=330, help="of CPU; a run that was stopped goes on")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    learn(Finder(), twice(worn_parts(options.seed, options.pages)), options)


if __name__ == "__main__":
    main()
