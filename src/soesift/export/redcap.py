"""REDCap: the CSV files of a longitudinal project (arms, events, instruments, their mapping, repeating events).

In the order in which REDCap takes them: data dictionary, arms, events, mapping, repeating events. An event's unique
name is the one that REDCap makes from its name: at most 18 letters, digits and underscores, and the number of its arm.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from soesift.export.csv import harmless
from soesift.export.edc import Edc, Event, edc_of
from soesift.export.wording import plain
from soesift.files import safe_stem, write_atomically
from soesift.result.models import Result

DICTIONARY = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
EVENTS = ("event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name", "custom_event_label")
FIRST_FORM = "enrolment"


def write_redcap(result: Result, folder: Path | str, stem: str) -> list[Path]:
    """Write `STEM_redcap_1_dictionary.csv` ... `_5_repeating.csv` into `folder`; the paths. Raises WriteError."""
    base = Path(folder) / f"{safe_stem(stem)}_redcap"
    return [
        write_atomically(base.with_name(f"{base.name}_{number}_{name}.csv"), text.encode("utf-8"))
        for number, (name, text) in enumerate(redcap_files(result).items(), start=1)
    ]


def redcap_files(result: Result) -> dict[str, str]:
    """The texts of the files by name, in the order of their upload."""
    edc = edc_of(result)
    return {
        "dictionary": _csv(DICTIONARY, _dictionary(edc)),
        "arms": _csv(("arm_num", "name"), [[str(arm.number), arm.name] for arm in edc.arms]),
        "events": _csv(EVENTS, [_event(event) for event in edc.events]),
        "mapping": _csv(("arm_num", "unique_event_name", "form"), _mapping(edc)),
        "repeating": _csv(
            ("event_name", "form_name", "custom_form_label"),
            [[unique_name(event), "", ""] for event in edc.events if event.repeats],
        ),
    }


def unique_name(event: Event) -> str:
    return f"{event.key}_arm_{event.arm}"


def _event(event: Event) -> list[str]:
    """Offsets are whole days; a window of hours is rounded down, as a visit may not fall out of it."""
    sides = ["" if side is None else str(math.floor(side)) for side in (event.before, event.after)]
    day = "" if event.day is None else str(event.day)
    return [event.name, str(event.arm), day, *sides, unique_name(event), event.said]


def _mapping(edc: Edc) -> list[list[str]]:
    first = {arm.number: next((e for e in edc.events if e.arm == arm.number), None) for arm in edc.arms}
    rows = [[str(n), unique_name(event), FIRST_FORM] for n, event in first.items() if event is not None]
    return rows + [[str(event.arm), unique_name(event), form] for event in edc.events for form in event.forms]


def _dictionary(edc: Edc) -> list[list[str]]:
    """A record id, and for each activity a question whether it was done: a skeleton to build the forms on."""
    rows = [_field("record_id", FIRST_FORM, "text", "Record ID")]
    rows += [_field(item.key, form.key, "yesno", f"{item.name}: done?") for form in edc.forms for item in form.items]
    return rows


def _field(name: str, form: str, kind: str, label: str) -> list[str]:
    return [name, form, "", kind, label, *[""] * (len(DICTIONARY) - 5)]


def _csv(head: tuple[str, ...], rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([[harmless(plain(text)) for text in row] for row in rows])
    return out.getvalue()
