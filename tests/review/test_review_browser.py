"""The page in a headless Chromium: keys, boxes, two reviewers, a kill, and accessibility.

Skipped without a Chromium on the PATH; what drives it, and the rules of axe-core, are in the dependency group `test`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from review_ledger import made_ledger
from review_made import made_result, write_made
from review_process import Reviewing, chromium, open_page, reviewing, saved, title, until

from made_protocols import protocol
from soesift.detect.detector import Detector
from soesift.result.models import Doubt, PlacedDoubt
from soesift.result.store import read_result, sidecar_of
from soesift.review.corrections import add_corrections, read_corrections

HOSTILE = "<img src=x onerror=alert(1)>"
HURRIED = """(keys) => {
  for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""  # no answer can come between them
GRID = "[...document.querySelectorAll('.grid tr')].map((row) => [...row.children].map((cell) => cell.textContent))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def detected(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Path:
    folder = tmp_path_factory.mktemp("detected")
    source = protocol(folder / "made.pdf")
    Detector.load("linear").detect(source).to_json(folder / "made.json")
    return folder


@pytest.fixture
def made(detected: Path, tmp_path: Path) -> Iterator[tuple[Reviewing, Path]]:
    """A page on a fresh copy of the detected protocol and on a hand-made result without a document."""
    result = tmp_path / "made.json"
    result.write_bytes((detected / "made.json").read_bytes())
    write_made(tmp_path, "other")
    with reviewing([tmp_path], tmp_path / "log", "--documents", str(detected)) as running:
        yield running, sidecar_of(result)


def choose(page: Any, text: str, document: str = "") -> None:
    if document:
        page.locator('[data-id^="list "]', has_text=document).click()
        until(page, f"document.body.innerText.includes({json.dumps('In ' + document)})")
    page.locator('[data-id^="document "]', has_text=text).first.click()
    until(page, f"document.querySelector('.detail h2').textContent.includes({json.dumps(text)})")


def words(sidecar: Path) -> list[Any]:
    return [one["what"]["action"] for one in read_corrections(sidecar)]


def test_the_worklist_is_decided_by_keys_alone(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    other = sidecar_of(running.places[0] / "other.json")
    until(page, "document.querySelectorAll('nav .items')[1].children.length >= 3")
    page.locator('[data-id^="trail "]', has_text="Page 6").first.click()
    for key in "nu3":
        page.keyboard.press(key)
    saved(page)
    assert "Page 6" in page.text_content(".detail h2")
    assert words(other) == ["reject", "undo"]
    assert "has no type" in page.text_content("#told")
    choose(page, "Table t2")
    page.keyboard.press("w")
    page.keyboard.type("yes n 4")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    saved(page)
    assert read_corrections(other)[-1]["why"] == "yes n 4"
    assert words(other) == ["reject", "undo", "retype"]
    assert page.said == []


def test_the_page_picture_shows_a_box_over_the_table(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    page.wait_for_selector(".box.chosen")
    box = page.locator(".box.chosen").bounding_box()
    image = page.locator(".sheet img").bounding_box()
    # the table is drawn 60 points from the left of a landscape page of 792
    assert abs((box["x"] - image["x"]) / image["width"] - 60 / 792) < 0.02
    assert page.text_content(".number") == "Page 3 of 7"
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.sheet img').alt.startsWith('Page 4')")
    before = page.locator(".sheet img").bounding_box()["width"]
    page.keyboard.press("+")
    until(page, f"document.querySelector('.sheet img').getBoundingClientRect().width > {1.3 * before}")


def test_a_picture_that_did_not_come_is_asked_for_again(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    until(page, "document.querySelector('.sheet img').alt.startsWith('Page ')")
    refused = []

    def busy(route: Any) -> None:
        if len(refused) < 2:
            refused.append(route.request.url)
            route.fulfill(status=409, content_type="application/json", body='{"detail": "too many are waited for"}')
        else:
            route.continue_()

    page.route("**/pages/1.png*", busy)
    while "Page 1 of" not in page.text_content(".number"):
        page.keyboard.press("ArrowLeft")
    until(page, "document.querySelector('.sheet img').alt.startsWith('Page 1:')")
    assert len(refused) == 2


def test_a_page_that_was_turned_to_stays_while_the_visit_table_is_painted_anew(
    browser: Any, made: tuple[Reviewing, Path]
) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    page.keyboard.press("v")
    until(page, "document.querySelector('.visits tr.chosen')")
    while "Page 1 of" not in page.text_content(".number"):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("t")
    page.fill("#mend-title", "Another title")
    page.keyboard.press("Control+Enter")
    until(page, "document.querySelector('.detail h2').textContent === 'Another title'")
    saved(page)
    assert "Page 1 of" in page.text_content(".number")


def test_a_missed_table_is_added_by_drawing_and_by_arrow_keys(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, sidecar = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    page.keyboard.press("ArrowLeft")
    until(page, "document.querySelector('.sheet img').alt.startsWith('Page 2')")
    page.keyboard.press("a")
    image = page.locator(".sheet img").bounding_box()
    page.mouse.move(image["x"] + 0.05 * image["width"], image["y"] + 0.15 * image["height"])
    page.mouse.down()
    page.mouse.move(image["x"] + 0.95 * image["width"], image["y"] + 0.75 * image["height"], steps=4)
    page.mouse.up()
    page.wait_for_selector("#mending[open]")
    page.select_option("#mend-table_type", "domain")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('told').textContent.startsWith('Added: one domain')")
    saved(page)
    [one] = read_corrections(sidecar)
    assert "Neutropenia" in json.dumps(one["what"]["content"])
    assert one["what"]["content"]["table_type"] == "domain"
    page.keyboard.press("a")
    for key in ("ArrowDown", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#mending[open]")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('told').textContent.startsWith('Reading')")  # the dialog's end comes later
    saved(page)
    assert words(sidecar) == ["add", "add"]
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert words(sidecar) == ["add", "add"]


def test_cells_title_notes_and_rows_are_mended_by_keys_and_mouse(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    sidecar = sidecar_of(running.places[0] / "other.json")
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1", "other")
    page.keyboard.press("ArrowDown")
    for key in ("]", "e"):
        page.keyboard.press(key)
    page.wait_for_selector("#mending[open]")
    page.fill("#mend-text", "Y")
    page.fill("#mend-markers", "a")
    page.get_by_role("button", name="Save").click()
    saved(page)
    until(page, "document.querySelector('[data-at=\"1 1\"]').textContent === 'Ya'")
    page.locator('[data-at="2 0"]').dblclick()
    page.fill("#mend-text", "Body weight")
    page.get_by_role("button", name="Save").click()
    saved(page)
    page.keyboard.press("t")
    page.fill("#mend-title", "Schedule of Activities")
    page.get_by_role("button", name="Save").click()
    saved(page)
    until(page, "document.querySelector('.detail h2').textContent === 'Schedule of Activities'")
    page.locator("#note-0").dblclick()
    page.fill("#mend-text", "A better note.")
    page.get_by_role("button", name="Give up").click()
    before = page.locator(".grid tbody tr").count()
    page.keyboard.press("i")
    saved(page)
    until(page, f"document.querySelectorAll('.grid tbody tr').length === {before + 1}")
    page.keyboard.press("u")
    saved(page)
    until(page, f"document.querySelectorAll('.grid tbody tr').length === {before}")
    page.keyboard.press("r")
    saved(page)
    until(page, f"document.querySelectorAll('.grid tbody tr').length === {before + 1}")
    assert words(sidecar) == ["edit_cell", "edit_cell", "edit_title", "insert_row", "undo", "undo"]
    page.locator('[data-at="2 0"]').click()
    for _ in range(2):  # the second merges one cell more, shown or not what the first did
        page.keyboard.press("l")
    saved(page)
    until(page, "document.querySelector('[data-at=\"2 0\"]').colSpan === 3")
    page.reload()
    choose(page, "Schedule of Activities", "other")
    until(page, "document.querySelector('[data-at=\"1 1\"]').textContent === 'Ya'")
    assert page.said == []


def doubted(folder: Path) -> Path:
    """Doubts on the first table as a whole, a cell and a note of it, and on a cell of the second."""
    result = made_result("doubted.pdf")
    one, two = result.tables
    one.doubt = [PlacedDoubt(kind="row", why="A row may be missing.", place="table")]
    for part, why in ((one.cells[4], "A cell."), (one.footnotes[0], "A note."), (two.cells[4], "Another cell.")):
        part.doubt = [Doubt(kind="row", why=why)]
    return result.to_json(folder / "doubted.json")


def test_one_is_led_through_all_doubts_of_a_document(browser: Any, tmp_path: Path) -> None:
    source = doubted(tmp_path)
    with reviewing([source], tmp_path / "log") as running:
        page = open_page(browser, running.url, "anna")
        choose(page, "Table t1", "doubted.pdf")
        for told in ("1 of 3: A row may be missing.", "1 of 2: A cell.", "1 of 1: A note.", "1 of 1: Another cell."):
            page.keyboard.press(".")
            until(page, f"document.getElementById('told').textContent === {json.dumps(told)}")
            page.keyboard.press("c")
            saved(page)
        assert page.text_content(".detail h2") == "Table t2"
        page.keyboard.press(".")
        until(page, "document.getElementById('told').textContent.startsWith('No doubtful place left')")
    assert words(sidecar_of(source)) == ["check"] * 4


def test_what_is_lit_is_what_keys_are_about(browser: Any, tmp_path: Path) -> None:
    source = doubted(tmp_path)
    result = read_result(source)
    result.tables[1].cells[4].doubt = []  # so that behind the note comes the table as a whole again
    result.to_json(source)
    with reviewing([source], tmp_path / "log") as running:
        page = open_page(browser, running.url, "anna")
        choose(page, "Table t1", "doubted.pdf")
        for told, lit in (("1 of 3", 0), ("2 of 3", 1), ("3 of 3", 0), ("1 of 3", 0)):
            page.keyboard.press(".")
            until(page, f"document.getElementById('told').textContent.startsWith({json.dumps(told)})")
            assert page.locator(".grid .held").count() == lit
        assert not page.evaluate("document.activeElement.id.startsWith('note-')")
        page.keyboard.press("e")
        until(page, "document.getElementById('told').textContent.startsWith('Choose a cell first')")
        page.keyboard.press("N")
        page.keyboard.press("]")
        here = page.evaluate("document.querySelector('.grid .held').textContent")
        page.keyboard.press("e")
        page.wait_for_selector("#mending[open]")
        assert page.input_value("#mend-text") == here
        page.get_by_role("button", name="Give up").click()
        choose(page, "Table t1")
        assert page.locator(".grid .held").count() == 0


def test_quick_presses_at_the_header_count_each(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    other = running.places[0] / "other.json"
    before = read_result(other).tables[0].header_rows
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1", "other")
    page.evaluate(HURRIED, ["H", "H", "h", "H"])
    saved(page)
    assert [one["what"]["rows"] for one in read_corrections(sidecar_of(other))] == [
        before + more for more in (1, 2, 1, 2)
    ]
    until(page, f"document.querySelectorAll('.grid thead tr').length === {before + 2}")


def test_tables_are_split_and_joined_by_keys(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, sidecar = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    saved(page)
    what = read_corrections(sidecar)[-1]["what"]
    assert (what["action"], what["row"]) == ("split", 5)
    until(page, "document.querySelectorAll('.grid tbody tr').length === 3")
    page.keyboard.press("m")
    page.locator('[data-id^="document "]', has_text="Table 1 Schedule of Activities").last.click()
    until(page, "document.querySelectorAll('.grid tbody tr').length > 5")
    page.keyboard.press("g")
    saved(page)
    assert words(sidecar) == ["split", "join"]
    page.keyboard.press("u")
    saved(page)
    assert words(sidecar) == ["split", "join", "undo"]


def test_two_reviewers_see_each_other_and_lose_nothing(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, sidecar = made
    anna, ben = (open_page(browser, running.url, who) for who in ("anna", "ben"))
    for page in (anna, ben):
        choose(page, "Table 1 Schedule of Activities", "made.pdf")
    anna.keyboard.press("y")
    ben.keyboard.press("n")
    for page in (anna, ben):
        saved(page)
    assert sorted(words(sidecar)) == ["accept", "reject"]
    for page in (anna, ben):
        page.wait_for_selector(".chip.differ")
    assert {one["who"] for one in read_corrections(sidecar)} == {"anna", "ben"}


def test_decisions_made_while_the_server_is_gone_survive_a_reload(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    sidecar = sidecar_of(running.places[0] / "other.json")
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1")
    running.kill()
    for key in "yjn":
        page.keyboard.press(key)
    until(page, "document.getElementById('saved').textContent.startsWith('2 not yet')")
    assert words(sidecar) == []
    running.start()
    page.reload()
    saved(page)
    assert words(sidecar) == ["accept", "reject"]


def test_what_a_crash_of_the_browser_takes_comes_back(browser: Any, made: tuple[Reviewing, Path]) -> None:
    """A browser writes localStorage to disk up to a minute later; one that is killed starts with an older one."""
    running, _ = made
    sidecar = sidecar_of(running.places[0] / "other.json")
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1")
    running.kill()
    page.keyboard.press("n")
    until(page, "document.getElementById('saved').textContent.includes('kept in this browser')")
    page.evaluate("""for (const key of Object.keys(localStorage)) {
        if (key.startsWith('soesift.out.')) localStorage.removeItem(key);
    }""")
    running.start()
    page.reload()
    saved(page)
    assert words(sidecar) == ["reject"]
    page.reload()
    saved(page)
    assert words(sidecar) == ["reject"]
    assert (
        page.evaluate("""new Promise((resolve) => {
        const asked = indexedDB.open('soesift');
        asked.onsuccess = () => {
            const counted = asked.result.transaction('outbox').objectStore('outbox').count();
            counted.onsuccess = () => resolve(counted.result);
        };
    })""")
        == 0
    )


def test_texts_of_documents_stay_texts(browser: Any, tmp_path: Path) -> None:
    path = write_made(tmp_path, "made")
    path.write_text(
        path.read_text().replace("Table t1", HOSTILE).replace("Consent", HOSTILE).replace("Note of", HOSTILE)
    )
    one = {"id": "hostile-1", "who": HOSTILE, "what": {"action": "accept", "table": "t1"}, "why": HOSTILE}
    add_corrections(sidecar_of(path), [one])
    with reviewing([path], tmp_path / "log") as running:
        page = open_page(browser, running.url, HOSTILE)
        choose(page, HOSTILE)
        page.click("summary")
        assert page.text_content(".detail h2") == HOSTILE
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("body").inner_text().count(HOSTILE) >= 4
        assert page.said == []


def test_footnotes_and_marks_lead_to_each_other(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1")
    page.get_by_role("link", name="Footnote a").click()
    assert page.evaluate("document.activeElement.id") == "note-0"
    page.get_by_role("link", name="Back to the first cell with a").click()
    assert page.evaluate("document.activeElement.id") == "mark-0"


def test_focus_goes_in_reading_order_and_stays_while_lists_change(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1")
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.closest('header, nav.side, .middle, .splitter, .right')?.className ?? ''"
            )
        )
    order = [now for now, before in zip(seen, [None, *seen], strict=False) if now != before]
    turns = set(itertools.pairwise(order))
    assert turns == {
        ("", "side"),
        ("side", "middle"),
        ("middle", "splitter"),
        ("splitter", "right"),
        ("right", ""),
    }  # "": the header
    page.get_by_role("button", name="Accept").focus()
    page.keyboard.press("Enter")
    saved(page)
    assert "Accept" in page.evaluate("document.activeElement.textContent")


def test_single_keys_can_be_turned_off(browser: Any, made: tuple[Reviewing, Path]) -> None:
    running, _ = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table t1")
    page.keyboard.press("?")
    page.uncheck("#single")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    assert "not decided" in page.text_content(".state")
    assert words(sidecar_of(running.places[0] / "other.json")) == []


def test_tables_are_labelled_by_two_and_settled(browser: Any, tmp_path: Path) -> None:
    path, tables = made_ledger(tmp_path, 12)
    with reviewing([path], tmp_path / "log", "--tables", str(tables), "--repair", "2") as running:
        anna, ben = (open_page(browser, running.url, who) for who in ("anna", "ben"))
        for key in "yndu":
            shown = title(anna)
            anna.keyboard.press(key)
            until(anna, f"document.querySelector('.detail h2').textContent !== {json.dumps(shown)}")
        saved(anna)
        until(anna, "document.querySelector('.facts').textContent.startsWith('2 judged by you')")
        ben.reload()
        until(ben, "document.querySelector('.facts')?.textContent.startsWith('0 judged by you, 2 by')")
        for key in "nn":
            shown = title(ben)
            ben.keyboard.press(key)
            until(ben, f"document.querySelector('.detail h2').textContent !== {json.dumps(shown)}")
        saved(ben)
        until(ben, "document.querySelector('.facts').textContent.includes('anna and ben: kappa')")
        ben.get_by_role("button", name="Settle 1 differing in audit").click()
        until(ben, "document.querySelector('.detail').textContent.includes('They differ')")
        ben.keyboard.press("n")
        until(ben, "document.querySelector('.detail h2').textContent === 'Nobody differs here'")
        saved(ben)
        assert anna.said == ben.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (640, 400)])  # the second is the first at 200 %
def test_axe_finds_nothing(browser: Any, made: tuple[Reviewing, Path], scheme: str, size: tuple[int, int]) -> None:
    rules = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python (dependency group test)")
    script = Path(rules.__file__).with_name("axe.min.js")
    running, _ = made
    page = open_page(browser, running.url, "anna", color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    choose(page, "Table t1")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert axe(page, script) == []
    page.keyboard.press("?")
    assert axe(page, script) == []


def axe(page: Any, script: Path) -> list[Any]:
    """Rules that the page as it stands breaks. The script comes in past the page's policy, which forbids it."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": script.read_text("utf-8")})
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
    return list(found)


def steady(page: Any, selector: str) -> None:
    """Wait until an element has been at one place for a while."""
    place, since = None, time.monotonic()
    while time.monotonic() < since + 0.4:
        now = page.locator(selector).first.bounding_box()
        if now != place:
            place, since = now, time.monotonic()
        time.sleep(0.05)


def test_a_column_line_is_taken_out_and_put_in_by_keys_and_moved_by_mouse(
    browser: Any, made: tuple[Reviewing, Path]
) -> None:
    running, sidecar = made
    page = open_page(browser, running.url, "anna")
    choose(page, "Table 1 Schedule of Activities", "made.pdf")
    until(page, "document.querySelector('.sheet img').naturalWidth")
    before = page.evaluate(GRID)
    for key in ("b", "]", "]"):
        page.keyboard.press(key)
        until(page, "document.querySelector('.line.chosen')")
    assert "Column line 4 of" in page.text_content(".page [role=status]")
    place = page.evaluate("document.querySelector('.line.chosen').getBoundingClientRect().x")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('told').textContent.startsWith('Read again')")
    saved(page)
    assert len(page.evaluate(GRID)[-1]) == len(before[-1]) - 1
    page.keyboard.press("u")
    saved(page)
    until(
        page, f"JSON.stringify({GRID}) === {json.dumps(json.dumps(before, separators=(',', ':'), ensure_ascii=False))}"
    )
    page.keyboard.press("b")
    until(page, "document.querySelectorAll('.line.upright').length > 3")
    steady(page, ".line.upright:nth-of-type(4)")
    line = page.locator(".line.upright").nth(3).bounding_box()
    assert abs(line["x"] - place) < 30
    y = line["y"] + min(60, line["height"] / 2)
    page.mouse.move(line["x"], y)
    page.mouse.down()
    page.mouse.move(line["x"] - 12, y, steps=3)
    page.mouse.up()
    page.get_by_role("button", name="Read again").click()
    until(page, "document.getElementById('told').textContent.startsWith('Read again')")
    saved(page)
    assert words(sidecar) == ["redraw", "undo", "redraw"]
    page.keyboard.press("b")
    until(page, "document.querySelector('.line')")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('.line')")
    assert words(sidecar) == ["redraw", "undo", "redraw"]
    assert page.said == []
