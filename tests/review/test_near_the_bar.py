"""A schedule that the judge nearly took is seen: in the near misses with its probability, and in `has_soe`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soesift.classify.judge import Judge
from soesift.detect.detector import Detector
from soesift.result.models import ModelInfo
from soesift.review.apply import apply_corrections
from soesift.review.worklist import items_of
from soesift.sample import make_protocol


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
