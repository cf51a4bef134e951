"""Text that is cut, crossed by a line, or written over other text in the sheets, Word pages and plots of results.

    python benchmarks/clipped.py RESULTS [--only ID...] [--html]

RESULTS is a folder of `soesift detect`. Each result is written as Excel, visits as Excel, and Word (`docx`, `m11`),
printed to PDF by LibreOffice (`soffice` on the PATH), and looked at by program: every word of every table must be on
the pages; no letter may be crossed by a rule, and none may lie on a letter of another cell. The burden plot of each
table is laid out by matplotlib: no two of its texts may overlap, none may leave the picture. Prints one line a file
that has any, and the sums. `--html` looks at the HTML report in place of these, in a headless Chromium (needs
playwright), at 1280 and 390 pixels: no text of a cell or note may leave its box or lie on another cell's.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np

from soesift.detect.options import ReadOptions
from soesift.detect.reading import Reading, page_of
from soesift.document.pdf import open_pdf
from soesift.export.write import write
from soesift.result.models import Result
from soesift.result.store import is_result, read_result

KINDS = ("xlsx", "visits", "docx", "m11")
INSIDE = 0.22  # share of a letter's height from either end that a rule may touch: boxes reach beyond the ink
THICKEST = 1.5  # points of a rule
WIDTHS = (1280, 390)  # pixels of the window
SLACK = 1.5  # pixels that a text may reach beyond its box: italic letters lean out
TEXTS = """(slack) => {
  const leaf = (one) => one.offsetParent && !one.querySelector("table, ul, dl");
  const cells = [...document.querySelectorAll("td, th, dd, dt, li")].filter(leaf);
  const placed = cells.map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const texts = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
    return { cell, box: cell.getBoundingClientRect(), texts };
  });
  const outside = (r, box) => r.left < box.left - slack || r.right > box.right + slack
    || r.top < box.top - slack || r.bottom > box.bottom + slack;
  const leaves = ({ box, texts }) => texts.some((r) => outside(r, box));
  const hides = (cell) => getComputedStyle(cell).overflow !== "visible";
  const cut = ({ cell }) => hides(cell) && cell.scrollWidth > cell.clientWidth + slack;
  const on = (a, b) => a.left + slack < b.right && b.left + slack < a.right
    && a.top + slack < b.bottom && b.top + slack < a.bottom;
  const touch = (one, other) => other !== one && one.texts.some((a) => other.texts.some((b) => on(a, b)));
  let over = 0;
  for (const table of document.querySelectorAll("table")) {
    const own = placed.filter(({ cell }) => cell.closest("table") === table);
    const out = own.filter(leaves); // a text that stays in its cell lies on no other, as cells are apart
    for (const one of out) over += own.some((other) => touch(one, other));
  }
  return [placed.filter((one) => leaves(one) || cut(one)).length, over];
}"""
ON_TOP = 0.35  # share of a letter's area under another letter from which on they are written over each other


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--html", action="store_true", help="the HTML report alone, in a Chromium")
    asked = parser.parse_args()
    with chromium() if asked.html else nullcontext() as browser:
        return looked_through(asked, browser)


def looked_through(asked: argparse.Namespace, browser: Any) -> int:
    bad: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for path in sorted(asked.results.glob("*.json")):
        if not is_result(path) or (asked.only and path.stem not in asked.only):
            continue
        result = read_result(path)
        if not result.tables:
            continue
        faulty = faults_of(result, path.stem) if browser is None else page_faults(result, path.stem, browser)
        for kind, faults in faulty.items():
            seen[kind] += 1
            if faults:
                bad[kind] += 1
                print(f"{path.stem} {kind}: {'; '.join(faults)}", flush=True)
    print(", ".join(f"{kind} {bad[kind]} of {seen[kind]}" for kind in seen) or "no results")
    return int(bool(bad))


def faults_of(result: Result, stem: str) -> dict[str, list[str]]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for kind in KINDS:
            files = [one for one in write(result, kind, place / kind, stem) if one.suffix in (".xlsx", ".docx")]
            for one in files:
                printed = as_pdf(one, place / f"{kind}-pdf")
                wanted = words_of(result) if kind != "visits" else Counter()
                found[kind] = looked_at(printed, wanted)
    found["plot"] = plot_faults(result)
    return found


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def page_faults(result: Result, stem: str, browser: Any) -> dict[str, list[str]]:
    """Texts of the HTML report that leave their cell or lie on another cell's, by width of the window."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        [report] = [one for one in write(result, "html", Path(folder), stem) if one.suffix == ".html"]
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(report.as_uri())
            out, over = page.evaluate(TEXTS, SLACK)
            page.close()
            found[f"html {width}"] = [
                f"{n} texts {what}" for n, what in ((out, "leave their cell"), (over, "on others")) if n
            ]
    return found


def as_pdf(path: Path, folder: Path) -> Path:
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    return folder / f"{path.stem}.pdf"


def words_of(result: Result) -> Counter[str]:
    """What must be on the pages: the texts of cells and notes, without spaces."""
    texts = [cell.text for table in result.tables for cell in table.cells]
    texts += [note.text for table in result.tables for note in table.footnotes]
    return Counter(word for text in texts for word in squeezed(text).split())


def squeezed(text: str) -> str:
    """Letters and figures alone; a raised figure is one, however it is written."""
    return re.sub(r"[^\w\s]", " ", normalize("NFKC", text.replace("\u00ad", "")))


def looked_at(pdf: Path, wanted: Counter[str]) -> list[str]:
    letters, crossed, covered = "", 0, 0
    where: list[str] = []
    with open_pdf(pdf) as document:
        for number in range(len(document)):
            page = page_of(document, number, Reading(), ReadOptions(ocr="never"))
            letters += re.sub(r"\s+|[^\w\s]", "", squeezed(page.text()))
            ink = np.array([not chr(code).isspace() for code in page.codes.tolist()], bool)
            boxes = page.boxes[ink] if len(page.boxes) else page.boxes
            one, two = crossed_letters(boxes, page.horizontal), covered_letters(boxes, page.codes[ink])
            if one or two:
                where.append(str(number + 1))
            crossed, covered = crossed + one, covered + two
    lost = [word for word in wanted if word.lower() not in letters.lower()]
    said = [f"{len(lost)} words lost ({', '.join(lost[:4])})"] if lost else []
    said += [f"{crossed} letters crossed by a rule"] if crossed else []
    said += [f"{covered} letters on others"] if covered else []
    return [*said, f"pages {', '.join(where[:8])}"] if where else said


def crossed_letters(boxes: Any, rules: Any) -> int:
    """Letters through whose middle a horizontal rule runs."""
    count = 0
    for x0, y0, x1, y1 in rules[rules[:, 3] - rules[:, 1] < THICKEST]:  # a thicker one is the colour of a row
        y, high = (y0 + y1) / 2, boxes[:, 3] - boxes[:, 1]
        wide = (boxes[:, 0] < x1 - 0.5) & (boxes[:, 2] > x0 + 0.5)
        count += int((wide & (y > boxes[:, 1] + INSIDE * high) & (y < boxes[:, 3] - INSIDE * high)).sum())
    return count


def covered_letters(boxes: Any, codes: Any) -> int:
    """Letters of which a good part lies under another; slanting signs that are printed twice on one line lean over."""
    count, order = 0, np.argsort(boxes[:, 1]) if len(boxes) else np.zeros(0, int)
    rows, letters = boxes[order], codes[order]
    for place in range(len(rows)):
        box = rows[place]
        end = int(np.searchsorted(rows[:, 1], box[3]))
        near = rows[place + 1 : end]
        wide = np.minimum(near[:, 2], box[2]) - np.maximum(near[:, 0], box[0])
        high = np.minimum(near[:, 3], box[3]) - np.maximum(near[:, 1], box[1])
        area = np.clip(wide, 0, None) * np.clip(high, 0, None)
        own = max((box[2] - box[0]) * (box[3] - box[1]), 1e-6)
        ligature = (np.abs(near - box) < 0.05).all(axis=1) if len(near) else False
        twice = (letters[place + 1 : end] == letters[place]) & (np.abs(near[:, 1] - box[1]) < 0.05)
        count += bool(((area > ON_TOP * own) & ~ligature & ~twice).any())
    return count


def plot_faults(result: Result) -> list[str]:
    """Texts of the burden plots that overlap or leave the picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from soesift.burden.count import count_result, load_vocabulary, read_repeats
    from soesift.burden.report import burden_figure

    counted = count_result(result, load_vocabulary(None), read_repeats(()), ())
    said = []
    for table in counted.tables:
        figure = burden_figure(table, counted)
        FigureCanvasAgg(figure).draw()
        axes = figure.axes[0]
        for axis in (axes.xaxis, axes.yaxis):
            names = [label.get_text() for label in axis.get_ticklabels()]
            said += [f"names are not distinct in {table.table_id}"] * (len(set(names)) < len(names))
        width, height = figure.get_size_inches() * figure.dpi
        boxes = [t.get_window_extent() for t in [*axes.get_yticklabels(), *axes.texts]]
        outside = sum(b.x0 < -1 or b.y0 < -1 or b.x1 > width + 1 or b.y1 > height + 1 for b in boxes)
        outside += sum(
            b.x0 < -1 or b.y1 > height + 1 or b.x1 > width + 1
            for b in (t.get_window_extent() for t in axes.get_xticklabels())
        )
        over = sum(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])
        if outside or over:
            said.append(f"{table.table_id}: {outside} texts outside, {over} on others")
    return said


if __name__ == "__main__":
    sys.exit(main())
