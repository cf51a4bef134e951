"""Counts of a schedule per participant, format `soe-burden/1`, each with what it assumes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

FORMAT = "soe-burden/1"
Contact = Literal["site", "phone", "site_or_phone", "unscheduled"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Counts(_Part):
    """Sums over visits. `procedures`: marks of activities with the participant; `staff`: of those without;
    `conditional`: marks of both that do not hold for everyone or each time (counted in the others as well);
    `by_class`: marks by class key; `visits_by_class`: visits with at least one mark of the class.
    """

    visits: int = 0
    site: int = 0
    phone: int = 0
    site_or_phone: int = 0
    unscheduled: int = 0
    procedures: int = 0
    staff: int = 0
    conditional: int = 0
    by_class: dict[str, int] = {}
    visits_by_class: dict[str, int] = {}


class VisitCount(_Part):
    """One printed column. `repeats`: how often it is counted; `repeated`: why it may stand for more visits."""

    column: int
    visit: str
    epoch: str
    contact: Contact
    repeats: int = 1
    repeated: str = ""
    printed_repeats: int | None = None  # `repeats`, if the print gives it: "Cycles 2-6" are five
    counts: Counts  # of one repeat


class TableBurden(_Part):
    """One schedule. `total` is what a participant goes through who completes it as planned: unscheduled
    visits are not in it, but in `unscheduled`.
    """

    table_id: str
    title: str
    visits: list[VisitCount] = []
    by_epoch: dict[str, Counts] = {}
    total: Counts = Counts()
    unscheduled: Counts = Counts()
    other: list[str] = []  # activities that no class matches
    assumptions: list[str] = []


class Burden(_Part):
    """All schedules of a document, each by itself: their visits overlap, so they are not added up."""

    format: Literal["soe-burden/1"] = "soe-burden/1"
    document: str
    class_names: dict[str, str]
    tables: list[TableBurden] = []
