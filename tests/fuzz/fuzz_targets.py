"""What is fuzzed: a strategy that makes cases, and a check that no case may fail."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from document_maker import Sheet, draw_table, full_grid, pdf_bytes
from soesift.config import check, load_toml
from soesift.detect.all_tables import document_records
from soesift.document.page import Page
from soesift.errors import DocumentError, UsageError
from soesift.label.config import LabelConfig
from soesift.label.prompt import Labels
from soesift.label.providers.base import ProviderError, Reply, TokenLogprob
from soesift.label.providers.http import read_body
from soesift.label.request import parse
from soesift.table.find import find_tables
from soesift.table.records import page_records

# --- page objects -----------------------------------------------------------------------------------------------
NICE = st.integers(0, 40).map(lambda n: 20.0 * n)
WILD = st.one_of(
    NICE,
    st.floats(-900, 1500, width=32),
    st.sampled_from([0.0, -0.0, 1e-6, 1e6, -1e6, 3e38, float("nan"), float("inf")]),
)
CODE = st.one_of(st.sampled_from([ord(c) for c in "XaD1-✓→ \n\u200b*†"]), st.integers(0, 0x10FFFF))


def boxes(place: st.SearchStrategy[float], most: int) -> st.SearchStrategy[Any]:
    """Boxes as the reader gives them: from left to right and from top to bottom, unless there is no number."""
    box = st.tuples(place, place, place, place).map(
        lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
    )
    return st.lists(box, max_size=most).map(lambda rows: np.array(rows, np.float32).reshape(-1, 4))


@st.composite
def pages(draw: st.DrawFn) -> Page:
    place = draw(st.sampled_from([NICE, WILD]))
    page = Page(1, draw(st.sampled_from([612.0, 1.0, 0.0, 1e6])), draw(st.sampled_from([792.0, 1.0, 0.0, 1e6])))
    letters = draw(st.lists(st.tuples(CODE, place, place, st.sampled_from([0, 0, 0, 90, 180, 270])), max_size=50))
    size = draw(st.sampled_from([9.0, 0.0, 400.0]))
    page.codes = np.array([code for code, *_ in letters], np.uint32)
    page.boxes = np.array([(x + 5, y + 5, x + 5 + size / 2, y + 5 + size) for _, x, y, _ in letters], np.float32)
    page.boxes = page.boxes.reshape(-1, 4)
    page.upright = np.array([turn for *_, turn in letters], np.int16)
    page.horizontal, page.vertical = draw(boxes(place, 16)), draw(boxes(place, 16))
    page.horizontal[:, 3] = page.horizontal[:, 1] + 1  # thin, as rulings are
    page.vertical[:, 2] = page.vertical[:, 0] + 1
    page.fills, page.images = draw(boxes(place, 4)), draw(boxes(place, 2))
    page.fill_grey = np.array([draw(st.floats(0, 1, width=32)) for _ in page.fills], np.float32)
    return page


def check_page(page: Page) -> None:
    """Tables are whole grids, and their records can be written down."""
    with np.errstate(all="ignore"):
        found = find_tables(page)
        records = page_records(found, "d", "", 1, "")
    for table, record in zip(found.tables, records, strict=True):
        count = np.zeros(table.shape, int)
        for cell in table.cells:
            count[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] += 1
        assert (count == 1).all()
        assert len({len(row) for row in record.grid}) == 1
        json.dumps(record.model_dump(mode="python"), allow_nan=False)


# --- what teachers say ------------------------------------------------------------------------------------------
LABELS = Labels(yes=["YES"], no=["NO"], unsure=["UNSURE"])
PIECE = st.one_of(
    st.sampled_from(
        [
            "YES",
            "NO",
            "no",
            "UNSURE",
            "Answer: ",
            "label is ",
            "<think>",
            "</think>",
            "```json\n",
            "```",
            '{"answer": ',
            '"YES"',
            "}",
            "[",
            "null",
            "\n",
            " ",
            "**",
            "I'm sorry",
            "ſ",
            "ß",
            "İ",
            "\0",
        ]
    ),
    st.text(max_size=6),
)
SPEECH = st.one_of(st.lists(PIECE, max_size=12).map("".join), st.integers(1, 20_000).map(lambda n: "[" * n))
TOKENS = st.lists(st.builds(TokenLogprob, SPEECH, st.floats(allow_nan=True)), max_size=5).map(tuple)
REPLIES = st.builds(
    Reply, SPEECH, st.sampled_from(["stop", "length", "", "SAFETY", "odd"]), st.sampled_from(["", "no"]), TOKENS
)


def check_reply(reply: Reply) -> None:
    """Exactly one of a label and a failure, with a reason, and a token that exists."""
    parsed = parse(reply, LABELS)
    assert (parsed.label is None) != (parsed.failure is None)
    assert parsed.label or parsed.reason
    assert parsed.token is None or 0 <= parsed.token < len(reply.logprobs)


ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "message",
                    "content",
                    "logprobs",
                    "usage",
                    "finish_reason",
                    "refusal",
                    "token",
                    "logprob",
                    "top_logprobs",
                    "prompt_tokens",
                    "prompt_tokens_details",
                    "model",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=14,
)


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """Chat completions with some part replaced by anything."""
    odd = lambda usual: draw(st.one_of(st.just(usual), st.just(usual), ANY_JSON))  # noqa: E731
    token = {"token": odd("YES"), "logprob": odd(-0.1), "top_logprobs": odd([{"token": "NO", "logprob": odd(-2.0)}])}
    message = odd({"role": "assistant", "content": odd("YES"), "refusal": odd(None)})
    said = odd({"content": odd([odd(token)])})
    choice = odd({"message": message, "finish_reason": odd("stop"), "logprobs": said})
    details = odd({"cached_tokens": 0})
    usage = odd({"prompt_tokens": odd(9), "completion_tokens": odd(1), "prompt_tokens_details": details})
    return odd({"choices": odd([choice]), "usage": usage, "model": odd("toy")})


def check_body(body: Any) -> None:
    """A reply with plain values, or the error that becomes a failed row."""
    try:
        reply = read_body(body)
    except ProviderError:
        return
    check_reply(reply)
    assert isinstance(reply.tokens_in, int)
    assert isinstance(reply.tokens_out, int)


# --- configuration ----------------------------------------------------------------------------------------------
TOML_PIECE = st.one_of(
    st.sampled_from(
        [
            "[provider]\n",
            "[[x]]\n",
            "[views]\n",
            "model",
            "names",
            " = ",
            '"json"',
            "[",
            "]",
            "{",
            "}",
            "\n",
            "1e999",
            "nan",
            "-0",
            "1979-05-27T07:32:00Z",
            '"""',
            "'",
            "\\u",
            "#",
            "\r",
            "true",
        ]
    ),
    st.text(max_size=5),
)
TOML = st.one_of(
    st.lists(TOML_PIECE, max_size=25).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")),
    st.binary(max_size=30),
    st.integers(1, 5000).map(lambda n: b"a = " + b"[" * n + b"]" * n),
)
KEYS = st.sampled_from(["provider", "views", "sampling", "run", "budget", "price", "model", "names", "mdoel", ""])
LEAF = st.one_of(st.integers(), st.text(max_size=4), st.floats(), st.booleans())
TREE = st.recursive(LEAF, lambda i: st.one_of(st.lists(i, max_size=3), st.dictionaries(KEYS, i, max_size=4)))
TREES = st.dictionaries(KEYS, TREE, max_size=5)


def check_config(data: bytes | dict[str, Any]) -> None:
    """A configuration, or one line that names the file."""
    try:
        if isinstance(data, dict):
            check(data, LabelConfig, "c.toml")
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "c.toml"
            path.write_bytes(data)
            load_toml(path, LabelConfig)
    except UsageError as error:
        one_line = str(error).splitlines()
        if len(one_line) != 1 or "c.toml" not in one_line[0]:
            raise AssertionError(f"not one line that names the file: {error}") from error


# --- documents --------------------------------------------------------------------------------------------------
@lru_cache
def small_pdf() -> bytes:
    texts = [["Procedure", "Day 1", "Day 8"], ["Vital signs", "X", ""], ["ECG", "X", "X"]]
    sheet = draw_table(Sheet(), [60.0, 200, 260, 320], [100.0, 120, 140, 160], full_grid(texts))
    return pdf_bytes([sheet, Sheet(rotate=90).text(72, 72, "Prose")])


@lru_cache
def small_xml() -> bytes:
    ns = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    span = b'<w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr>'
    cell = b"<w:tc>" + span + b"<w:p><w:r><w:t>X</w:t></w:r></w:p></w:tc>"
    row = b'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell * 3 + b"</w:tr>"
    grid = b'<w:tblGrid><w:gridCol w:w="100"/><w:gridCol w:w="90"/></w:tblGrid>'
    return b"<w:document " + ns + b"><w:body><w:tbl>" + grid + row * 3 + b"</w:tbl></w:body></w:document>"


TELLING = [b"0", b"-1", b"99999999999", b"1e38", b"nan", b"/", b"<<", b">>", b"R", b" re f ", b'"', b"w:tc", b"<w:tbl>"]
SPLICE = st.one_of(st.binary(max_size=4), st.sampled_from(TELLING))
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), SPLICE), min_size=1, max_size=6)


def edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, new in edits:
        place = int(where * len(data))
        data = data[:place] + new + data[place + length :]
    return data


def check_file(name: str, data: bytes) -> None:
    """Records that can be written down, or a DocumentError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            records = document_records(path, "never")
        except DocumentError:
            return
    for record in records:
        assert len({len(row) for row in record.grid}) == 1
        record.model_dump_json()


def check_pdf(edits: list[tuple[float, int, bytes]]) -> None:
    check_file("d.pdf", edited(small_pdf(), edits))


def check_docx(edits: list[tuple[float, int, bytes]]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", edited(small_xml(), edits))
    check_file("d.docx", out.getvalue())


@dataclass(frozen=True)
class Target:
    cases: st.SearchStrategy[Any]
    check: Callable[[Any], None]


TARGETS = {
    "page": Target(pages(), check_page),
    "reply": Target(REPLIES, check_reply),
    "body": Target(bodies(), check_body),
    "toml": Target(TOML, check_config),
    "config": Target(TREES, check_config),
    "pdf": Target(EDITS, check_pdf),
    "docx": Target(EDITS, check_docx),
}
