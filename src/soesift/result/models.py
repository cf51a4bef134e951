"""The result of `detect` on one document, format `soe-result/2`.

Pages are physical and 1-based. Boxes are `[x0, top, x1, bottom]` in points from the top left of the page as
displayed (after /Rotate). DOCX documents have `location` instead of page and box.

Results of `soe-result/1` are read as well: their cells know no raised characters, states or doubts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

FORMAT = "soe-result/2"
BEFORE = ("soe-result/1",)  # older formats that are read; all they hold means the same here

TableType = Literal["main_soa", "track", "domain", "subsidiary"]
Flag = Literal["image_only", "rotated", "redacted", "transposed", "tiled", "in_synopsis", "borderless"]
State = Literal["shaded", "struck", "redacted"]  # grey, crossed out, under a black box
Place = Literal["cell", "header", "note", "row", "table"]
Box = tuple[float, float, float, float]


class Record(BaseModel):
    """Common base: unknown keys are errors, so a result of another format is noticed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)  # JSON has neither NaN nor infinity


class Location(Record):
    """Place of a table in a document without pages (DOCX)."""

    heading_path: list[str] = []
    table_number: int  # 1-based, in document order; nested tables count after their parent


class Fragment(Record):
    """The part of a table on one page."""

    page: int | None = None
    page_label: str | None = None
    bbox: Box | None = None
    location: Location | None = None
    rotation: int = 0  # degrees clockwise by which the text is turned on the page as displayed
    role: Literal["grid", "footnotes", "heading"] = "grid"
    probability: float = Field(ge=0, le=1)


class Run(Record):
    """A piece of a cell's text as printed; `raised`: smaller and above the line, as footnote markers and exponents."""

    text: str
    raised: bool = False


class Doubt(Record):
    """Why a cell may be read wrongly; `kind` is a short word for sorting, `why` a sentence for a person."""

    kind: str
    why: str


class PlacedDoubt(Doubt):
    """A doubt about a place of a table; `row`, `column` (0-based, in `grid`) and `marker` where the place has them."""

    place: Place
    row: int | None = None
    column: int | None = None
    marker: str | None = None


class Cell(Record):
    """One cell of the joined grid; `row` and `column` are 0-based positions in `grid`.

    `text` is without footnote markers. `runs` is what is printed, where some of it is raised; else it is empty.
    Raised characters that are no marker (exponents, ordinals) stand in `text` too. `indent`: points by which the name
    of an activity begins further right than the leftmost one of its table, 0 where that is no more than print varies.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str
    markers: list[str] = []  # of footnotes, in printed order
    runs: list[Run] = []
    marker_guess: bool = False  # the markers were split from text of one size: they may be the end of a word
    states: list[State] = []
    indent: float = 0.0
    doubt: list[Doubt] = []
    page: int | None = None
    bbox: Box | None = None

    @property
    def places(self) -> list[tuple[int, int]]:
        """The positions (row, column) of the grid that it covers, row by row."""
        rows, columns = range(self.row, self.row + self.row_span), range(self.column, self.column + self.column_span)
        return [(row, column) for row in rows for column in columns]

    @property
    def printed(self) -> str:
        """The text with its markers, as one string."""
        if self.runs:
            return "".join(run.text for run in self.runs)
        return (
            f"{self.text}{' ' if self.text[-1:].isdigit() else ''}{','.join(self.markers)}"
            if self.markers
            else self.text
        )


class Footnote(Record):
    marker: str  # as printed ("a", "1", "*"); empty for an unmarked note
    text: str
    page: int | None = None
    doubt: list[Doubt] = []


class VisitSaid(Record):
    """What a person said of a column as a visit; `said` holds fields of `soesift.schedule.Visit` with their values, and
    nothing where the person looked at the column and found it right. Column -1: the table as a whole."""

    column: int  # 0-based, in the grid with visits as columns
    said: dict[str, bool | int | float | str | list[str] | None] = {}


class SoeTable(Record):
    """A logical table: all its pages joined. The first column of `grid` names the activities, also where a column of
    categories or references is printed before it (`evidence` then says so). Texts of `grid` are without markers."""

    id: str
    title: str = ""
    title_source: Literal["caption", "heading", "first_row", "none"] = "none"
    table_type: TableType
    type_probability: float = Field(ge=0, le=1)
    probability: float = Field(ge=0, le=1)
    population_track: str | None = None
    pages: list[int] = []  # pages that show rows of the table
    footnote_pages: list[int] = []
    fragments: list[Fragment]
    header_rows: int = 0
    grid: list[list[str]]
    cells: list[Cell]
    row_pages: list[int | None] = []  # page of each row of `grid`
    footnotes: list[Footnote] = []
    flags: list[Flag] = []
    evidence: list[str] = []
    doubt: list[PlacedDoubt] = []
    visits_said: list[VisitSaid] = []  # by people, in the order of their words; empty as detected

    @property
    def parts(self) -> list[Cell | Footnote]:
        """Its cells and footnotes: the parts that can carry a doubt of their own."""
        return [*self.cells, *self.footnotes]

    def by_place(self) -> dict[tuple[int, int], Cell]:
        """The cell at each position (row, column) of the grid."""
        return {place: cell for cell in self.cells for place in cell.places}

    def to_dataframe(self) -> Any:
        """The joined grid as a pandas DataFrame, header rows as column labels (needs `soesift[data]`)."""
        from soesift.export.frames import to_dataframe

        return to_dataframe(self)


class Rejected(Record):
    """A near miss: a table that was judged not to be a Schedule of Events, best first."""

    pages: list[int] = []
    bbox: Box | None = None
    location: Location | None = None
    title: str = ""
    probability: float = Field(ge=0, le=1)
    likely_class: str
    evidence: list[str] = []


class UnsurePage(Record):
    page: int | None = None
    why: str


TitleField = Literal["title", "identifier", "sponsor", "version", "amendment", "phase", "nct", "eudract"]


class TitleFact(Record):
    """A value of the title page as printed."""

    text: str
    page: int


class PictureNotRead(Record):
    """A page that is a picture and, after one look or two, holds no schedule; likely: the probability that it does."""

    page: int
    likely: float


class DocumentInfo(Record):
    name: str
    sha256: str
    n_pages: int | None = None
    has_soe: Literal["yes", "no", "unsure"]
    image_only_pages: list[int] = []
    pictures_not_read: list[PictureNotRead] = []  # --ocr always reads them
    unsure_pages: list[UnsurePage] = []
    error: str | None = None  # why the document could not be read; then `tables` is empty
    title_page: dict[TitleField, TitleFact] = {}  # what the first pages print of the study, each behind its label
    review: str | None = None  # who signed it, or what a signature waits for, in words; None: as detected

    @model_serializer(mode="wrap")
    def _as_detected(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `review` where there is none: a result as detected is the same for older programs."""
        written: dict[str, Any] = usual(self)
        return written if self.review is not None else {k: v for k, v in written.items() if k != "review"}


class ModelInfo(Record):
    name: str
    version: str
    sha256: str
    threshold: float
    unsure_threshold: float


class Timing(Record):
    """Seconds."""

    read: float = 0.0
    find: float = 0.0
    ocr: float = 0.0
    classify: float = 0.0
    join: float = 0.0
    witness: float = 0.0
    total: float = 0.0


class Result(Record):
    format: Literal["soe-result/2"] = "soe-result/2"
    document: DocumentInfo
    tables: list[SoeTable] = []
    rejected: list[Rejected] = []
    model: ModelInfo
    settings: dict[str, str] = {}
    timing: Timing = Timing()

    @model_validator(mode="before")
    @classmethod
    def _of_today(cls, data: Any) -> Any:
        """A result of an older format as one of today's."""
        return {**data, "format": FORMAT} if isinstance(data, dict) and data.get("format") in BEFORE else data

    def to_json(self, path: Path | str) -> Path:
        """Write the result as JSON and return the path. Raises WriteError, as the other writers do."""
        from soesift.result.store import write_result

        return write_result(self, path)

    def to_xlsx(self, path: Path | str) -> Path:
        """Write an Excel workbook: an index, one sheet a table, footnotes, the page of each row."""
        from soesift.export.xlsx import write_xlsx

        return write_xlsx(self, path)

    def to_csv(self, folder: Path | str) -> list[Path]:
        """Write one CSV file a table into `folder`."""
        from soesift.export.csv import write_csv

        return write_csv(self, folder)

    def to_html(self, path: Path | str, pdf: Path | str | None = None) -> Path:
        """Write one self-contained HTML report; with `pdf`, it shows the pages with boxes over the tables."""
        from soesift.export.html import write_html

        return write_html(self, path, pdf)
