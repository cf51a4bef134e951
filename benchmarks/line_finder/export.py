"""The learnt line finder as ONNX, for the package, with its card: normalisation folded, probabilities for scores.

python benchmarks/line_finder/export.py FILE.pt --out src/soesift/document/find_lines.onnx [--about "318 pages"]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch
from nets import Finder
from torch import Tensor, nn


class Sure(nn.Module):
    """The finder with probabilities."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).sigmoid()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("learnt", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--about", default="", help="what it was learnt from, for the card")
    options = parser.parse_args()
    held = torch.load(options.learnt, weights_only=False)
    net = Finder()
    net.load_state_dict({name[7:]: value for name, value in held["mean"].items() if name.startswith("module.")})
    sides = {0: "n", 2: "high", 3: "wide"}
    example, names = (torch.zeros(1, 1, 64, 64),), {"input_names": ["x"], "output_names": ["likely"]}
    axes = {"x": sides, "likely": sides}
    torch.onnx.export(
        Sure(net.eval()), example, options.out, **names, dynamic_axes=axes, dynamo=False, opset_version=17
    )
    card = {
        "about": "Finds lines of text on pictures of pages; made by benchmarks/line_finder.",
        "data": options.about,
        "steps": held["count"],
        "cpu_seconds": round(held["spent"]),
        "weights": sum(weight.numel() for weight in net.parameters()),
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
    }
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
