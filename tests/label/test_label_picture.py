"""The view `picture`: cut out, drawn upright, named by content, sent as a picture in each API's own shape."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loopback import Loopback, completion
from PIL import Image
from pydantic import ValidationError
from reportlab.pdfgen.canvas import Canvas
from test_label_providers_today import in_its_shape
from toys import config, litellm_or_skip

from soesift.errors import UsageError
from soesift.label.batch import write_batch
from soesift.label.config import LabelConfig
from soesift.label.ledger import Ledger
from soesift.label.plan import make_plan
from soesift.label.providers.choose import open_provider
from soesift.label.report import stored_answers
from soesift.label.request import build_requests
from soesift.label.run import label_tables
from soesift.table.record import TableRecord
from soesift.view.picture import SETTINGS, picture_of, picture_tokens

BOX = (100.0, 200.0, 400.0, 350.0)  # points from the top left


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """TOY.pdf: a red square in the upper left corner of the table, a blue one far below it."""
    page = Canvas(str(tmp_path / "TOY.pdf"), pagesize=(600, 800))
    for colour, x, top in (((1, 0, 0), 100, 200), ((0, 0, 1), 100, 600)):
        page.setFillColorRGB(*colour)
        page.rect(x, 800 - top - 30, 30, 30, stroke=0, fill=1)
    page.save()
    return tmp_path


def record(**changes: Any) -> TableRecord:
    whole: dict[str, Any] = {"table_id": "t1", "document": "TOY", "page": 1, "bbox": BOX, "page_size": (600.0, 800.0)}
    return TableRecord(**(whole | {"grid": [["a", "b"]]} | changes))


def asking(url: str, folder: Path, **provider: Any) -> LabelConfig:
    return config(url, provider=provider, views={"names": ["picture"], "documents": str(folder)})


def drawn(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def red(pixels: np.ndarray) -> np.ndarray:
    """(2,) middle of what is red, as shares of height and width."""
    at = np.argwhere((pixels[:, :, 0] > 200) & (pixels[:, :, 2] < 80))
    return np.asarray(at.mean(0) / pixels.shape[:2])


def test_the_table_is_cut_out_with_its_title_above(folder: Path) -> None:
    shown = picture_of(record(), folder)
    assert shown is not None
    pixels = drawn(shown.png())
    assert np.abs(np.array(pixels.shape[1::-1]) - shown.size).max() <= 1
    assert pixels.shape[0] == pytest.approx((150 + SETTINGS.above + SETTINGS.around) * SETTINGS.dpi / 72, abs=2)
    assert not ((pixels[:, :, 2] > 200) & (pixels[:, :, 0] < 80)).any()  # what stands elsewhere is not shown
    assert red(pixels) == pytest.approx([(60 + 15) / 234, (24 + 15) / 348], abs=0.01)


@pytest.mark.parametrize(("turn", "corner"), [(90, "lower left"), (180, "lower right"), (270, "upper right")])
def test_a_turned_table_is_shown_upright(folder: Path, turn: int, corner: str) -> None:
    """`turn`: clockwise degrees by which the table lies on the page; its upper left is what was turned there."""
    upright = (800.0, 600.0) if turn % 180 else (600.0, 800.0)
    shown = picture_of(record(rotation=turn, page_size=upright, bbox=(100, 200, 400, 780)), folder)
    assert shown is not None
    pixels = drawn(shown.png())
    down, right = red(pixels) > 0.5
    assert f"{'lower' if down else 'upper'} {'right' if right else 'left'}" == corner
    assert np.abs(np.array(pixels.shape[1::-1]) - shown.size).max() <= 1


def test_a_large_table_is_made_smaller_and_tokens_are_the_dearest_way() -> None:
    assert picture_tokens(750, 750) == 765  # OpenAI: 4 tiles of 170 and 85
    assert picture_tokens(1568, 1100) == 2300  # Anthropic: by area
    assert picture_tokens(100, 100) == 258  # Gemini: one tile


def test_what_is_asked_is_named_by_content(folder: Path) -> None:
    how = asking("http://x", folder)
    one, again = (next(iter(build_requests([record()], how, True))) for _ in range(2))
    assert one.key == again.key
    assert one.key != next(iter(build_requests([record(bbox=(100, 200, 400, 360))], how, True))).key
    assert str(folder) not in one.text
    (folder / "TOY.pdf").write_bytes((folder / "TOY.pdf").read_bytes() + b"\n% another file")
    with pytest.raises(UsageError, match="another file"):
        list(build_requests([record(sha256="0" * 64)], how, True))


def test_a_plan_counts_pictures_and_says_who_has_none(folder: Path) -> None:
    plan = make_plan([record(), record(table_id="w", page=None, bbox=None)], asking("http://x", folder))
    shown = picture_of(record(), folder)
    assert shown is not None
    assert (plan.calls["picture"], plan.no_picture) == (1, 1)
    assert plan.tokens_seen == shown.tokens
    assert plan.tokens_in > plan.tokens_seen


def test_a_missing_folder_file_or_eye_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"set views\.documents"):
        config("http://x", views={"names": ["picture"]})
    with pytest.raises(ValidationError, match="reads text alone"):
        asking("http://x", folder, kind="transformers")
    with pytest.raises(UsageError, match=r"OTHER\.pdf: no such file"):
        list(build_requests([record(document="OTHER")], asking("http://x", folder), True))
    requests = list(build_requests([record()], asking("http://x", folder), True))
    with pytest.raises(UsageError, match="hold no pictures"):
        write_batch(tmp_path / "b.jsonl", requests, "gemini")
    write_batch(tmp_path / "b.jsonl", requests, "openai")
    assert "data:image/png" in (tmp_path / "b.jsonl").read_text()


def sent(body: dict[str, Any]) -> bytes:
    """The picture of a request in OpenAI's, Gemini's or Anthropic's shape."""
    if "contents" in body:
        parts = body["contents"][-1]["parts"]
        (data,) = (next(iter(p[k] for k in p if k in ("inlineData", "inline_data"))) for p in parts if "text" not in p)
        return base64.b64decode(data["data"])
    content = body["messages"][-1]["content"]
    (image,) = (part for part in content if part["type"] in ("image", "image_url"))
    data = image["source"]["data"] if image["type"] == "image" else image["image_url"]["url"].partition(",")[2]
    return base64.b64decode(data)


@pytest.mark.parametrize("model", ["toy", "gemini/gemini-2.5-flash", "anthropic/claude-sonnet-4-5"])
def test_it_is_sent_and_answered_in_each_shape(
    model: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def answer(number: int, body: dict[str, Any]) -> Any:
        seen.append(sent(body))
        return completion("NO") if "contents" not in body and "system" not in body else in_its_shape(number, body)

    if model != "toy":
        litellm_or_skip()
    for key in ("GEMINI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(key, "made-up-key")
    with Loopback(answer) as server:
        url = server.url if model == "toy" else server.url.removesuffix("/v1")
        kind = "openai" if model == "toy" else "litellm"
        how = asking(url, folder, model=model, kind=kind)
        how = how.model_copy(update={"sampling": how.sampling.model_copy(update={"mode": "samples", "samples": 1})})
        ledger = Ledger(tmp_path / "l.db")
        outcome = asyncio.run(asked(how, ledger))
        (told,) = stored_answers(ledger)
        ledger.close()
    shown = picture_of(record(), folder)
    assert shown is not None
    assert (outcome.labelled, outcome.failures) == (1, {})
    assert (told.view, told.label, told.prompt) == ("picture", "no", "soe-v1/picture-v1")
    assert seen == [shown.png()]
    assert "data:image" not in json.dumps(told.raw)


async def asked(how: LabelConfig, ledger: Ledger) -> Any:
    provider = open_provider(how.provider)
    try:
        return await label_tables([record()], how, ledger, provider)
    finally:
        await provider.close()
