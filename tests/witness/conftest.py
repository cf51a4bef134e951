from pathlib import Path

import pytest

from soesift import Detector
from soesift.result.models import SoeTable
from soesift.sample import make_protocol


@pytest.fixture(scope="session")
def detected(tmp_path_factory: pytest.TempPathFactory) -> tuple[SoeTable, Path]:
    """A table as it was detected, and the document; change a copy of it alone."""
    folder = tmp_path_factory.mktemp("detected")
    make_protocol(3, folder, kind="small", borders="full")
    path = next(folder.glob("*.pdf"))
    return Detector.load("rule").detect(path).tables[0], path
