"""How often `soesift diff` names exactly the edits that were made to made-up schedules.

    python benchmarks/diff_exactness.py --cases 1500

Each case: a schedule from a seed, 1 to 6 random edits of any kinds, the difference, compared with the edits by
kind and by row and column in both versions; the difference with itself; the mirror; other orders of tables.
"""

from __future__ import annotations

import argparse
from collections import Counter
from random import Random

from soesift.diff.compare import compare_documents, compare_sheets
from soesift.diff.models import Edit, Version
from soesift.diff.sheet import Sheet, sheet_of
from soesift.evaluate.bootstrap import exact_share
from soesift.result.models import Cell, Footnote, SoeTable
from soesift.sample.amend import amend
from soesift.sample.blocks import TrueEdit
from soesift.sample.columns import calendar
from soesift.sample.kinds import Options, make_study
from soesift.sample.negatives.scene import Scene
from soesift.sample.protocol import rows_of
from soesift.sample.schedule import MadeSchedule, choose_wording, make_schedule
from soesift.sample.style import page_style

Key = tuple[str, int | None, int | None, int | None, int | None, str, str]
SWAPPED = {"added": "removed", "removed": "added"}


def made_schedule(rng: Random) -> MadeSchedule:
    scene = Scene(make_study(rng), page_style(rng))
    columns = calendar(rng, rng.choice(scene.study.area.schemes), rng.choice((9, 15, 18)))
    wording = choose_wording(rng)
    wording.categories_left = False
    return make_schedule(rng, columns, rows_of(rng, scene, Options(kind=rng.choice(("full", "small"))), ""), wording)


def as_table(made: MadeSchedule, table_id: str = "t1", title: str = "Schedule of Activities") -> SoeTable:
    """What a perfect detector returns for the schedule."""
    texts = made.grid.texts()
    cells = [
        Cell(row=r, column=c, row_span=cell.rows, column_span=cell.columns, text=texts[r][c])
        for r, row in enumerate(made.grid.cells)
        for c, cell in enumerate(row)
        if cell is not None
    ]
    return SoeTable(
        id=table_id,
        title=title,
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        header_rows=made.grid.header_rows,
        grid=texts,
        cells=cells,
        footnotes=[Footnote(marker=m, text=t) for m, t in made.notes],
    )


def key_of(edit: Edit) -> Key:
    """Kind and places; of a footnote its texts; of a move the kind alone: either of two neighbours may have moved."""
    kind, places = edit.kind, (edit.old, edit.new)
    if kind.startswith("footnote"):
        old, new = ("" if p is None else p.text for p in places)
        return kind, None, None, None, None, old, new
    if kind.endswith("_moved"):
        return kind, None, None, None, None, "", ""
    rows = [p.rows[0] if p and p.rows else None for p in places]
    columns = [p.columns[0] if p and p.columns else None for p in places]
    return kind, rows[0], columns[0], rows[1], columns[1], "", ""


def true_key(edit: TrueEdit) -> Key:
    if edit.kind.startswith("footnote"):
        return edit.kind, None, None, None, None, edit.old_text, edit.new_text
    if edit.kind.endswith("_moved"):
        return edit.kind, None, None, None, None, "", ""
    return edit.kind, edit.old_row, edit.old_column, edit.new_row, edit.new_column, "", ""


def mirrored(edits: list[Edit]) -> list[Edit]:
    """The edits of the way back."""
    back = []
    for edit in edits:
        stem, _, end = edit.kind.rpartition("_")
        back.append(Edit(kind=f"{stem}_{SWAPPED.get(end, end)}", old=edit.new, new=edit.old))  # type: ignore[arg-type]
    return back


def faults_of(seed: int) -> tuple[int, list[str]]:
    """The number of edits made, and what is wrong with the difference of one case."""
    rng = Random(f"diff-{seed}")
    made = made_schedule(rng)
    amended = amend(rng, made, rng.randint(1, 6))
    truth = amended.edits
    old, new = sheet_of(as_table(made)), sheet_of(as_table(amended))
    there, back = compare_sheets(old, new).edits, compare_sheets(new, old).edits
    got, wanted = Counter(map(key_of, there)), Counter(map(true_key, truth))
    faults = [f"extra {key}" for key in (got - wanted).elements()]
    faults += [f"missed {key}" for key in (wanted - got).elements()]
    faults += ["not empty against itself"] if compare_sheets(old, old).edits or compare_sheets(new, new).edits else []
    faults += ["no mirror"] if Counter(map(repr, mirrored(there))) != Counter(map(repr, back)) else []
    return len(truth), faults


def order_matters(seed: int) -> bool:
    """Whether the difference of two documents with four tables changes with the order of their tables."""
    rng = Random(f"order-{seed}")
    made = [made_schedule(rng) for _ in range(4)]
    names = ("Schedule of Activities", "Extension", "Survival follow-up", "Substudy")
    old = [sheet_of(as_table(m, f"t{i}", n)) for i, (m, n) in enumerate(zip(made, names, strict=True))]
    amended = [amend(rng, m, 3) for m in made]
    new = [sheet_of(as_table(m, f"t{i}", n)) for i, (m, n) in enumerate(zip(amended, names, strict=True))]
    return documents(old, new) != documents(rng.sample(old, 4), rng.sample(new, 4))


def documents(old: list[Sheet], new: list[Sheet]) -> str:
    return compare_documents(old, new, (Version(name="old"), Version(name="new"))).model_dump_json()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1500)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    edits, bad, kinds = 0, [], Counter[str]()
    for seed in range(options.first, options.first + options.cases):
        count, faults = faults_of(seed)
        edits += count
        if faults:
            bad.append(seed)
            kinds.update(" ".join(f.split(",")[0].replace("('", "").split()) for f in faults)
            print(seed, *faults, sep="\n    ")
    share = exact_share(options.cases - len(bad), options.cases)
    orders = sum(order_matters(seed) for seed in range(options.cases // 15))
    print(
        f"{options.cases} cases, {edits} edits; exactly the edits in {options.cases - len(bad)} "
        f"({share.value:.2%}, 95 % interval {share.low:.2%} to {share.high:.2%}); faults: {dict(kinds)}"
    )
    print(f"order of tables matters in {orders} of {options.cases // 15} documents with four tables")


if __name__ == "__main__":
    main()
