"""Routes of the first job: checking detections."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from soesift.config import first_mistake
from soesift.document.kind import has_pages
from soesift.errors import SoesiftError, UsageError
from soesift.result.models import Box, SoeTable, TableType
from soesift.review.corrections import MOST_TEXT, Redraw, Redrawn, Sign, read_action
from soesift.review.documents import Document, Look
from soesift.review.lines import planned, redrawn
from soesift.review.shown import document_json, item_of, lines_view, row_of, table_view
from soesift.review.state import Review
from soesift.review.users import must_be
from soesift.review.worklist import ORDER, Item, contents

JSON = "application/json"
DPI = {"usual": 110, "large": 220}  # of page pictures
M = TypeVar("M", bound=BaseModel)


class Given(BaseModel):
    """A correction as the page sends it; `what` may hold `box` and `page` in place of a table's content."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    who: str = Field(min_length=1, max_length=200)
    what: dict[str, Any] = Field(min_length=1, max_length=20)
    why: str = Field("", max_length=2000)


def routes(review: Review) -> list[Route]:
    """The routes, over what is under review."""

    def documents(request: Request) -> Response:
        return JSONResponse(overview(review))

    def document(request: Request) -> Response:
        return Response(document_json(_of(review, request)), media_type=JSON)

    def picture(request: Request) -> Response:
        found = _of(review, request)
        dpi = DPI["large" if request.query_params.get("size") == "large" else "usual"]
        if found.source is None or not has_pages(found.source):
            return JSONResponse({"detail": "no pictures of this document"}, 404)
        content = review.viewer.page(found.source, request.path_params["number"], dpi)
        if content is None:
            return JSONResponse({"detail": "no such page"}, 404)
        return Response(content, media_type="image/png")

    def near(request: Request) -> Response:
        found = _of(review, request)
        return JSONResponse(table_view(_near(review, found, found.look(), request.path_params["number"])))

    def lines(request: Request) -> Response:
        return JSONResponse({"parts": lines_view(_of(review, request).look(), request.path_params["table"])})

    async def correct(request: Request) -> Response:
        if (key := request.path_params["key"]) in review.unfinished and key not in review.documents:
            raise UsageError("this document is still being read; wait for its last page, then mend and decide")
        if key not in review.documents:  # the page keeps the decision for another time
            return JSONResponse({"detail": "this document is not open here"}, 404)
        given = read_body(await request.body(), Given)
        must_be(request.scope, given.who)
        document, short = _of(review, request), request.query_params.get("short") == "1"
        return await run_in_threadpool(lambda: Response(_correct(review, document, given, short), media_type=JSON))

    return [
        Route("/api/documents", documents),
        Route("/api/documents/{key}", document),
        Route("/api/documents/{key}/pages/{number:int}.png", picture),
        Route("/api/documents/{key}/near/{number:int}", near),
        Route("/api/documents/{key}/lines/{table}", lines),
        Route("/api/documents/{key}/corrections", correct, methods=["POST"]),
    ]


def read_body(body: bytes, model: type[M]) -> M:
    """The body as `model`. Raises UsageError."""
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        raise UsageError(first_mistake(error, "the request")) from None
    except (ValueError, RecursionError):
        raise UsageError("the request is not JSON") from None


def overview(review: Review) -> dict[str, Any]:
    """The document list, and all items to be decided, most urgent first."""
    rows: list[dict[str, Any]] = []
    waiting: list[tuple[Item, str]] = []
    for document in [*review.documents.values(), *unfinished_of(review)]:
        try:
            look = document.look()
        except SoesiftError as error:  # taken away or rewritten under way: the others go on
            if document.unfinished:  # its last page was read just now: it is among the others next time
                continue
            rows.append(
                {
                    "key": document.key,
                    "name": document.path.name,
                    "error": str(error),
                    "open": 0,
                    "unseen": 0,
                    "left": 0,
                    "signed": [],
                    "tables": 0,
                    "version": -1,
                    "has_soe": "unsure",
                }
            )
            continue
        items = look.items
        rows.append(row_of(document, look, items))
        waiting += [(item, document.key) for item in items if item.open and not document.unfinished]
    waiting.sort(key=lambda pair: ORDER[pair[0].kind])
    return {"documents": rows, "worklist": [item_of(item, key) for item, key in waiting]}


def _of(review: Review, request: Request) -> Document:
    key = request.path_params["key"]
    found = review.documents.get(key) or review.unfinished.get(key)
    if found is None:
        raise UsageError("no such document here; reload the page")
    return found


def unfinished_of(review: Review) -> list[Document]:
    """Documents that are still being read, and of which something is found."""
    return [document for key, document in list(review.unfinished.items()) if key not in review.documents]


def _correct(review: Review, document: Document, given: Given, short: bool) -> bytes:
    """Write a correction down, unless it makes no sense now; then the document as it stands, or, `short`, only that it
    is written: what it makes of the tables as visits takes longer than the writing.

    A second sending of the same correction is answered like the first.
    """
    there = document.corrections()
    version = len(there)
    if not any(one.get("id") == given.id for one in there):
        one = given.model_dump()
        one["what"] = _with_content(review, document, given.what)  # may take a while: a page read by OCR
        with review.writing:  # what is checked is what is written
            _check(document, one)
            if one["what"].get("action") == "sign":
                one["what"]["of"] = contents(document.look().applied.result)
            version = document.add(one)
    return json.dumps({"id": given.id, "version": version}).encode() if short else document_json(document)


def _check(document: Document, one: dict[str, Any]) -> None:
    """Raises UsageError where a correction would have no effect."""
    try:
        action = read_action(one["what"])
    except ValueError as error:
        raise UsageError(str(error)) from None
    if isinstance(action, Sign):
        _check_signature(document.look(), action)
    for other, why in document.tried(one).left_out:
        if other["id"] == one["id"]:
            raise UsageError(why)


def _check_signature(look: Look, action: Sign) -> None:
    """Raises UsageError while something waits, or where the document was changed since the person looked at it."""
    if waits := look.standing.waits:
        raise UsageError(f"not signed: {', '.join(waits)}; a document is signed when nothing of it waits")
    later = look.corrections[look.version if action.seen is None else action.seen :]
    if changed := [one for one in later if one.get("what", {}).get("action") != "sign"]:
        raise UsageError(f"not signed: {changed[-1].get('who')} changed it since you looked; look again, then sign")


def _with_content(review: Review, document: Document, what: dict[str, Any]) -> dict[str, Any]:
    """`what` with the table that a drawn box or an accepted near miss shows, read from the document."""
    what = {key: value for key, value in what.items() if key != "content"}
    if what.get("action") not in ("add", "accept", "redraw"):
        return what
    look = document.look()
    if what.get("action") == "add":
        kind, title = _type(what.pop("table_type", None)), str(what.pop("title", ""))[:MOST_TEXT].strip()
        content = _read(review, document, _page(what.get("page")), _box(what.pop("box", None)))
        said = {"table_type": kind, "type_probability": 1.0} if kind else {}
        titled = {"title": title, "title_source": "caption"} if title else {}
        content = content.model_copy(update={**said, **titled})
        if kind:
            return {**what, "content": content.model_dump(mode="json")}
    elif what.get("action") == "accept" and isinstance(what.get("near_miss"), int):
        content = _near(review, document, look, what["near_miss"])
    elif what.get("action") == "redraw":
        return {**what, "content": _redrawn(review, document, look, what).model_dump(mode="json")}
    else:
        return what
    others = {table.table_type for table in look.applied.result.tables}
    kind = "track" if "main_soa" in others and content.table_type == "main_soa" else content.table_type
    content = content.model_copy(update={"table_type": kind})
    return {**what, "content": content.model_dump(mode="json")}


def _redrawn(review: Review, document: Document, look: Look, what: dict[str, Any]) -> Redrawn:
    """What is read between lines that a person moved. Raises UsageError, DocumentError."""
    if document.source is None or not has_pages(document.source):
        raise UsageError("the document itself is needed for this; start soesift review with --documents FOLDER")
    try:
        action = read_action(what)
        assert isinstance(action, Redraw)
        table = next((one for one in look.applied.result.tables if one.id == action.table), None)
        if table is None:
            raise ValueError(f"no table {action.table}")
        plan = planned(table, action.fragment, action.columns, action.rows)
        texts = review.viewer.lines(document.source, [layout for pair in plan.layouts for layout in pair])
        return redrawn(table, plan, list(zip(texts[::2], texts[1::2], strict=True)))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _near(review: Review, document: Document, look: Look, number: int) -> SoeTable:
    if not 1 <= number <= len(look.result.rejected):
        raise UsageError(f"no near miss {number}")
    item = look.result.rejected[number - 1]
    if item.location is not None and document.source is not None:
        table = review.viewer.table_of_word(document.source, item.location.table_number)
        if table is None:
            raise UsageError("this table is not in the document any more")
    elif item.bbox is not None and item.pages:
        table = _read(review, document, item.pages[0], item.bbox)
    else:
        raise UsageError("the place of this near miss is not known")
    return table.model_copy(update={"title": table.title or item.title, "probability": item.probability})


def _read(review: Review, document: Document, page: int, box: Box) -> SoeTable:
    if document.source is None or not has_pages(document.source):
        raise UsageError("the document itself is needed for this; start soesift review with --documents FOLDER")
    table = review.viewer.table_in_box(document.source, page, box)
    if table is None:
        raise UsageError(f"no page {page}")
    return table


def _box(given: object) -> Box:
    if not isinstance(given, list) or len(given) != 4 or not all(_is_number(v) for v in given):
        raise UsageError("box: give four numbers in points, left, top, right, bottom")
    x0, top, x1, bottom = (round(float(v), 1) for v in given)
    if x1 - x0 < 5 or bottom - top < 5:
        raise UsageError("box: draw a larger one")
    return x0, top, x1, bottom


def _is_number(given: object) -> bool:
    return isinstance(given, (int, float)) and math.isfinite(given)


def _type(given: object) -> str | None:
    if given is not None and given not in get_args(TableType):
        raise UsageError(f"table_type: choose from {', '.join(get_args(TableType))}")
    return None if given is None else str(given)


def _page(given: object) -> int:
    if not isinstance(given, int) or given < 1:
        raise UsageError("page: give the number of a page")
    return given
