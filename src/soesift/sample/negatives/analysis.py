"""Tables of statistical analysis plans: windows, endpoints by visit, derived variables, shells of outputs.

They name visits, days and procedures, often with marks, and plan no procedure for anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Block, Mode
from soesift.sample.grid import Cell, Grid, Row
from soesift.sample.negatives.scene import Scene, false_table, keep

PAGES: tuple[Mode, ...] = ("portrait", "landscape")
PARAMETERS = (
    "Haemoglobin",
    "Platelets",
    "Neutrophils",
    "ALT",
    "AST",
    "Bilirubin",
    "Creatinine",
    "Albumin",
    "Sodium",
    "Potassium",
    "Glucose",
    "Cholesterol",
    "Systolic blood pressure",
    "Heart rate",
    "QTcF interval",
    "Body weight",
    "Temperature",
)
STATISTICS = ("n", "Mean (SD)", "Median", "Q1, Q3", "Min, Max", "Missing", "95% CI", "LS mean (SE)", "p-value")
MASKS = {
    "n": "xx",
    "Mean (SD)": "xx.x (x.xx)",
    "Median": "xx.x",
    "Q1, Q3": "xx.x, xx.x",
    "Min, Max": "xx, xx",
    "Missing": "xx",
    "95% CI": "(x.xx, x.xx)",
    "LS mean (SE)": "x.xx (x.xxx)",
    "p-value": "0.xxx",
}
ARMS = ("Placebo\n(N=xxx)", "Active\n(N=xxx)", "Total\n(N=xxx)", "Low dose\n(N=xx)", "High dose\n(N=xx)")


def weeks_of(rng: Random, least: int = 3, most: int = 8) -> list[int]:
    step = rng.choice((1, 2, 4, 4, 8, 12, 13, 26))
    return [step * i for i in range(1, rng.randint(least, most) + 1)]


def visit_names(rng: Random, least: int = 3, most: int = 8) -> list[str]:
    """Baseline and later visits, in one of the ways that plans write them."""
    weeks = weeks_of(rng, least, most)
    forms: tuple[Callable[[int, int], str], ...] = (
        lambda i, w: f"Week {w}",
        lambda i, w: f"Visit {i + 2} (Week {w})",
        lambda i, w: f"V{i + 2}",
        lambda i, w: f"Month {max(1, w // 4)}",
        lambda i, w: f"Day {7 * w + 1}",
        lambda i, w: f"Cycle {i + 1} Day 1",
    )
    form = rng.choice(forms)
    names = list(dict.fromkeys(form(i, w) for i, w in enumerate(weeks)))
    ends = rng.choice(([], [], ["End of treatment"], ["EOT", "Follow-up"], ["Early termination"]))
    return [rng.choice(("Baseline", "Screening", "Baseline (Day 1)", "Visit 1")), *names, *ends]


def window_of(rng: Random, day: int, step: int) -> str:
    low, high = day - step // 2 + 1, day + step // 2
    return rng.choice(("{} to {}", "{}-{}", "[{}, {}]", "≥{} and ≤{}", "Day {} to Day {}")).format(low, high)


def analysis_windows(rng: Random, scene: Scene) -> list[Block]:
    """Which day counts as which visit: names, target days and intervals, no procedure."""
    step, count = rng.choice((7, 14, 28, 28, 56, 84)), rng.randint(4, 12)
    pattern = rng.choice(("{} to {}", "{}-{}", "[{}, {}]", "Day {} - Day {}", "≥{} to ≤{}"))
    heads = rng.choice(
        (
            ["Visit", "Target day", "Analysis window"],
            ["Analysis visit", "Planned study day", "Window (study days)"],
            ["Scheduled visit", "Nominal day", "Visit window", "Length (days)"],
            ["Visit number", "Visit", "Target day", "Lower limit", "Upper limit"],
            ["AVISIT", "AVISITN", "Target day", "Window"],
            ["Time point", "Relative day", "Interval"],
        )
    )
    rows = [heads, window_row(heads, "Baseline", 0, 1, "≤1", ("-", "1"), "-")]
    for i in range(1, count + 1):
        day = step * i + rng.choice((0, 1))
        low, high = day - step // 2 + 1, day + step // 2
        name = rng.choice((f"Week {step * i // 7}",) * 3 + (f"Visit {i + 1}",))
        rows.append(window_row(heads, name, i, day, pattern.format(low, high), (str(low), str(high)), str(step)))
    title = rng.choice(
        (
            "Visit Windows for Analysis",
            "Analysis Visit Windows",
            "Assigning Visits to Study Days",
            "Time Windows for Efficacy Assessments",
            "Definition of Analysis Windows",
            "Visit Windowing",
        )
    )
    return [false_table(rng, scene, "analysis_windows", title, rows)]


def window_row(
    heads: list[str], name: str, number: int, day: int, window: str, limits: tuple[str, str], length: str
) -> list[str]:
    """One visit under the headings chosen."""
    known = {
        "Length (days)": length,
        "Lower limit": limits[0],
        "Upper limit": limits[1],
        "AVISITN": str(number),
        "Visit number": str(number + 1),
    }
    days = ("Target day", "Planned study day", "Nominal day", "Relative day")
    names = ("Visit", "Analysis visit", "Scheduled visit", "AVISIT", "Time point")
    return [name if h in names else f"Day {day}" if h in days else known.get(h, window) for h in heads]


def windows_by_assessment(rng: Random, scene: Scene) -> list[Block]:
    """The same with assessments in the columns, or a row of visits: still no plan of what is done."""
    step, visits = rng.choice((7, 14, 28)), rng.randint(4, 8)
    named = rng.sample(
        (
            "ECG",
            "Vital signs",
            "Laboratory",
            "Questionnaires",
            "Imaging",
            "PK samples",
            "Weight",
            "Efficacy endpoints",
            "Safety endpoints",
        ),
        rng.randint(2, 4),
    )
    rows = [
        [rng.choice(("Visit", "Analysis visit", "Week")), "Target day", *named],
        ["Baseline", "1", *["≤1"] * len(named)],
    ]
    for i in range(1, visits + 1):
        rows.append(
            [
                f"Week {step * i // 7}",
                str(step * i + 1),
                *(
                    window_of(rng, step * i, rng.choice((step, 2 * step))) if rng.random() < 0.85 else "NA"
                    for _ in named
                ),
            ]
        )
    if rng.random() < 0.3:
        rows = [list(row) for row in zip(*rows, strict=True)]
    title = rng.choice(
        ("Analysis Windows by Assessment", "Visit Windows for Safety Data", "Windows by Type of Assessment")
    )
    return [false_table(rng, scene, "analysis_windows", title, rows)]


def windows_long(rng: Random, scene: Scene) -> list[Block]:
    """A line for each assessment and visit, with day and limits: windows written one below the other."""
    names = rng.sample(("ECG", "Vital signs", "Laboratory", "EQ-5D", "Body weight", "PK", "Lesions", "Spirometry"), 3)
    step, rows = rng.choice((7, 14, 28)), [["Assessment", "Analysis visit", "Target day", "Window"]]
    if rng.random() < 0.4:
        rows = [["Parameter category", "Visit (eCRF)", "Planned day", "Lower", "Upper"]]
    for name in names:
        for i in range(rng.randint(2, 5)):
            limits = window_of(rng, step * i + 1, step) if i else "≤1"
            ends = [str(step * i - step // 2), str(step * i + step // 2)]
            middle = [f"Week {step * i // 7}" if i else "Baseline", str(step * i + 1)]
            rows.append(
                [name if i == 0 else rng.choice(("", name)), *middle, *(ends if len(rows[0]) == 5 else [limits])]
            )
    return [false_table(rng, scene, "analysis_windows", rng.choice(("Analysis Windows", "Windows for Analyses")), rows)]


def listing_shells(rng: Random, scene: Scene) -> list[Block]:
    """Listings as they will be printed: a head of names and one empty row, several one below the other."""
    names = (
        "Visit",
        "Date",
        "Study day",
        "Laboratory",
        "Haemoglobin (g/dl)",
        "Platelets",
        "QT interval (msec)",
        "Informed consent date",
        "Cycle",
        "Onset date",
        "End date",
        "Reason for end of treatment",
        "Medication",
        "Grade",
        "Action taken",
        "Method",
        "Result",
        "Weight (kg)",
        "Best response",
        "First infusion date",
        "Comment",
    )
    blocks: list[Block] = []
    for i in range(rng.randint(3, 6)):
        head = [
            *rng.choice((["Site", "Patient id."], ["Subject"], ["Patient id."])),
            *rng.sample(names, rng.randint(2, 9)),
        ]
        rows = [head, *[[""] * len(head)] * rng.choice((1, 1, 2))]
        title = f"Listing 16.2.{i + 1} {rng.choice(PARAMETERS)} by Patient"
        blocks.append(false_table(rng, scene, "statistical_matrix", title, rows))
    return blocks


def study_periods(rng: Random, scene: Scene) -> list[Block]:
    """Where each period of the study begins and ends, for assigning data to it."""
    rows = [rng.choice((["Period", "Start", "End"], ["Epoch", "First day", "Last day"], ["Phase", "From", "To"]))]
    rows += keep(
        rng,
        (
            ("Screening", "Informed consent", "Day -1"),
            ("Baseline", "Day -7", "Before first dose"),
            ("Treatment", "First dose", "Last dose + 30 days"),
            ("Treatment period 2", "First dose of period 2", "Week 52"),
            ("Washout", "Day 15", "Day 28"),
            ("Follow-up", "Last dose + 31 days", "End of study"),
        ),
        3,
    )
    return [false_table(rng, scene, "analysis_windows", rng.choice(("Analysis Periods", "Definition of Epochs")), rows)]


def endpoints_by_visit(rng: Random, scene: Scene) -> list[Block]:
    """Endpoints against the visits at which they are analysed, with marks or methods."""
    visits, area = visit_names(rng), scene.study.area
    names = [
        area.primary,
        *(f"Change from baseline in {e}" for e in area.secondary),
        *(
            f"{rng.choice(('Percent change', 'Shift', 'Responder rate', 'Time to event', 'Summary'))} of {e}"
            for e in area.secondary
        ),
        "Overall survival analysis",
        "Sensitivity analysis of the primary endpoint",
        "Subgroup analysis by region",
    ]
    sign = rng.choice(("X", "X", "✓", "P", "MMRM", "ANCOVA"))
    rows = [[rng.choice(("Endpoint", "Variable", "Efficacy variable", "Analysis", "Parameter")), *visits]]
    for name in keep(rng, [[n] for n in names], 4):
        rows.append([*name, *(sign if rng.random() < 0.55 else "" for _ in visits)])
    title = rng.choice(
        (
            "Endpoints Analysed by Visit",
            "Time Points of Analysis",
            "Planned Analyses by Visit",
            "Summary of Efficacy Analyses",
            "Analyses of Endpoints over Time",
        )
    )
    mode: Mode = "landscape" if len(visits) > 7 else "portrait"
    return [false_table(rng, scene, "statistical_matrix", title, rows, mode=mode)]


def derived_variables(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        rng.choice(
            (
                ["Variable", "Derivation"],
                ["Parameter", "Definition", "Visits"],
                ["Derived variable", "Algorithm", "Data set"],
            )
        )
    ]
    choices = (
        ("Baseline", "Last non-missing value on or before Day 1", "ADSL"),
        ("Change from baseline", "Value at visit minus baseline value", "ADLB"),
        ("Study day", "Date of assessment minus date of first dose, plus 1 if on or after it", "All"),
        ("Treatment duration (days)", "Date of last dose minus date of first dose + 1", "ADEX"),
        ("Compliance (%)", "100 x tablets taken / tablets planned by Week 12", "ADEX"),
        ("Responder", "Decrease of at least 30% from baseline at Week 24", "ADEFF"),
        ("Time to first event", "Date of event or censoring minus date of randomization + 1", "ADTTE"),
        ("Age (years)", "Year of informed consent minus year of birth", "ADSL"),
        ("Treatment-emergent adverse event", "Onset on or after first dose, up to 30 days after last dose", "ADAE"),
        ("Body mass index", "Weight (kg) / height (m) squared at screening", "ADVS"),
    )
    rows += [list(c[: len(rows[0])]) for c in keep(rng, choices, 5)]
    title = rng.choice(("Derived Variables", "Definitions of Derived Data", "Derivations", "Data Handling Conventions"))
    return [false_table(rng, scene, "other", title, rows)]


def output_shell(rng: Random, scene: Scene) -> list[Block]:
    """A mock table: visits and statistics as rows or columns, x for every number."""
    visits, statistics = visit_names(rng, 2, 5), rng.sample(STATISTICS, rng.randint(3, 6))
    arms = [a.replace("\n", " ") for a in rng.sample(ARMS, rng.randint(2, 4))]
    way = rng.choice(("visits down", "visits across", "arms by visit"))
    parameter = rng.choice(PARAMETERS)
    if way == "visits across":
        rows = [[rng.choice(("Statistic", "", parameter)), *visits]]
        rows += [
            [arm, *[""] * len(visits)] if s == "" else [s, *[MASKS[s]] * len(visits)]
            for arm in arms
            for s in ("", *statistics)
        ]
    elif way == "visits down":
        rows = [[rng.choice(("Visit", "Time point")), "Statistic", *arms]]
        rows += [[v if i == 0 else "", s, *[MASKS[s]] * len(arms)] for v in visits for i, s in enumerate(statistics)]
    else:
        rows = [["Treatment", "Visit", *statistics]]
        rows += [
            [arm if i == 0 else "", v, *(MASKS[s] for s in statistics)] for arm in arms for i, v in enumerate(visits)
        ]
    number = f"14.{rng.randint(1, 3)}.{rng.randint(1, 9)}"
    what = rng.choice(("Summary of", "Descriptive Statistics of", "Change from Baseline in"))
    title = f"Table {number} {what} {parameter} by Visit"
    return [false_table(rng, scene, "statistical_matrix", title, rows, mode=rng.choice(PAGES))]


def shift_shell(rng: Random, scene: Scene) -> list[Block]:
    """Baseline category against category at a visit."""
    levels = ["Low", "Normal", "High", "Missing"]
    rows = [["Parameter", "Visit", "Baseline", *levels]]
    for parameter in rng.sample(PARAMETERS, 2):
        for visit in visit_names(rng, 1, 3)[1:]:
            rows += [[parameter, visit, level, *["xx (xx.x)"] * 4] for level in levels]
    return [false_table(rng, scene, "statistical_matrix", "Shift from Baseline in Laboratory Values", rows)]


def output_list(rng: Random, scene: Scene) -> list[Block]:
    """Planned tables, figures and listings, with marks for the delivery they belong to."""
    names = (
        "Disposition",
        "Demographics",
        "Exposure",
        "Primary endpoint by visit",
        "Adverse events by term",
        "Laboratory shifts",
        "Vital signs over time",
        "ECG intervals",
        "Concomitant medication",
        "Protocol deviations",
        "Kaplan-Meier curve",
    )
    deliveries = rng.choice(
        (["Interim", "Final"], ["DMC", "Topline", "CSR"], ["Week 24 analysis", "Week 52 analysis", "Final"])
    )
    rows = [["Number", "Title", "Population", *deliveries]]
    for i, (name,) in enumerate(keep(rng, [[n] for n in names], 6), 1):
        rows.append(
            [
                f"14.1.{i}",
                name,
                rng.choice(("ITT", "Safety", "PP")),
                *("X" if rng.random() < 0.6 else "" for _ in deliveries),
            ]
        )
    title = rng.choice(("List of Tables, Figures and Listings", "Planned Outputs", "Topline Deliverables"))
    return [false_table(rng, scene, "statistical_matrix", title, rows)]


def parameter_matrix(rng: Random, scene: Scene) -> list[Block]:
    """Laboratory parameters with marks for how they are summarised: no time anywhere, or units and ranges."""
    uses = rng.choice(
        (
            ["Summary", "Shift table", "Listing"],
            ["SI unit", "Toxicity grade", "PCS criteria"],
            ["Haematology", "Chemistry", "Urine"],
        )
    )
    rows = [[rng.choice(("Parameter", "Laboratory test", "Analyte")), *uses]]
    rows += [
        [p, *("X" if rng.random() < 0.6 else "" for _ in uses)] for p in rng.sample(PARAMETERS, rng.randint(7, 13))
    ]
    return [
        false_table(
            rng, scene, "lab_list", rng.choice(("Laboratory Parameters", "Parameters by Panel and Summary")), rows
        )
    ]


def analysis_timing(rng: Random, scene: Scene) -> list[Block]:
    """When data are cut and analysed: dates and events of the study, not of a participant."""
    rows = [
        ["Analysis", "Timing", "Data included", "Purpose"],
        *keep(
            rng,
            (
                ("Interim 1", "When 50% have completed Week 12", "All data up to the cut-off", "Futility"),
                ("Interim 2", "100 events", "Efficacy and safety", "Efficacy"),
                ("Primary analysis", "Last participant completes Week 24", "Week 24 data", "Primary endpoint"),
                ("DMC reviews", "Every 6 months", "Safety", "Benefit and risk"),
                ("Final analysis", "Database lock", "All", "Clinical study report"),
            ),
            3,
        ),
    ]
    return [false_table(rng, scene, "statistical_matrix", "Timing of Analyses", rows)]


def missing_data_rules(rng: Random, scene: Scene) -> list[Block]:
    visits = visit_names(rng, 2, 5)
    rows = [["Intercurrent event", *visits]]
    rows += [
        [e, *(rng.choice(("MI", "LOCF", "Excluded", "NRI", "Observed", "")) for _ in visits)]
        for e in ("Discontinuation of treatment", "Rescue medication", "Death", "Missed visit", "Withdrawal of consent")
    ]
    return [false_table(rng, scene, "statistical_matrix", "Handling of Missing Data by Visit", rows)]


def score_items(rng: Random, scene: Scene) -> list[Block]:
    """Scores of a questionnaire, their items and ranges; sometimes with the visits named in a cell."""
    rows = [
        ["Domain", "Items", "Range", "Scoring"],
        *keep(
            rng,
            (
                ("Physical functioning", "1 to 5", "0-100", "Mean of items, reversed"),
                ("Pain", "9, 19", "0-100", "Mean of items"),
                ("Fatigue", "10, 12, 18", "0-100", "At least half of the items answered"),
                ("Global health", "29, 30", "0-100", "Higher is better"),
                ("Sleep", "11", "0-3", "Single item"),
                ("Total score", "all", "0-60", "Sum; missing if over 20% are missing"),
            ),
            4,
        ),
    ]
    return [false_table(rng, scene, "other", "Scoring of the Questionnaire", rows)]


def sampling_windows(rng: Random, scene: Scene) -> list[Block]:
    """Deviations allowed of sampling times: times and limits, no sample named."""
    rows = [["Nominal time", "Acceptable deviation", "Excluded if beyond"]]
    for hours in sorted(rng.sample((1, 2, 4, 8, 12, 24, 48, 72), rng.randint(4, 6))):
        rows.append([f"{hours} h post-dose", f"±{5 * max(1, hours // 4)} min", f"±{10 * max(1, hours // 4)} min"])
    return [false_table(rng, scene, "analysis_windows", "Time Windows for Pharmacokinetic Samples", rows)]


def grouped_shell(rng: Random, scene: Scene) -> list[Block]:
    """A shell with merged headings: visits above, statistics below."""
    visits, statistics = visit_names(rng, 1, 3)[:4], rng.sample(STATISTICS, 2)
    top: Row = [Cell("Parameter", rows=2, bold=True)]
    for visit in visits:
        top += [Cell(visit, columns=2, bold=True, centred=True), None]
    below: Row = [None, *(Cell(s, bold=True, centred=True) for _ in visits for s in statistics)]
    body: list[Row] = [
        [Cell(p), *(Cell(MASKS[s], centred=True) for _ in visits for s in statistics)]
        for p in rng.sample(PARAMETERS, rng.randint(4, 9))
    ]
    grid = Grid([top, below, *body], 2)
    return [
        false_table(rng, scene, "statistical_matrix", "Summary of Laboratory Values by Visit", grid, mode="landscape")
    ]


MAKERS: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    analysis_windows,
    windows_by_assessment,
    windows_long,
    listing_shells,
    listing_shells,
    study_periods,
    endpoints_by_visit,
    derived_variables,
    output_shell,
    shift_shell,
    output_list,
    parameter_matrix,
    analysis_timing,
    missing_data_rules,
    score_items,
    sampling_windows,
    grouped_shell,
)
