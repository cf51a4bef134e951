"""How a schedule may be printed: one value for each factor, by chance."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random


@dataclass(frozen=True, slots=True)
class PrintStyle:
    """Factors of print. All are told with a truth, so that failures can be counted by factor."""

    rules: str = "full"  # full, rects, sloppy, horizontal, columns, header, none
    face: str = "Helvetica"  # Helvetica, Times, Narrow
    size: float = 8.0  # points
    paper: str = "portrait"  # portrait, landscape, turned: landscape print on a portrait page
    reprint: bool = True  # the header on each page
    caption_again: str = "continued"  # continued, same, none: what stands above the next page's part
    caption: str = "above"  # above, framed, none
    foot_line: str = ""  # printed below a part that goes on
    tiles: int = 1
    groups: str = "band"  # band, bold, merged, none
    corner: str = "labels"  # labels, merged, last: where the name of the activities stands in the header
    second: str = "none"  # none, section, category, comments
    series: str = "letters"  # letters, numbers, signs
    form: str = "raised"  # how notes begin: raised, dot, bracket, round, square, colon, gap, dash, equals
    length: str = "short"  # of notes: short, long, lists
    note_head: str = ""  # printed above the notes
    markers: str = "raised"  # raised, normal: those in cells
    notes: str = "below"  # below, each: on each page, next, framed, rows: a framed row a note, table: marker and text
    legend_first: bool = True
    note_size: float = 8.0
    continuous: str = "repeat"  # repeat, merged, arrow
    turned_head: bool = False
    shade: float | None = 0.88
    middle: bool = True  # texts stand in the middle of their row's height
    centred: bool = True
    narrow_names: bool = False  # wrapped names
    pad: float = 2.5
    furniture: int = 0
    follows: str = "page"  # page, heading: what comes after the notes
    redacted: bool = False

    def factors(self) -> dict[str, str]:
        return {f.name: str(getattr(self, f.name)) for f in fields(self)}


RULES = (
    "full",
    "full",
    "full",
    "full",
    "rects",
    "rects",
    "rects",
    "sloppy",
    "sloppy",
    "horizontal",
    "columns",
    "header",
    "none",
)
FORMS = ("raised", "raised", "raised", "dot", "dot", "bracket", "round", "square", "colon", "gap", "dash", "equals")
NOTE_HEADS = ("", "", "", "", "Footnotes:", "Notes:", "NOTE", "Footnotes for Table 3")
BARE = ("horizontal", "header", "none")
FOOT_LINES = ("", "", "", "Table continued on next page", "Footnotes appear on the last page of the table")


def choose_style(rng: Random) -> PrintStyle:
    """A style by chance; what cannot be read by a person either (merged marks without rules) is left out."""
    rules = rng.choice(RULES)
    bare = rules in BARE
    series = rng.choice(("letters", "letters", "numbers", "signs"))
    form = "raised" if series == "signs" else rng.choice(FORMS)
    framed = rules in ("full", "rects")
    return PrintStyle(
        rules=rules,
        face=rng.choice(("Helvetica", "Times", "Times", "Narrow")),
        size=rng.choice((5.5, 6.5, 7.0, 8.0, 8.0, 9.0, 10.0)),
        paper=rng.choice(("portrait", "portrait", "landscape", "landscape", "turned")),
        reprint=rng.random() < 0.75,
        caption_again=rng.choice(("continued", "same", "none")),
        caption=rng.choice(("above", "above", "above", "framed" if framed else "above", "none")),
        foot_line=rng.choice(FOOT_LINES),
        tiles=2 if rng.random() < 0.08 else 1,
        groups=rng.choice(("bold", "none") if bare or rules == "columns" else ("band", "bold", "merged", "none")),
        corner=rng.choice(("labels", "labels", "last" if bare else "merged", "last")),
        second=rng.choice(
            ("none",) * 6 + ("section", "comments", "category" if framed or rules == "sloppy" else "none")
        ),
        series=series,
        form=form,
        markers="normal" if series == "signs" and rng.random() < 0.4 else "raised",
        length=rng.choice(("short", "short", "long", "lists")),
        note_head=rng.choice(NOTE_HEADS),
        notes=rng.choice(("below", "below", "below", "each", "next", *(("framed", "rows", "table") if framed else ()))),
        legend_first=rng.random() < 0.6,
        note_size=rng.choice((6.5, 7.0, 8.0, 9.0)),
        continuous=rng.choice(("repeat",) if bare else ("repeat", "repeat", "merged", "arrow")),
        turned_head=rng.random() < 0.08,
        shade=None if bare else rng.choice((None, 0.75, 0.85, 0.9, 0.93)),
        middle=rng.random() < 0.6,
        centred=rng.random() < 0.8,
        narrow_names=not bare and rng.random() < 0.35,
        pad=rng.choice((4.0, 5.0)) if bare else rng.choice((1.5, 2.5, 3.0)),
        furniture=rng.randrange(6),
        follows=rng.choice(("page", "heading")),
        redacted=rng.random() < 0.05,
    )
