"""Points of 21 CFR Part 11 that concern records and signatures, and what this program does about each."""

from __future__ import annotations

from typing import Literal, NamedTuple

Met = Literal["met", "in part", "not met"]


class Point(NamedTuple):
    """asks: the section's demand in short; why: what the program does, and what it leaves to where it runs."""

    section: str
    asks: str
    met: Met
    why: str


POINTS = (
    Point("11.10(a)", "Validation of systems", "not met", "Whoever uses it validates it; tests and benchmarks help."),
    Point(
        "11.10(b)",
        "Copies for inspection, readable and electronic",
        "met",
        "This report, to be printed; results as JSON, corrections as JSON Lines.",
    ),
    Point(
        "11.10(c)",
        "Protection of records through their retention",
        "not met",
        "Files in a folder: backup and retention are the place's.",
    ),
    Point(
        "11.10(d)",
        "Access for authorised people only",
        "not met",
        "On loopback every local user can reach it, else whoever has the one token; there are no accounts.",
    ),
    Point(
        "11.10(e)",
        "Audit trail: secure, by computer, time-stamped; earlier entries stay readable",
        "in part",
        "Each entry has a name, the server's time (UTC) and what was done, with what stood there before; the program "
        "only adds. Nothing keeps a person with access to the file from changing it, and the clock is the machine's.",
    ),
    Point(
        "11.10(f)",
        "Steps in their permitted order",
        "met",
        "A signature is refused while anything waits, people differ or a correction no longer fits; a change ends it.",
    ),
    Point("11.10(g)", "Authority checks", "not met", "Anybody who reaches it may decide and sign."),
    Point("11.10(h)", "Device checks", "not met", "None."),
    Point("11.10(i)-(k)", "Training, policies, control of documents", "not met", "The place's; no program can."),
    Point("11.30", "Open systems: encryption and the like", "not met", "No TLS of its own: a proxy in front has to."),
    Point(
        "11.50(a)",
        "Name, time and meaning of a signature",
        "met",
        "All three are in the entry and in this report; the name is the one that was typed.",
    ),
    Point(
        "11.50(b)",
        "The same three in each readable form of the record",
        "in part",
        "In this report, Excel, HTML, Word, USDM, Docling and visit files, and beside CSV and REDCap; FHIR and ODM say "
        "only that nobody signed.",
    ),
    Point(
        "11.70",
        "Signatures linked to their records",
        "in part",
        "An entry holds a hash of the tables that were signed, and holds for no others; it could be copied by a person "
        "with access to the file.",
    ),
    Point("11.100", "Signatures unique to one person, identity verified", "not met", "A name is typed, not verified."),
    Point("11.200", "Two components, such as name and password, at each signing", "not met", "A name alone signs."),
    Point("11.300", "Control of codes and passwords", "not met", "One token for all, in the environment."),
)


def summary() -> str:
    """How many points are met, in part, and not."""
    count = {kind: sum(point.met == kind for point in POINTS) for kind in ("met", "in part", "not met")}
    return (
        f"Of {len(POINTS)} points of 21 CFR Part 11, {count['met']} are met, {count['in part']} in part, "
        f"{count['not met']} not. By itself this program makes no record or signature that satisfies Part 11."
    )
