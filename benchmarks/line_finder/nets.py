"""The net that finds lines on a page: plain convolutions, small enough for one core."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def step(given: int, made: int, size: int | tuple[int, int] = 3, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    pad = size // 2 if isinstance(size, int) else (0, size[1] // 2)
    return nn.Sequential(nn.Conv2d(given, made, size, stride, pad, bias=False), nn.BatchNorm2d(made), nn.ReLU(True))


class Same(nn.Module):
    """A step that adds to what it was given. reach: dilation."""

    def __init__(self, width: int, size: tuple[int, int] = (3, 3), reach: int = 1) -> None:
        super().__init__()
        pad = ((size[0] - 1) // 2, reach * (size[1] - 1) // 2)
        self.conv = nn.Conv2d(width, width, size, 1, pad, (1, reach), bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.norm(self.conv(x)))


class Finder(nn.Module):
    """(n, 1, h, w) ink 0 to 1, sides multiples of 16, to (n, 1, h / 2, w / 2) scores of the inner parts of lines."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.PixelUnshuffle(4)
        self.fine = nn.Sequential(step(16, 24), Same(24))
        self.middle = nn.Sequential(step(24, 48, 3, 2), Same(48), Same(48))
        self.coarse = nn.Sequential(step(48, 64, 3, 2), Same(64), Same(64), Same(64))
        self.down1, self.down2 = nn.Conv2d(64, 48, 1), nn.Conv2d(48, 24, 1)
        self.join1, self.join2 = Same(48), Same(24)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.out = nn.Sequential(nn.Conv2d(24, 4, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(self.cells(x))
        middle = self.middle(fine)
        middle = self.join1(middle + self.up(self.down1(self.coarse(middle))))
        return self.out(self.join2(fine + self.up(self.down2(middle))))
