"""Hand-made results for the tests of the review page."""

from __future__ import annotations

from pathlib import Path

from soesift.result.models import (
    Cell,
    DocumentInfo,
    Footnote,
    Fragment,
    ModelInfo,
    Rejected,
    Result,
    SoeTable,
    TableType,
    UnsurePage,
)

HEAD = ["Procedure", "Day 1", "Day 8"]


def made_table(
    name: str,
    pages: list[int],
    rows: list[list[str]],
    kind: TableType = "main_soa",
    sure: float = 0.99,
    box: tuple[float, float, float, float] = (60, 80, 700, 400),
) -> SoeTable:
    """Header and `rows`, spread evenly over `pages`; one footnote."""
    grid = [HEAD, *rows]
    share = -(-len(rows) // len(pages))
    row_pages: list[int | None] = [pages[0], *(pages[i // share] for i in range(len(rows)))]
    cells = [Cell(row=r, column=c, text=t, page=row_pages[r]) for r, row in enumerate(grid) for c, t in enumerate(row)]
    return SoeTable(
        id=name,
        title=f"Table {name}",
        title_source="caption",
        table_type=kind,
        type_probability=sure,
        probability=0.97,
        pages=pages,
        fragments=[Fragment(page=p, bbox=box, probability=0.97) for p in pages],
        header_rows=1,
        grid=grid,
        cells=cells,
        row_pages=row_pages,
        footnotes=[Footnote(marker="a", text=f"Note of {name}.", page=pages[-1])],
    )


def rows(*names: str) -> list[list[str]]:
    return [[name, "X", ""] for name in names]


def made_result(name: str = "made.pdf", **changes: object) -> Result:
    """A main table on pages 1-2, a track on 3 (type unsure), two near misses, page 6 unsure."""
    result = Result(
        document=DocumentInfo(
            name=name,
            sha256="ab" * 32,
            n_pages=6,
            has_soe="yes",
            unsure_pages=[
                UnsurePage(page=4, why="a table with probability 0.41"),
                UnsurePage(page=6, why="the page is a picture"),
            ],
        ),
        tables=[
            made_table("t1", [1, 2], rows("Consent", "Weight a", "ECG", "Hematology")),
            made_table("t2", [3], rows("Diary", "Weight"), "track", 0.55),
        ],
        rejected=[
            Rejected(pages=[4], bbox=(60, 80, 500, 300), title="Near", probability=0.41, likely_class="other"),
            Rejected(pages=[5], bbox=(60, 80, 500, 300), title="Far", probability=0.004, likely_class="dose_table"),
        ],
        model=ModelInfo(name="toy", version="1", sha256="cd" * 32, threshold=0.5, unsure_threshold=0.3),
    )
    return result.model_copy(update=changes)


def write_made(folder: Path, stem: str = "made") -> Path:
    return made_result(f"{stem}.pdf").to_json(folder / f"{stem}.json")


_count = 0


def correction(who: str = "anna", why: str = "", **what: object) -> dict[str, object]:
    """One correction with an id of its own."""
    global _count
    _count += 1
    return {"id": f"made{_count:08}", "who": who, "what": what, "why": why}
