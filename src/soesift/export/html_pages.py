"""Page pictures with boxes over the tables, as inline SVG in page coordinates."""

from __future__ import annotations

from collections.abc import Iterable

from soesift.export.markup import element, text
from soesift.export.page_images import PageImage
from soesift.export.wording import percent
from soesift.result.models import Box, Rejected, Result, SoeTable

Marked = tuple[str, Box, str]  # kind (a CSS class), box, tooltip
ROLE_NAMES = {"grid": "Table", "footnotes": "Footnotes", "heading": "Heading"}


def pages_to_show(result: Result) -> list[int]:
    """Pages of tables, then those the model is unsure about, then near misses; each once."""
    pages = [page for table in result.tables for page in _table_pages(table)]
    pages += [unsure.page for unsure in result.document.unsure_pages if unsure.page is not None]
    pages += [page for item in result.rejected for page in item.pages]
    return list(dict.fromkeys(pages))


def image_store(images: Iterable[PageImage]) -> str:
    """Each picture once; the figures refer to it, so a page with two tables is not stored twice."""
    stored = [
        element("image", id=f"page{i.number}", width=_number(i.width), height=_number(i.height), href=i.url)
        for i in images
    ]
    return element("svg", element("defs", *stored), cls="store", aria_hidden="true", width="0", height="0")


def table_figures(table: SoeTable, number: int, images: dict[int, PageImage]) -> str:
    """The pages of a table, its fragments boxed."""
    figures = []
    for page in _table_pages(table):
        marked: list[Marked] = [
            (f.role, f.bbox, f"{ROLE_NAMES[f.role]}, probability {percent(f.probability)}")
            for f in table.fragments
            if f.page == page and f.bbox is not None
        ]
        label = next((f.page_label for f in table.fragments if f.page == page and f.page_label), None)
        caption = f"Page {page}" + (f" (printed “{label}”)" if label and label != str(page) else "")
        figures.append(figure(f"t{number}-page{page}", page, caption, marked, images))
    return element("div", *figures, cls="pages") if any(figures) else ""


def rejected_figures(item: Rejected, number: int, images: dict[int, PageImage]) -> str:
    """The pages of a near miss; its box belongs to the first of them."""
    figures = []
    for order, page in enumerate(item.pages):
        tip = f"Near miss, probability {percent(item.probability)}"
        marked: list[Marked] = [("rejected", item.bbox, tip)] if item.bbox is not None and order == 0 else []
        figures.append(figure(f"r{number}-page{page}", page, f"Page {page}", marked, images))
    return element("div", *figures, cls="pages") if any(figures) else ""


def figure(place: str, page: int, caption: str, marked: list[Marked], images: dict[int, PageImage]) -> str:
    """One page with its boxes; a click lays it over the report, where it can be brought nearer. Nothing if there is no
    picture of the page."""
    image = images.get(page)
    if image is None:
        return ""
    what = "; ".join(tip for _, _, tip in marked) or "no box"
    drawing = element(
        "svg",
        element("use", href=f"#page{page}"),
        *(_box(kind, box, tip) for kind, box, tip in marked),
        viewBox=f"0 0 {_number(image.width)} {_number(image.height)}",
        role="img",
        aria_label=f"{caption}: {what}",
    )
    zoom = element("input", type="checkbox", id=f"{place}-zoom", aria_label=f"Enlarge {caption}")
    label = element("label", drawing, for_=f"{place}-zoom")
    more = element("input", type="checkbox", id=f"{place}-more", cls="more")
    nearer = element("label", "Nearer", for_=f"{place}-more", cls="nearer")
    return element("figure", zoom, more, nearer, label, element("figcaption", text(caption)), id=place)


def _box(kind: str, box: Box, tip: str) -> str:
    x0, top, x1, bottom = box
    size = {"width": _number(max(0.0, x1 - x0)), "height": _number(max(0.0, bottom - top))}
    return element("rect", element("title", text(tip)), x=_number(x0), y=_number(top), rx="3", cls=kind, **size)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _table_pages(table: SoeTable) -> list[int]:
    pages = {*table.pages, *table.footnote_pages, *(f.page for f in table.fragments if f.page is not None)}
    return sorted(pages)
