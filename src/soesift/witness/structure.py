"""The table against itself: headers, rows and notes against their neighbours, texts against the table's other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from soesift.document.scan_text import known_words
from soesift.join.markers import COUNTS, FIGURES_BEHIND
from soesift.join.note_series import successors
from soesift.result.models import Cell, Doubt, PlacedDoubt, SoeTable
from soesift.table.headers import rows_at_cut, tells_visits
from soesift.table.lexicon import ARROWS, has_activity, has_time, is_mark, is_point
from soesift.witness.settings import WitnessSettings

_ALONE = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")  # "Randomi-sation" is cut, its parts are no words
_BEFORE = re.compile(r"(?:anti|pre|post|non|un|re|co|self|multi|sub|over|under|out|in|electro|cardio)$")
_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[a-z]{2}(?:[A-Z]{3,}|[A-Z][a-z]{2,})")  # "IfTSH" apart, names such as "eDiary" are none
_NAMES = re.compile(r"(?:[Pp]ro|hs|Quanti|anti|non|micro|ct|cf|sc|Mac|Mc)[A-Z]")  # of tests and substances
_CUT = re.compile(r"\b([^\W\d_]{4,}) ((?:m|e)?nts?|t?ions?|ings?|o?gy|[rtl]y|ts|ss|ns|cs|ic|ed|ment|y|s)\b(?![-/’'])")
_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]")
_PLAIN = frozenset("sdyrn")  # they end common forms of words
_ENDINGS = re.compile(r"(?:ing|tion|ment|ology|istry|ysis|ory|gram|test|ure|ate|ent|ion|ams?)$")  # of whole words

_TWO_MARKS = re.compile(r"^[Xx✓✔√●•][\s,/]+[Xx✓✔√●•](?:\s|$)")
_OPEN_END = re.compile(r"(?:[,(/\-–]|\b(?:and|or|of|the|for|with|to|in|by|at|including))\s*$", re.IGNORECASE)
_TIMING_LABEL = re.compile(
    r"\b(?:days?|weeks?|months?|hours?|visits?|windows?|cycles?|deviation|allowance|tolerance|time\s*points?)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"(?:table|appendix|schedule|figure)\b", re.IGNORECASE)
_ENDED = re.compile(r"[.;:!?)\]\"”’]\s*$")
_INNER = re.compile(r"[a-z0-9)]\.\s?(?:[a-z]|\d{1,2}|[*†‡§¶])[.)]?\s[A-Z][a-z]+\s[a-z]")
_MARKED = re.compile(r"(?:[b-z]|a(?=\s\d)|\d{1,2})(?:[.)]|\s[–—-])?\s\S|[\[(][a-z\d]{1,2}[\])]\s")
_ABBREVIATED = re.compile(r"\b[A-Z][\w/\-]{0,9}\s?=\s?[a-z][^=;]{3,60}(?:;|\.?$)")
_EXPLAINED = re.compile(r"[\w/+-]\s?[=:]\s?\S")  # an abbreviation with its meaning
_EVENT = re.compile(r"\b(?:end|early|unsch|follow|terminat|discontinu|withdraw|ET\b|EOT\b|UNS)", re.IGNORECASE)
_CONTINUED = re.compile(r"\bcontinue[ds]?\s+on\s+(?:the\s+)?next\s*page", re.IGNORECASE)
_ENDS_IN_MARK = re.compile(r"\s(?:[Xx✓✔√●•→]|\d{1,2}(?:\.\d{1,2})+)$")
_BREAKS_OFF = re.compile(r"[a-z][,(]$")
SHORT_NAME = 5  # letters: a name of so few capitals is one of a test ("ECG")
NEAR_TOP = 5  # rows of a page among which a header is printed again
_PLANNED = re.compile(r"\b(?:weeks?|days?|visits?|months?|cycles?|wk|V|D|W|M|C\d+D)\s?-?\d+\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:to|and|through|thru|until|or|up)\b|[-–—/,&(+;:]|≥|≤|every", re.IGNORECASE)
_GOES_ON = re.compile(r"\w.*(?:\b(?:to|of|and|or|for|the|at|with)|[(/&,–-])\s*$", re.IGNORECASE)
_NUMBERED = re.compile(r"\d")
_WHOLE = re.compile(r"-?\d{1,4}")


def spelling_doubts(table: SoeTable, settings: WitnessSettings) -> list[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`."""
    texts = [cell.text for cell in table.cells] + [note.text for note in table.footnotes]
    words = {word.lower() for text in texts for word in _ALONE.findall(text)}
    markers = {note.marker for note in table.footnotes if len(note.marker) == 1 and note.marker.islower()}
    figures = _figures(table)
    found = []
    for index, cell in enumerate(table.cells):
        why = _reason(cell, words, markers, settings) or _behind_word(cell, figures) or _cut_word(cell.text)
        if why:
            found.append((index, Doubt(kind="text", why=why)))
    return found


def _reason(cell: Cell, words: set[str], markers: set[str], settings: WitnessSettings) -> str:
    if _STRANGE.search(cell.text):
        return "A sign of this text could not be read."
    if cell.marker_guess:
        return f"“{','.join(cell.markers)}” was taken for a footnote marker by guess."
    for word in _WORD.findall(cell.text):
        if len(word) > settings.long_word or _glued(word, words):
            return f"“{word}” may have lost a space."
        base, last = word[:-1], word[-1]
        if last in markers - _PLAIN and not cell.markers and _ENDINGS.search(base) and base.lower() in words:
            return f"“{word}” may end in footnote marker {word[-1]}."
    return ""


def _figures(table: SoeTable) -> set[str]:
    """Figures that may stand behind a word as its marker: of notes that hang on nothing; where figures are not printed
    raised, and in pictures, in which raised ones are easily read as others, of all notes."""
    known = {note.marker for note in table.footnotes if note.marker.isdecimal()}
    plain = any(c.marker_guess for c in table.cells) and not any(run.raised for c in table.cells for run in c.runs)
    if "image_only" in table.flags or plain:
        return known
    return known - {marker for cell in table.cells for marker in cell.markers}


def _behind_word(cell: Cell, figures: set[str]) -> str:
    """A word whose last figures are a note's marker, unless it is one that figures belong to ("Week2")."""
    for hit in FIGURES_BEHIND.finditer(cell.text) if figures else ():
        if hit[2] in figures and not COUNTS.fullmatch(hit[1]):
            return f"“{hit[0]}” may end in footnote marker {hit[2]}."
    return ""


def _cut_word(text: str) -> str:
    """A word cut where its line ended in a narrow cell: what is no word, and an ending that is none either."""
    for hit in _CUT.finditer(text):
        known, whole = known_words(), (hit[1] + hit[2]).lower()
        if hit[1].lower() not in known and (len(hit[2]) > 1 or whole in known):
            return f"“{hit[0]}” may be one word."
    return ""


def _glued(word: str, words: set[str]) -> bool:
    """Whether a word is two words of the same table, or changes to capitals in its middle."""
    if _JOINED.search(word) and not _NAMES.match(word):
        return True
    low = word.lower()
    if len(low) < 9 or low in known_words():  # "thereafter", in a table that also says "there" and "after"
        return False
    cuts = [cut for cut in range(3, len(low) - 2) if not _BEFORE.match(low[:cut])]
    return any(low[:cut] in words and low[cut:] in words for cut in cuts)


def structure_doubts(table: SoeTable, settings: WitnessSettings) -> list[PlacedDoubt]:
    """All doubts that the joined table raises by itself."""
    return [
        *_header(table, settings),
        *_rows(table, settings),
        *_columns(table, settings),
        *_slivers(table, settings),
        *_notes(table, settings),
        *_title(table),
    ]


def _header(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    grid, heads = table.grid, table.header_rows
    if not grid or not heads:
        yield PlacedDoubt(kind="header", why="No header row was found.", place="table")
        return
    for column in range(1, len(grid[0])):
        texts = [grid[row][column] for row in range(heads)]
        if not any(texts) and any(row[column] for row in grid[heads:]):
            yield _head("This column has cells but no header.", column)
        elif all(is_mark(text) and not _NUMBERED.search(text) for text in texts if text) and any(texts):
            yield _head("The header of this column holds a mark and no time: a row of it may be lost.", column)
        elif column in _alone_empty(table, settings):
            yield _head("The lowest header level is empty here alone.", column)
    yield from _numbers_alone(table, settings)
    yield from _same_headers(table)
    yield from _torn_headers(table)
    yield from _told_by_place(table)
    yield from _out_of_turn(table)
    yield from _header_length(table, settings)
    yield from _close_cut(table)


def _close_cut(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Rows between two ends of the header that are nearly as likely; what all columns would lose or gain by them."""
    rows = rows_at_cut(table.grid, table.header_rows)
    for row in (row for row in rows if not tells_visits(table.grid[row][0])):
        may = "an activity" if row < table.header_rows else "a row of the header"
        yield PlacedDoubt(kind="header", why=f"This row may be {may}.", place="row", row=row)
        why = f"Where the header ends is nearly even: row {row + 1} may be {may}."
        yield PlacedDoubt(kind="header", why=why, place="table")


def _numbers_alone(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """A header of numbers alone, of which nothing says what they count; a label whose rest is a row of its own."""
    head = table.grid[: table.header_rows]
    texts = [text for row in head for text in row[1:] if text]
    bare = sum(_WHOLE.fullmatch(text) is not None for text in texts)
    if (
        len(texts) > 2
        and bare >= settings.numbered * len(texts)
        and not any(has_time(t) or _TIMING_LABEL.search(t) for row in head for t in row)
    ):
        for column in range(len(head[0])):
            yield _head("Nothing in the header says what its numbers count: a row of it may be lost.", column)
    for row in head[1:]:
        if row[0] and not any(row[1:]) and (row[0][0].islower() or row[0][0] == "("):
            yield _head("A row of the header holds nothing but what may be the rest of the label above.", 0)


def _torn_headers(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Header cells that hold several times, or whose text seems to go on in the next column."""
    for cell in table.cells:
        if cell.row >= table.header_rows or not cell.text:
            continue
        columns = range(cell.column, cell.column + cell.column_span)
        if len(_PLANNED.findall(cell.text)) >= 2 and not _RANGE.search(cell.text):
            for column in columns:
                yield _head("This header holds several times: columns may have been read as one.", column)
        beside = table.grid[cell.row][columns.stop : columns.stop + 1]
        if cell.column and beside and beside[0] and _GOES_ON.search(cell.text):
            for column in (*columns, columns.stop):
                yield _head("A header's text seems to go on in the next column.", column)


def _told_by_place(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Headings of several columns in a table without rules, where one of their row has none: how far they reach is told
    by nothing but where they stand."""
    if "borderless" not in table.flags:
        return
    for row in table.grid[: table.header_rows - 1]:
        texts = row[1:]
        if any(texts) and not all(texts):
            told = [c for c, text in enumerate(row) if c and (text or any(row[max(1, c - 1) : c + 2]))]
            for column in told:
                yield _head("No rule tells over which columns the headings of this table reach.", column)


def _out_of_turn(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Numbers of a header row that rise, but for one: a digit may be lost, or a marker read as one."""
    for row in table.grid[: table.header_rows]:
        places = [(column, int(text)) for column, text in enumerate(row) if column and _WHOLE.fullmatch(text)]
        if len(places) < 5:
            continue
        falls = [k for k in range(1, len(places)) if places[k][1] < places[k - 1][1]]
        if len(falls) == 1:
            at = falls[0]
            for k in {at - 1, at}:
                rest = [number for n, (_, number) in enumerate(places) if n != k]
                if rest == sorted(rest):
                    yield _head("The number of this column is out of turn in its row.", places[k][0])


def _alone_empty(table: SoeTable, settings: WitnessSettings) -> list[int]:
    """The one column whose lowest header level is empty where all others have one; events often have none."""
    row = table.grid[table.header_rows - 1]
    if _filled(row) < settings.column_filled or any(map(_marked, row[1:])):
        return []
    empty = [column for column in range(1, len(row)) if not row[column]]
    named = [" ".join(line[column] for line in table.grid[: table.header_rows]) for column in empty]
    return empty if len(empty) == 1 and named[0].strip() and not _EVENT.search(named[0]) else []


def _printed_again(table: SoeTable) -> list[int]:
    """Body rows among the first of their page that stand there again on another page with the same texts."""
    starts = _page_starts(table)
    seen: dict[tuple[str, ...], list[int]] = {}
    for start, end in pairwise([*starts, len(table.grid)]):
        for row in range(start, min(start + NEAR_TOP, end)):
            filled = tuple(table.grid[row])
            if sum(map(bool, filled)) >= 2:
                seen.setdefault(filled, []).append(row)
    return sorted(row for rows in seen.values() if len(rows) > 1 for row in rows)


def _page_starts(table: SoeTable) -> list[int]:
    """The first body row of each page."""
    pages = table.row_pages
    rows = range(table.header_rows, min(len(pages), len(table.grid)))
    return [row for row in rows if row == table.header_rows or pages[row] != pages[row - 1]]


def _header_length(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Whether the header ends too early or too late; then every column's header is doubtful."""
    grid, heads = table.grid, table.header_rows
    width = len(grid[0])
    why = ""
    for row in range(heads):
        told = tells_visits(grid[row][0]) or (row > 0 and grid[row][0] == grid[0][0])
        if not told and sum(map(_marked, grid[row][1:])) >= max(2, 0.3 * (width - 1)):
            why = f"Row {row + 1} of the header holds marks: it may be an activity."
        elif row and not told and has_activity(grid[row][0]) and not has_time(grid[row][0]):
            why = f"Row {row + 1} of the header is named like an activity."
            yield PlacedDoubt(kind="header", why="This row is named like an activity.", place="row", row=row)
        elif width > 2 and len(set(grid[row])) == 1 and _CAPTION.match(grid[row][0]):
            why = f"Row {row + 1} of the header is one text over all columns: it may be a title."
    usual = _usual_marks(table)
    again = _printed_again(table)
    for row in again:
        yield PlacedDoubt(
            kind="header", why="This row stands on several pages: it may be header.", place="row", row=row
        )
    if again and not why:
        why = "The header may go on: rows below it are printed again on other pages."
    timed = [_like_header(row, usual, settings) for row in grid[heads:]]
    # a list of samples, whose rows are times
    of_times = len(timed) > 2 and sum(timed) > settings.timed_body * len(timed)
    if not why and timed and timed[0] and not of_times:
        why = f"The header may go on: row {heads + 1} looks like a part of it."
        yield PlacedDoubt(kind="header", why="This row looks like a part of the header.", place="row", row=heads)
    if why:
        for column in range(width):
            yield _head(why, column)


def _marked(text: str) -> bool:
    """A mark and no window: "+7" and "-1/+2" are signs and figures."""
    return is_mark(text) and not _NUMBERED.search(text)


def _usual_marks(table: SoeTable) -> set[str]:
    """What the cells of the body usually say: texts that stand in three cells and more."""
    texts = Counter(text for row in table.grid[table.header_rows :] for text in row[1:] if text)
    return {text for text, count in texts.items() if _marked(text) or (count >= 3 and not _NUMBERED.search(text))}


def _head(why: str, column: int) -> PlacedDoubt:
    return PlacedDoubt(kind="header", why=why, place="header", column=column)


def _filled(row: list[str]) -> float:
    return sum(map(bool, row[1:])) / max(1, len(row) - 1)


def _same_headers(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Two columns with cells of their own and one header between them cannot be told apart."""
    heads = [tuple(row[column] for row in table.grid[: table.header_rows]) for column in range(len(table.grid[0]))]
    for column in range(2, len(heads)):
        if any(heads[column]) and heads[column] == heads[column - 1]:
            body = [row[column] for row in table.grid[table.header_rows :]]
            before = [row[column - 1] for row in table.grid[table.header_rows :]]
            if body != before:
                yield _head("This column has the same header as the one before it.", column)


def _like_header(row: list[str], usual: set[str], settings: WitnessSettings) -> bool:
    """A row of times without a usual mark; or without one cell that says what cells of this table usually say."""
    cells = [text for text in row[1:] if text]
    if len(cells) < 2 or len(set(row)) == 1 or any(map(_marked, cells)):
        return False
    timed = sum(is_point(text) or has_time(text) or bool(_NUMBERED.search(text)) for text in cells) / len(cells)
    named = _TIMING_LABEL.search(row[0]) is not None
    if timed >= settings.header_like and (named or not usual.intersection(cells)):
        return True
    return named and not usual.intersection(cells) and len(cells) >= 0.5 * (len(row) - 1)


def _rows(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    heads = {tuple(filter(None, row)) for row in table.grid[: table.header_rows]}
    usual = _usual_marks(table)
    before: list[str] | None = None
    for number in range(table.header_rows, len(table.grid)):
        row = table.grid[number]
        for why in _row_reasons(row, before, heads):
            yield PlacedDoubt(kind="row", why=why, place="row", row=number)
        timed = number > table.header_rows and _TIMING_LABEL.match(row[0]) is not None
        if timed and _like_header(row, usual, settings):
            why = "This row looks like a header printed again."
            yield PlacedDoubt(kind="row", why=why, place="row", row=number)
        for column, text in enumerate(row[1:], 1):
            if _TWO_MARKS.match(text):
                why = "Two marks in one cell: two rows may have been read as one."
                yield PlacedDoubt(kind="row", why=why, place="cell", row=number, column=column)
        before = row
    yield from _fused(table)
    yield from _fused_columns(table, settings)
    yield from _cut_cells(table)
    yield from _bare_pairs(table)
    yield from _arrows_of_headings(table, settings)


def _fused(table: SoeTable) -> Iterator[PlacedDoubt]:
    """A name that reaches over columns and ends in a mark: the rules between them were lost."""
    for cell in table.cells:
        if (
            cell.row >= table.header_rows
            and cell.column == 0
            and cell.column_span > 1
            and _ENDS_IN_MARK.search(cell.text)
        ):
            why = "This name reaches over other columns and ends in a mark: several cells may have been read as one."
            yield PlacedDoubt(kind="row", why=why, place="row", row=cell.row)


def _fused_columns(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """All that stands in a column several of whose cells hold two marks: two columns were read as one."""
    for column in range(1, len(table.grid[0]) if table.grid else 0):
        held = [row for row in range(table.header_rows, len(table.grid)) if table.grid[row][column]]
        double = sum(_TWO_MARKS.match(table.grid[row][column]) is not None for row in held)
        if double >= settings.double_marks:
            why = "Several cells of this column hold two marks: columns may have been read as one."
            yield _head(why, column)
            for row in held:
                yield PlacedDoubt(kind="columns", why=why, place="cell", row=row, column=column)


def _cut_cells(table: SoeTable) -> Iterator[PlacedDoubt]:
    """A text that breaks off at a comma or bracket, or a name that stands again below: one row may be read as two."""
    own = {(cell.row, cell.column) for cell in table.cells if cell.row_span == 1}
    hidden = _with_hidden_cells(table)
    for number in range(table.header_rows, len(table.grid) - 1):
        row, after = table.grid[number], table.grid[number + 1]
        again = (
            not hidden.issuperset((number, number + 1))
            and bool(row[0])
            and row[0] == after[0]
            and (number, 0) in own
            and not (any(row[1:]) and any(after[1:]))
        )
        open_ = any(_BREAKS_OFF.search(text) for text in row[1:] if text != row[0])
        if again or open_:
            why = "A text of this row breaks off, or its name stands twice: one row may have been read as two."
            for place in (number, number + 1):
                yield PlacedDoubt(kind="row", why=why, place="row", row=place)


def _with_hidden_cells(table: SoeTable) -> set[int]:
    """Rows of which a cell behind the name was taken out: what they hold is not seen."""
    return {cell.row for cell in table.cells if cell.column and "redacted" in cell.states}


def _bare_pairs(table: SoeTable) -> Iterator[PlacedDoubt]:
    """Two rows, no more, with a name and nothing else, neither over the columns nor in capitals: one name may have been
    read as two. A heading and its first sub-heading look the same."""
    grid = [*table.grid[table.header_rows :], [""]]
    bare = [bool(row[0]) and not any(row[1:]) and not row[0].isupper() for row in grid]
    wide = {cell.row for cell in table.cells if cell.column == 0 and cell.column_span > 1} | _with_hidden_cells(table)
    for number in range(len(grid) - 1):
        pair = bare[number] and bare[number + 1] and not bare[number - 1] and not bare[min(number + 2, len(grid) - 1)]
        places = (number + table.header_rows, number + 1 + table.header_rows)
        for place in places if pair and not wide.intersection(places) else ():
            why = "Two rows here have names and nothing else: one name may have been read as two."
            yield PlacedDoubt(kind="row", why=why, place="row", row=place)


def _arrows_of_headings(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Arrows in a row that is a heading by its capitals, or in pieces: the edges of grey areas look like them."""
    body = table.grid[table.header_rows :]
    capitals = sum(row[0].isupper() for row in body) < settings.capitals * len(body)
    for number, row in enumerate(body, table.header_rows):
        drawn = [column for column, text in enumerate(row) if column and text in ARROWS]
        pieces = sum(row[column - 1] not in ARROWS for column in drawn)
        if drawn and (pieces > settings.pieces or (capitals and row[0].isupper() and len(row[0]) > SHORT_NAME)):
            for column in drawn:
                why = "This arrow stands in a heading, or in pieces: it may be the edge of a grey area."
                yield PlacedDoubt(kind="row", why=why, place="cell", row=number, column=column)


def _row_reasons(row: list[str], before: list[str] | None, heads: set[tuple[str, ...]]) -> Iterator[str]:
    name, marks = row[0].strip(), sum(map(is_mark, row[1:]))
    if not name and marks:
        yield "This row has marks but no name."
    elif not name and sum(map(bool, row)) == 1 and before is not None:
        yield "This row has no name and one text: it may be the rest of a cell above."
    if _CONTINUED.search(name):
        yield "This row holds words of the page's frame."
    if name[:1].islower() and name[1:2].islower() and before is not None:
        yield "This name begins in the middle: it may belong to the row above."
    if before is not None and before[0] and (_OPEN_END.search(before[0]) or _unclosed(before[0])):
        yield "The name above seems to go on here."
    filled = tuple(filter(None, row))
    if len(filled) >= 2 and filled in heads:
        yield "This row repeats a header row."
    if before is not None and row == before and marks:
        yield "This row is the same as the one above."


def _unclosed(text: str) -> bool:
    return text.count("(") > text.count(")")


def _columns(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Columns counted page by page."""
    counts: dict[int, int] = {}
    for cell in table.cells:
        if cell.page is not None:
            counts[cell.page] = max(counts.get(cell.page, 0), cell.column + cell.column_span)
    if len(set(counts.values())) > 1 and "tiled" not in table.flags:
        said = ", ".join(f"page {page}: {count}" for page, count in sorted(counts.items()))
        yield PlacedDoubt(kind="columns", why=f"Its pages have different numbers of columns ({said}).", place="table")
    if "borderless" in table.flags:
        why = "No rules part the columns of this table: what belongs to which is told by white space."
        yield PlacedDoubt(kind="columns", why=why, place="table")
    for column in range(1, len(table.grid[0]) if table.grid else 0):
        if not any(row[column] for row in table.grid):
            yield _head("This column is empty: it may be no column of its own.", column)
    if "borderless" in table.flags:
        yield from _lone_signs(table, settings)


def _lone_signs(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Columns that white space told and that no text of the header names, for the few signs in them; rows of arrows
    whose reach nothing shows."""
    body = range(table.header_rows, len(table.grid))
    own = {(c.row, c.column) for c in table.cells if c.text and c.column_span == 1 and c.row < table.header_rows}
    headed = {column for _, column in own}
    for column in range(1, len(table.grid[0]) if table.grid else 0):
        held = [row for row in body if table.grid[row][column]]
        if column not in headed and 0 < len(held) <= settings.lone_signs:
            why = "A few signs alone made this column: they may belong to those beside it."
            yield _head(why, column)
            for row in held:
                yield PlacedDoubt(kind="columns", why=why, place="cell", row=row, column=column)
    for cell in table.cells:
        alone = sum(map(bool, table.grid[cell.row][1:])) == 1
        if cell.row in body and cell.column and alone and cell.text in ARROWS:
            why = "Nothing shows over which columns this arrow reaches."
            for column in range(1, len(table.grid[0])):
                yield PlacedDoubt(kind="columns", why=why, place="cell", row=cell.row, column=column)


def _notes(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    known = [note.marker for note in table.footnotes if note.marker]
    used = {marker for cell in table.cells for marker in cell.markers}
    places = {marker: (cell.row, cell.column) for cell in reversed(table.cells) for marker in cell.markers}
    for marker in sorted(used - set(known)):
        row, column = places[marker]
        why = f"Marker {marker} has no footnote; it stands first in row {row + 1}, column {column + 1}."
        yield PlacedDoubt(kind="note", why=why, place="table", row=row, column=column, marker=marker)
        if before := [note for note in known if marker in successors(note)]:
            why = f"Note {marker} was not found: this one may have taken it in."
            yield PlacedDoubt(kind="note", why=why, place="note", marker=before[-1])
    for marker in known:
        if marker not in used:
            yield PlacedDoubt(kind="note", why=f"Note {marker} hangs on nothing.", place="note", marker=marker)
        if known.count(marker) > 1:
            yield PlacedDoubt(kind="note", why=f"There are several notes {marker}.", place="note", marker=marker)
    for marker in [m for m in _missing(known) if m not in used]:
        yield PlacedDoubt(kind="note", why=f"Note {marker} is missing in the series.", place="table", marker=marker)
    ends = [note for note in table.footnotes if _ENDED.search(note.text)]
    mostly = len(ends) >= settings.notes_ended * len(table.footnotes)
    for place, note in enumerate(table.footnotes):
        cut = mostly and note not in ends and len(note.text) > settings.short_note
        if cut and not (note.marker == "" and _is_whole_list(note.text, settings)):
            why = "This note seems to be cut: it does not end as the others do."
            yield PlacedDoubt(kind="note", why=why, place="note", row=place, marker=note.marker)
        if not note.marker and _MARKED.match(note.text):
            why = "This note may begin with its marker."
            yield PlacedDoubt(kind="note", why=why, place="note", row=place, marker="")
        if note.marker and len(_ABBREVIATED.findall(note.text)) >= settings.abbreviated:
            why = "This note seems to hold a list of abbreviations."
            yield PlacedDoubt(kind="note", why=why, place="note", row=place, marker=note.marker)
        for why in _note_reasons(note.text, settings):
            yield PlacedDoubt(kind="note", why=why, place="note", row=place, marker=note.marker)


def _is_whole_list(text: str, settings: WitnessSettings) -> bool:
    """Whether a note lists abbreviations and the last of them has its meaning: such lists often end without a stop."""
    items = re.split(r"[;,]\s", text)
    told = [_EXPLAINED.search(item) is not None for item in items]
    return sum(told) >= max(settings.abbreviated, settings.listed * len(items)) and told[-1]


def _slivers(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Columns much narrower than the others, as two rules a hair apart leave, and what stands in them."""
    widths: dict[int, list[float]] = {}
    for cell in table.cells:
        if cell.bbox is not None and cell.column_span == 1:
            turned = any(f.rotation in (90, 270) and f.page == cell.page for f in table.fragments)
            low, high = (1, 3) if turned else (0, 2)
            widths.setdefault(cell.column, []).append(cell.bbox[high] - cell.bbox[low])
    typical = {column: sorted(found)[len(found) // 2] for column, found in widths.items() if column}
    if len(typical) < 3:
        return
    usual = sorted(typical.values())[len(typical) // 2]
    for column, width in typical.items():
        if width < settings.sliver * usual:
            yield _head("This column is far narrower than the others: it may be no column of its own.", column)
            for row in range(table.header_rows, len(table.grid)):
                if table.grid[row][column]:
                    why = "This stands in a very narrow column: it may belong to the one beside it."
                    yield PlacedDoubt(kind="columns", why=why, place="cell", row=row, column=column)


def _missing(markers: list[str]) -> list[str]:
    """Letters or numbers left out between the first and the last of a series."""
    found = []
    for series in ("abcdefghijklmnopqrstuvwxyz", "".join(map(chr, range(65, 91)))):
        places = [series.index(m) for m in markers if len(m) == 1 and m in series]
        if len(places) >= 2:
            found += [series[p] for p in range(max(places)) if p not in places]
    if len(found) > len(markers):  # letters of a legend are no series
        found = []
    numbers = [int(m) for m in markers if m.isdecimal() and len(m) <= 2]
    if len(numbers) >= 2:
        found += [str(n) for n in range(1, max(numbers)) if n not in numbers]
    return found


def _note_reasons(text: str, settings: WitnessSettings) -> Iterator[str]:
    if len(text) > settings.long_note:
        yield "This note is very long: it may have taken in what follows it."
    if _OPEN_END.search(text) or _unclosed(text):
        yield "This note seems to go on."
    if _INNER.search(text):
        yield "This note seems to hold another one."
    if re.search(r"\bpage\s+\d+\s+of\s+\d+|\bcontinued\s+on\b", text, re.IGNORECASE):
        yield "This note holds words of the page's frame."


def _title(table: SoeTable) -> Iterator[PlacedDoubt]:
    if not table.title:
        yield PlacedDoubt(kind="title", why="No title was found.", place="table")
    elif table.title[:1].islower() or _OPEN_END.search(table.title):
        yield PlacedDoubt(kind="title", why="The title seems to be a part of a sentence.", place="table")
