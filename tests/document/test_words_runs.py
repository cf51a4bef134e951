"""Characters into words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from document_maker import Sheet, read_sheet
from soesift.document.characters import part_ligatures
from soesift.document.page import Page
from soesift.document.words import find_words, join_lines, join_words, read_lines


def test_words_of_a_line(tmp_path: Path) -> None:
    words = find_words(read_sheet(tmp_path, Sheet().text(72, 100, "Day 1  to Day-28")))
    assert words.text == ["Day", "1", "to", "Day-28"]
    assert (np.diff(words.boxes[:, 0]) > 0).all()
    assert words.boxes[0, 0] == pytest.approx(72, abs=0.5)
    assert set(words.turn.tolist()) == {0}
    assert len(set(words.size.round(2).tolist())) == 1


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_words_read_upright_in_their_own_frame(tmp_path: Path, turn: int) -> None:
    words = find_words(read_sheet(tmp_path, Sheet().text(300, 400, "End of treatment", 10, turn)))
    assert words.text == ["End", "of", "treatment"]
    assert set(words.turn.tolist()) == {turn}
    # in that frame they follow each other from left to right on one line
    assert (words.lines[1:, 0] > words.lines[:-1, 2]).all()
    assert np.ptp(words.lines[:, 1]) < 0.1


@pytest.mark.parametrize("lift", [-3, 0, 3, 5, 7])
def test_footnote_marker_is_written_next_to_its_word(tmp_path: Path, lift: float) -> None:
    """Raised, lowered or level, as a part of the word or a word of its own, before the next line."""
    sheet = Sheet().text(72, 100, "12-lead ECG", 10).text(127.2, 100 - lift, "a,b", 6)
    sheet.text(72, 112, "at rest", 10)
    words = find_words(read_sheet(tmp_path, sheet))
    assert read_lines(words, np.arange(len(words))) == "12-lead ECGa,b at rest"


def test_letters_set_one_by_one_join(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, letter in enumerate("HOUSE"):
        sheet.text(72 + 8 * number, 100, letter, 10)
    assert find_words(read_sheet(tmp_path, sheet)).text == ["HOUSE"]


def test_columns_without_a_space_between_part(tmp_path: Path) -> None:
    sheet = Sheet().text(72, 100, "X").text(90, 100, "X").text(72, 112, "X")
    words = find_words(read_sheet(tmp_path, sheet))
    assert words.text == ["X", "X", "X"]


def test_no_words(tmp_path: Path) -> None:
    words = find_words(read_sheet(tmp_path, Sheet().text(72, 100, "   ")))
    assert len(words) == 0
    assert words.boxes.shape == (0, 4)
    assert len(join_words([])) == 0


def test_take_keeps_rows_together(tmp_path: Path) -> None:
    words = find_words(read_sheet(tmp_path, Sheet().text(72, 100, "one two three")))
    some = words.take(np.array([2, 0]))
    assert some.text == ["three", "one"]
    assert np.array_equal(some.boxes, words.boxes[[2, 0]])


CHARACTER = st.tuples(
    st.sampled_from([*map(ord, "aX1 -\n"), 0xA0, 0xAD, 0x200B, 0xFEFF, 0x2713, 0x4E00]),
    st.integers(0, 600),
    st.integers(0, 780),
    st.integers(0, 12),
    st.sampled_from([0, 90, 180, 270]),
)


@settings(max_examples=60)
@given(st.lists(CHARACTER, max_size=40))
def test_each_visible_character_lands_in_one_word(characters: list[tuple[int, int, int, int, int]]) -> None:
    codes = np.array([c[0] for c in characters], np.uint32)
    boxes = np.array([(x, y, x + s, y + s) for _, x, y, s, _ in characters], np.float32).reshape(-1, 4)
    page = Page(1, 612, 792, codes=codes, boxes=boxes, upright=np.array([c[4] for c in characters], np.int16))
    words = find_words(page)
    hidden = (32, 10, 0xA0, 0xAD, 0x200B, 0xFEFF)
    seen = sorted(chr(c) for c, _, _, size, _ in characters if size and c not in hidden)
    assert sorted("".join(words.text)) == seen
    assert all(words.text)
    if seen:
        shown = boxes[(boxes[:, 3] > boxes[:, 1]) & ~np.isin(codes, hidden)]
        assert words.boxes[:, :2].min(axis=0).tolist() == shown[:, :2].min(axis=0).tolist()
        assert words.boxes[:, 2:].max(axis=0).tolist() == shown[:, 2:].max(axis=0).tolist()


def test_a_space_of_the_file_parts_words_that_are_drawn_close(tmp_path: Path) -> None:
    """Italics and condensed print: the letter before reaches over the space's room."""
    page = read_sheet(tmp_path, Sheet().text(72, 100, "range of sub"))
    at = page.text().index("f sub")
    page.boxes[at, 2] = page.boxes[at + 2, 0] - 0.5  # the f's box reaches over the space
    words = find_words(page)
    assert read_lines(words, np.arange(len(words))) == "range of sub"
    page.boxes[at + 1, [0, 2]] = page.boxes[at + 2, 0] - 0.2, page.boxes[at + 2, 0]  # a space without room
    words = find_words(page)
    assert read_lines(words, np.arange(len(words))) == "range ofsub"


def test_a_sign_stays_with_its_number() -> None:
    assert join_lines(["Day -28 to Day -", "1 or later"]) == "Day -28 to Day -1 or later"
    assert join_lines(["2-", "4 weeks"]) == "2-4 weeks"
    assert join_lines(["COVID-", "19/", "Unscheduled"]) == "COVID-19/Unscheduled"
    assert join_lines(["Day 1 -", "Day 7"]) == "Day 1 - Day 7"
    assert join_lines(["follow-", "up"]) == "follow-up"
    assert join_lines(["Elektro‐", "kardio‐", "gramm (3)"]) == "Elektrokardiogramm (3)"  # U+2010, as browsers print
    assert join_lines(["follow‐", "up at home‐", "based"]) == "follow‐up at home‐based"
    assert join_lines(["SARS‐", "CoV"]) == "SARS‐ CoV"


@pytest.mark.parametrize("turn", [90, 270])
def test_letters_turned_and_drawn_one_by_one_are_words(tmp_path: Path, turn: int) -> None:
    """As browsers print upright columns of text; pdfium puts a line end behind each letter."""
    sheet, step = Sheet().text(72, 60, "Visit"), 6.0 if turn == 90 else -6.0
    for number, letter in enumerate("Week 12"):
        sheet.text(300, 400 + step * number, letter, 10, turn)
    words = find_words(read_sheet(tmp_path, sheet))
    assert words.text == ["Visit", "Week", "12"]
    assert words.turn.tolist() == [0, turn, turn]


@pytest.mark.parametrize("turn", [90, 270])
@pytest.mark.parametrize(("gap", "read"), [(2.6, "Informed consent"), (0.6, "Informedconsent")])
def test_turned_words_without_a_space_in_the_file_are_parted_where_pdfium_adds_one(
    tmp_path: Path, turn: int, gap: float, read: str
) -> None:
    """As browsers and LaTeX set words, each where it stands; such a space has no box and no turn of its own."""
    upright = find_words(read_sheet(tmp_path, Sheet().text(72, 100, "Informed", 10)))
    step = float(upright.boxes[0, 2] - upright.boxes[0, 0]) + gap
    sheet = Sheet().text(300, 400, "Informed", 10, turn)
    sheet.text(300, 400 + (step if turn == 90 else -step), "consent", 10, turn)
    words = find_words(read_sheet(tmp_path, sheet))
    assert read_lines(words, np.arange(len(words))) == read


def test_a_space_added_between_turned_letters_that_touch_parts_nothing() -> None:
    codes = np.array([ord(c) for c in "V isit"], np.uint32)
    sides = np.array([0, 6, 6, 9, 14, 17, 20], np.float32)
    boxes = np.stack([np.zeros(6), sides[:-1], np.full(6, 8.0), sides[1:]], 1).astype(np.float32)
    boxes[1] = 0
    boxes[2:, [1, 3]] -= 0.4
    page = Page(1, 612, 792, codes=codes, boxes=boxes, upright=np.full(6, 90, np.int16))
    assert find_words(page).text == ["Visit"]


def test_marks_one_below_the_other_are_not_turned(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(6):
        sheet.text(300, 200 + 11.0 * number, "X", 10)
    assert set(find_words(read_sheet(tmp_path, sheet)).turn.tolist()) == {0}


@pytest.mark.parametrize("up", [True, False])
def test_letters_of_a_turned_ligature_go_up_or_down_with_their_word(up: bool) -> None:
    """pdfium shares out the sign from left to right, however it is turned."""
    word = {"E": (10, 20, 5), "f": (11, 14, 9), "i": (14, 17, 9), "t": (10, 20, 5)}  # left, right, length upwards
    y, sides = 100.0, []
    for sign in "Efit" if up else "tifE":
        left, right, length = word[sign]
        sides.append([left, y + length, right, y])
        y += 0.0 if sign == ("f" if up else "i") else length
    boxes = np.array(sides if up else sides[::-1], np.float32)
    found = part_ligatures(np.array([ord(c) for c in "Efit"], np.uint32), boxes)
    assert found[1:3, [0, 2]].tolist() == [[10, 20]] * 2
    middles = found[:, [1, 3]].mean(axis=1)
    assert (np.sign(np.diff(middles)) == (1 if up else -1)).all()
    assert np.abs(found[1:3, 1] - found[1:3, 3]).tolist() == [4.5, 4.5]
    beside = part_ligatures(
        np.array([ord(c) for c in "Efit"], np.uint32), boxes + np.array([[0, 9, 0, 9]] + [[0] * 4] * 3)
    )
    assert beside[1:3].tolist() == boxes[1:3].tolist()  # too far away to be of its word


INK = [[10, 19, 13, 12], [13, 19, 16, 12]]  # of two letters of one sign, on the base line; left, top, right, bottom


@pytest.mark.parametrize(
    ("text", "boxes", "wanted"),
    [
        ("Off", [[4, 20, 10, 10], *INK], [10, 10, 10]),
        ("fit", [*INK, [16, 20, 19, 10]], [10, 10, 10]),
        ("ffi", [*INK, [16, 20, 19, 10]], [10, 10, 10]),  # the i is a sign of its own
        ("aff", [[4, 17, 10, 7], *INK], [10, 7, 7]),  # raised
        ("abc", [[4, 20, 10, 10], *INK], [10, 7, 7]),
        ("Offi", [[4, 20, 10, 10], *INK, [16, 19, 19, 12]], [10, 10, 10, 10]),
        (
            "Ottfi",
            [[4, 20, 10, 10], *INK, [16, 19, 19, 12], [19, 19, 22, 12]],
            [10, 10, 10, 10, 10],
        ),  # one by the other
        ("Oxfi", [[4, 20, 10, 10], [10, 19, 13, 12], *INK], [10, 7, 7, 7]),
    ],
)
def test_letters_of_a_ligature_are_as_high_as_their_word(
    text: str, boxes: list[list[float]], wanted: list[float]
) -> None:
    found = part_ligatures(np.array([ord(c) for c in text], np.uint32), np.array(boxes, np.float32))
    assert (found[:, 1] - found[:, 3]).tolist() == wanted
    assert found[:, [0, 2]].tolist() == np.array(boxes)[:, [0, 2]].tolist()
    up, down = np.array(boxes)[:, [1, 0, 3, 2]] * [-1, 1, -1, 1], np.array(boxes)[:, [3, 0, 1, 2]]  # turned
    for turned in (up, down):
        found = part_ligatures(np.array([ord(c) for c in text], np.uint32), turned.astype(np.float32))
        assert np.abs(found[:, 0] - found[:, 2]).tolist() == wanted
