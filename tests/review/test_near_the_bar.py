"""A schedule that the judge nearly took is seen: in the near misses with its probability, and in `has_soe`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from soesift.classify.judge import Judge
from soesift.detect.detector import Detector
from soesift.result.models import ModelInfo, PictureNotRead, UnsurePage
from soesift.review.apply import apply_corrections
from soesift.review.worklist import items_of
from soesift.sample import make_protocol
from soesift.table.record import TableRecord


@pytest.mark.parametrize(
    ("chance", "has_soe", "kind"), [(0.6, "yes", None), (0.3, "unsure", "unsure"), (0.05, "no", "near_miss")]
)
def test_an_academic_schedule_just_under_the_bar(tmp_path: Path, chance: float, has_soe: str, kind: str | None) -> None:
    truth = make_protocol(7001, tmp_path, kind="academic")
    page = truth.soe_tables[0].grid_pages[0]
    info = ModelInfo(name="stub", version="1", sha256="", threshold=0.5, unsure_threshold=0.15)
    judge = Judge(info, lambda records: np.array([[chance if r.page == page else 0.001, 0.0] for r in records]))
    result = Detector(judge).detect(tmp_path / f"{truth.id}.pdf", ocr="never")
    assert result.document.has_soe == has_soe
    if kind is None:
        assert result.tables[0].pages == [page]
        return
    assert (result.rejected[0].pages, result.rejected[0].probability) == ([page], chance)
    first = next(item for item in items_of(result, apply_corrections(result, []), []) if item.key == "r1")
    assert (first.kind, first.probability) == (kind, chance)


def test_a_picture_left_unread_is_listed_with_its_chance_and_never_waited_for(tmp_path: Path) -> None:
    truth = make_protocol(7001, tmp_path, kind="academic")
    judge = Judge(ModelInfo(name="stub", version="1", sha256="", threshold=0.5, unsure_threshold=0.15), _none)
    result = Detector(judge).detect(tmp_path / f"{truth.id}.pdf", ocr="never")
    pictures = [PictureNotRead(page=page, likely=0.04) for page in (90, 91)]
    info = result.document.model_copy(
        update={"pictures_not_read": pictures, "unsure_pages": [UnsurePage(page=91, why="a heading is above it")]}
    )
    result = result.model_copy(update={"document": info})
    items = {item.key: item for item in items_of(result, apply_corrections(result, []), [])}
    left, doubted = items["p90"], items["p91"]
    assert (left.kind, left.pages, left.probability, left.open) == ("unlikely", (90,), 0.04, False)
    assert left.why == "not read, as it seems to hold no schedule: 4 % that it does"
    assert (doubted.kind, doubted.open) == ("unsure", True)  # one item a page: the doubt comes first


def _none(records: Sequence[TableRecord]) -> NDArray[np.float64]:
    return np.full((len(records), 2), 0.001)
