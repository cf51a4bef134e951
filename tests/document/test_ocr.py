"""Reading drawn schedules with the real models: every mark is found in its cell, however the page lies."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.document import ocr
from soesift.document.ocr import lines_down, read_scan, shows_table
from soesift.document.page import Page
from soesift.document.scan_rules import find_ink, straighten
from soesift.document.scan_text import read_crops
from soesift.table.find import find_tables

ROWS = [
    "Activity",
    "Informed consent",
    "Physical exam",
    "Vital signs",
    "Blood sample",
    "Questionnaire",
    "Dosing",
]
VISITS = ["Day 1", "Day 8", "Week 4", "Week 12", "EOT"]
WIDTH, HEIGHT = 400.0, 220.0  # points


def schedule(dpi: float, marks: list[str], seed: int = 0) -> tuple[np.ndarray, list[list[str]]]:
    """A picture of a schedule with marks at random, and its grid."""
    unit, random = dpi / 72, np.random.default_rng(seed)
    image = Image.new("RGB", (round(WIDTH * unit), round(HEIGHT * unit)), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=9.5 * unit)
    lefts = [30, 130, *(130 + 50 * i for i in range(1, 6))]
    tops = [50 + 20 * i for i in range(len(ROWS) + 1)]
    pen = max(1, round(0.7 * unit))
    for y in tops:
        draw.line([(lefts[0] * unit, y * unit), (lefts[-1] * unit, y * unit)], "black", pen)
    for x in lefts:
        draw.line([(x * unit, tops[0] * unit), (x * unit, tops[-1] * unit)], "black", pen)
    draw.text((30 * unit, 25 * unit), "Table 1: Schedule of Activities", "black", font)
    grid = [[ROWS[0], *VISITS]]
    for name in ROWS[1:]:
        grid.append([name, *(str(random.choice(marks)) if random.random() < 0.6 else "" for _ in VISITS)])
    for row, texts in enumerate(grid):
        for column, text in enumerate(texts):
            x = (lefts[column] + (5 if column == 0 or row == 0 else 22)) * unit
            _write(draw, text, x, (tops[row] + 4) * unit, unit, font)
    return np.array(image), grid


def _write(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, unit: float, font: object) -> None:
    if text == "•":
        draw.ellipse([x, y + 4 * unit, x + 4 * unit, y + 8 * unit], "black")
    elif text == "✓":
        points = [(x, y + 5 * unit), (x + 2.5 * unit, y + 9 * unit), (x + 7.5 * unit, y + unit)]
        draw.line(points, "black", round(1.2 * unit))
    else:
        draw.text((x, y), text, "black", font)  # type: ignore[arg-type]


def table_of(page: Page) -> list[list[str]]:
    found = find_tables(page)
    (table,) = [t for t in found.tables if not t.borderless]
    return table.texts()


def marks_of(grid: list[list[str]]) -> list[list[str]]:
    return [row[1:] for row in grid[1:]]


@pytest.mark.parametrize(("dpi", "marks"), [(150, ["X"]), (200, ["x", "X"]), (150, ["•"]), (300, ["•"]), (200, ["✓"])])
def test_all_marks_and_no_others(dpi: float, marks: list[str]) -> None:
    picture, grid = schedule(dpi, marks)
    read = table_of(read_scan(picture, WIDTH, HEIGHT, 3, "iii"))
    assert [[bool(t) for t in row] for row in marks_of(read)] == [[bool(t) for t in row] for row in marks_of(grid)]
    if marks != ["x", "X"]:
        assert marks_of(read) == marks_of(grid)
    assert [row[0] for row in read] == ROWS
    assert read[0][1:] == VISITS


def test_page_and_places() -> None:
    picture, _ = schedule(200, ["X"])
    page = read_scan(picture, WIDTH, HEIGHT, 3, "iii")
    assert (page.number, page.label, page.source, page.width, page.height) == (3, "iii", "ocr", WIDTH, HEIGHT)
    assert len(page.codes) == len(page.boxes) == len(page.upright)
    assert not page.upright.any()
    assert "Schedule of Activities" in page.text()
    assert len(page.horizontal) == 8
    assert len(page.vertical) == 7
    assert np.sort(page.vertical[:, [0, 2]].mean(axis=1)) == pytest.approx([30, 130, 180, 230, 280, 330, 380], abs=0.8)
    first = page.text().index("Informed")
    x0, top, x1, bottom = page.boxes[first].tolist()
    assert 34 < x0 < x1 < 45
    assert 70 < top < bottom < 90


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_read_upright(turn: int) -> None:
    picture, grid = schedule(200, ["X"])
    turned = np.ascontiguousarray(np.rot90(picture, -turn // 90))
    size = (HEIGHT, WIDTH) if turn in (90, 270) else (WIDTH, HEIGHT)
    page = read_scan(turned, *size, 1, None)
    assert (page.width, page.height) == size
    visible = page.upright[page.codes > 32]
    assert (visible == turn).mean() > 0.95
    assert page.boxes[:, [0, 2]].max() <= size[0]
    assert page.boxes[:, [1, 3]].max() <= size[1]
    assert marks_of(table_of(page)) == marks_of(grid)


@pytest.mark.parametrize(("turn", "looks"), [(0, 1), (90, 1), (270, 1)], ids=["upright", "clockwise", "back"])
def test_lines_of_a_page_on_its_side_are_looked_for_once(
    turn: int, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, grid = schedule(200, ["X"], seed=3)
    turned = np.ascontiguousarray(np.rot90(picture, -turn // 90))
    seen: list[tuple[int, ...]] = []
    real = ocr.detect_lines
    monkeypatch.setattr(ocr, "detect_lines", lambda part, longest: seen.append(part.shape) or real(part, longest))
    page = read_scan(turned, *((HEIGHT, WIDTH) if turn else (WIDTH, HEIGHT)), 1, None)
    assert seen == [picture.shape] * looks  # as it reads, not as it lies
    assert marks_of(table_of(page)) == marks_of(grid)


def test_ink_runs_down_a_page_only_if_most_of_its_lines_do() -> None:
    picture, _ = schedule(200, ["X"])
    ink = find_ink(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8), 200 / 72)
    assert len(lines_down(np.ascontiguousarray(np.rot90(ink)), 200 / 72)) > 4
    assert not len(lines_down(ink, 200 / 72))
    half = np.vstack(
        [np.pad(ink, ((0, 0), (0, 700))), np.pad(np.rot90(ink), ((0, 0), (0, 1200)))[:, : ink.shape[1] + 700]]
    )
    assert not len(lines_down(np.ascontiguousarray(half), 200 / 72))
    assert not len(lines_down(np.zeros((300, 200), np.uint8), 200 / 72))


@pytest.mark.parametrize("degrees", [-2.3, 0.7])
def test_skewed_grainy_scans_keep_their_marks(degrees: float) -> None:
    picture, grid = schedule(200, ["X"], seed=1)
    noise = np.random.default_rng(2).normal(0, 14, picture.shape)
    grainy = np.clip(cv2.GaussianBlur(straighten(picture, -degrees), (3, 3), 0) + noise, 0, 255).astype(np.uint8)
    read = marks_of(table_of(read_scan(grainy, WIDTH, HEIGHT, 1, None)))
    assert [[bool(t) for t in row] for row in read] == [[bool(t) for t in row] for row in marks_of(grid)]


def test_turned_heads_in_an_upright_page() -> None:
    picture, _ = schedule(200, ["X"])
    unit = 200 / 72
    head = picture[round(52 * unit) : round(68 * unit), round(31.5 * unit) : round(70 * unit)]
    picture[round(178 * unit) : round(217 * unit)] = 255
    tall = np.rot90(head)
    picture[10 : 10 + tall.shape[0], 1062 : 1062 + tall.shape[1]] = tall
    page = read_scan(picture, WIDTH, HEIGHT, 1, None)
    turned = page.upright == 270
    assert "".join(map(chr, page.codes[turned].tolist())).strip() == "Activity"
    assert (np.diff(page.boxes[turned & (page.codes > 32)][:, 1]) < 0).all()  # reads upwards


def test_redaction_box_is_a_black_fill_without_text() -> None:
    picture, _ = schedule(200, ["X"])
    picture[560:600, 300:700] = 0
    page = read_scan(picture, WIDTH, HEIGHT, 1, None)
    dark = page.fills[page.fill_grey < 0.15]
    assert dark.tolist() == [pytest.approx([108, 201.6, 252, 216], abs=0.5)]


def test_same_picture_same_page() -> None:
    picture, _ = schedule(150, ["X", "•"])
    one, two = (read_scan(picture, WIDTH, HEIGHT, 1, None) for _ in range(2))
    assert one.text() == two.text()
    assert np.array_equal(one.boxes, two.boxes)


def test_empty_page() -> None:
    page = read_scan(np.full((600, 800, 3), 255, np.uint8), 400, 300, 1, None)
    assert page.text() == ""
    assert page.source == "ocr"
    assert page.boxes.shape == (0, 4)


def test_pictures_with_and_without_a_table() -> None:
    picture, _ = schedule(150, ["X"])
    assert shows_table(picture)
    assert shows_table(np.ascontiguousarray(np.rot90(picture)))
    assert not shows_table(np.full_like(picture, 255))
    ruled = np.full((1100, 850, 3), 255, np.uint8)
    ruled[[60, 1040], 80:770] = 0  # under the head and over the foot
    assert not shows_table(ruled)
    ruled[[200, 240, 500], 80:770] = 0  # a table without vertical rules
    assert shows_table(ruled)
    assert shows_table(np.ascontiguousarray(np.rot90(ruled)))
    assert not shows_table(np.random.default_rng(0).integers(0, 255, picture.shape).astype(np.uint8))


def test_crops_come_back_in_order() -> None:
    font = ImageFont.load_default(size=30)
    crops = []
    for text in ("Screening period", "X", "Week 12", "EOT"):
        image = Image.new("RGB", (20 + 18 * len(text), 44), "white")
        ImageDraw.Draw(image).text((8, 4), text, "black", font)
        crops.append(np.array(image))
    readings = read_crops(crops)
    # alone, without a neighbour to compare with, a capital cannot be told
    assert [r.text.replace("x", "X") for r in readings] == ["Screening period", "X", "Week 12", "EOT"]
    assert all((np.diff(r.centres) > 0).all() and len(r.centres) == len(r.text) for r in readings)
    assert read_crops([]) == []
