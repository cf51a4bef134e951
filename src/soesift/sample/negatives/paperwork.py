"""Paperwork, statistics, and tables of academic documents.

Paperwork: abbreviations, amendments, worksheets, criteria, responsibilities. Statistics: objectives, analysis sets with
X marks, sample sizes, operating characteristics. Academic documents: programmes, budgets, outcome lists, literature.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from soesift.sample.blocks import Block, Bullets, Heading, Negative, Paragraph, Table
from soesift.sample.grid import plain_grid
from soesift.sample.negatives.scene import Scene, false_table, keep
from soesift.sample.style import table_look
from soesift.sample.words import prose

EXERCISES = (
    "Warm-up, stretching",
    "Squats 3 x 10",
    "Bridging, 2 sets of 12",
    "Elastic band, 3 x 15",
    "Treadmill 20 min",
    "Breathing exercises",
    "Step-ups",
    "Progressive load 60% 1RM",
    "Cool-down",
    "Balance on foam pad",
)
TOPICS = (
    "Introduction and goals",
    "Healthy eating",
    "Coping with stress",
    "Thoughts and feelings",
    "Physical activity in daily life",
    "Communication",
    "Relapse prevention",
    "Mindful breathing",
    "Problem solving",
    "Family and friends",
    "Review and farewell",
)
OUTCOMES = (
    ("Pain", "VAS", "0-100 mm"),
    ("Quality of life", "SF-36", "0-100"),
    ("Depression", "BDI-II", "0-63"),
    ("Function", "DASH", "0-100"),
    ("Sleep", "PSQI", "0-21"),
    ("Anxiety", "STAI", "20-80"),
    ("Balance", "Berg balance scale", "0-56"),
    ("Fatigue", "FSS", "9-63"),
    ("Strength", "Dynamometer", "kg"),
)


def programme(rng: Random, scene: Scene) -> list[Block]:
    """Sessions or weeks of a treatment and what each is about: the content of an intervention."""
    unit, topics = rng.choice(("Session", "Week", "Module", "Meeting")), rng.choice((EXERCISES, TOPICS))
    count = rng.randint(4, 10)
    head = rng.choice(
        ([unit, "Content"], [unit, "Topic", "Homework"], [unit, "Exercise", "Duration"], [unit, "Aim", "Activities"])
    )
    rows = [head]
    for i in range(count):
        rest = [rng.choice(("15 min", "30 min", "Diary", "Worksheet", "Practise daily", "Handout"))] * (len(head) - 2)
        rows.append([f"{unit} {i + 1}", ", ".join(rng.sample(topics, rng.randint(1, 3))), *rest])
    title = rng.choice(("Content of the Intervention", "Training Programme", "Outline of the Sessions", "Curriculum"))
    return [false_table(rng, scene, "other", title, rows)]


def exercise_weeks(rng: Random, scene: Scene) -> list[Block]:
    """Exercises against weeks, with sets and loads: how the treatment grows, nothing measured."""
    weeks = [
        f"Week{'s' if s > 1 else ''} {1 + s * i}{f'-{s * (i + 1)}' if s > 1 else ''}"
        for s in (rng.choice((1, 2, 4)),)
        for i in range(4)
    ]
    rows = [[rng.choice(("Exercise", "Component", "Parameter")), *weeks]]
    rows += [
        [e.split(",")[0], *(rng.choice(("2 x 10", "3 x 10", "3 x 12", "20 min", "60%", "70%", "-")) for _ in weeks)]
        for e in rng.sample(EXERCISES, rng.randint(3, 6))
    ]
    return [false_table(rng, scene, "dosing_schedule", rng.choice(("Progression", "Exercise Protocol")), rows)]


def outcome_list(rng: Random, scene: Scene) -> list[Block]:
    """Outcomes and their instruments without any time."""
    heads = rng.choice((["Outcome", "Instrument", "Range"], ["Variable", "Measured by", "Unit"]))
    return [
        false_table(
            rng,
            scene,
            "other",
            rng.choice(("Outcome Measures", "Instruments", "Variables")),
            [heads, *keep(rng, OUTCOMES, 4)],
        )
    ]


def budget(rng: Random, scene: Scene) -> list[Block]:
    years = [f"Year {i}" for i in range(1, rng.randint(2, 4))] or ["Cost"]
    rows = [[rng.choice(("Item", "Budget line", "Cost")), *years, "Total"]]
    for name in keep(
        rng,
        [
            ["Personnel"],
            ["Blood tests"],
            ["MRI scans"],
            ["Travel of patients"],
            ["Publication"],
            ["Questionnaires (licence)"],
            ["Statistician"],
            ["Consumables"],
        ],
        4,
    ):
        sums = [rng.randint(1, 90) * 100 for _ in years]
        rows.append([*name, *(f"{x:,}" for x in sums), f"{sum(sums):,}"])
    return [false_table(rng, scene, "other", rng.choice(("Budget", "Costs of the Study", "Financial Plan")), rows)]


def literature(rng: Random, scene: Scene) -> list[Block]:
    """Earlier studies, how long they followed and what they found."""
    rows = [["Author, year", "Design", "Follow-up", "Outcome", "Result"]]
    for letter in rng.sample("ABCDEFGHKLM", rng.randint(4, 7)):
        months = rng.choice((3, 6, 12, 24))
        rows.append(
            [
                f"{letter}. et al., {rng.randint(1999, 2023)}",
                rng.choice(("RCT", "Cohort", "Case series")),
                f"{months} months",
                rng.choice(OUTCOMES)[1],
                rng.choice(("Improved", "No difference", "p=0.03")),
            ]
        )
    return [false_table(rng, scene, "other", rng.choice(("Earlier Studies", "Summary of the Literature")), rows)]


def results_over_time(rng: Random, scene: Scene) -> list[Block]:
    """Measures against times filled with means: what was found, not what is planned."""
    times = rng.choice(
        (("Baseline", "6 weeks", "3 months"), ("T0", "T1", "T2"), ("Pre", "Post"), ("Day 0", "Day 7", "Day 28"))
    )
    rows = [[rng.choice(("", "Variable", "Outcome")), *times, rng.choice(("p-value", "p", "Difference"))]]
    for name, _, _ in keep(rng, OUTCOMES, 4):
        rows.append(
            [
                name,
                *(
                    f"{rng.randint(5, 90)}.{rng.randint(0, 9)} ({rng.randint(1, 19)}.{rng.randint(0, 9)})"
                    for _ in times
                ),
                f"0.{rng.randint(1, 99):02d}",
            ]
        )
    return [
        false_table(
            rng,
            scene,
            "statistical_matrix",
            rng.choice(("Results of the Pilot Study", "Changes over Time", "Pilot Data")),
            rows,
        )
    ]


def case_form(rng: Random, scene: Scene) -> list[Block]:
    """An empty sheet to fill in at the visits: dates and values of one patient."""
    times = rng.choice(
        (("Baseline", "1 month", "3 months"), ("Visit 1", "Visit 2", "Visit 3", "Visit 4"), ("Day 1", "Day 2", "Day 3"))
    )
    rows = [["Patient no. ____", *times], ["Date", *["__/__/____"] * len(times)]]
    rows += [[f"{name} ({unit})", *[rng.choice(("", "____"))] * len(times)] for name, _, unit in keep(rng, OUTCOMES, 3)]
    return [
        false_table(
            rng,
            scene,
            "crf_worksheet",
            rng.choice(("Data Collection Sheet", "Case Record Form", "Patient Chart")),
            rows,
        )
    ]


ACADEMIC: tuple[Callable[[Random, Scene], list[Block]], ...] = (
    programme,
    exercise_weeks,
    outcome_list,
    budget,
    literature,
    results_over_time,
    case_form,
)


def abbreviations(rng: Random, scene: Scene) -> list[Block]:
    rows = [["Abbreviation", "Definition"], *keep(rng, prose.ABBREVIATION_LIST, 14)]
    return [false_table(rng, scene, "abbreviations", "List of Abbreviations", rows)]


def amendment_summary(rng: Random, scene: Scene) -> list[Block]:
    """A summary of changes that quotes rows of the schedule, header and marks included."""
    change = [
        ["Section", "Change", "Rationale"],
        ["1.3 Schedule of Activities", "ECG added at Week 2; window widened", "Request of an authority"],
        ["4.1 Inclusion criteria", "Upper age limit removed", "To broaden the population"],
        ["8.2 Safety", "Wording on pregnancy tests clarified", "Consistency"],
    ]
    label = Negative("amendment_excerpt", "Summary of Changes")
    blocks: list[Block] = [
        Heading(
            rng.choice(("Protocol Amendment Summary of Changes", "Document History", "Summary of Changes")),
            1,
            new_page=True,
        )
    ]
    blocks.append(
        Table(plain_grid(change), table_look(rng, scene.style.face), "Amendment 2 (12 May 2021)", label=label)
    )
    if scene.main is not None:
        grid = scene.main.grid
        body = [r for r in range(grid.header_rows, grid.shape[0]) if r not in grid.bands]
        rows = sorted(rng.sample(body, min(len(body), rng.randint(2, 4))))
        part = grid.window([*range(grid.header_rows), *rows], range(min(grid.shape[1], 9)))
        blocks += [
            Paragraph(
                rng.choice(
                    (
                        "Rows of the Schedule of Activities were changed as follows:",
                        "Section 1.3, previous text:",
                        "Changed to read:",
                    )
                )
            ),
            Table(
                part,
                table_look(rng, scene.style.face),
                "",
                label=Negative("amendment_excerpt", "Changed rows of the schedule"),
            ),
        ]
    return blocks


def crf_worksheet(rng: Random, scene: Scene) -> list[Block]:
    visits = [
        ["Question", "Not at all", "Several days", "More than half the days", "Nearly every day"],
        *[
            [q, "[ ]", "[ ]", "[ ]", "[ ]"]
            for q in (
                "Little interest or pleasure",
                "Feeling down",
                "Trouble sleeping",
                "Poor appetite",
                "Trouble concentrating",
            )
        ],
    ]
    diary = [
        ["Date", "Time of dose", "Number of tablets", "Symptoms (yes/no)", "Initials"],
        *[[f"Day {d}", "", "", "", ""] for d in range(1, 9)],
    ]
    rows = rng.choice(
        (
            visits,
            diary,
            [
                ["Assessment", "Done", "Not done", "Date", "Signature"],
                *[[a, "[ ]", "[ ]", "", ""] for a in ("Vital signs", "ECG", "Blood sample", "Questionnaire")],
            ],
        )
    )
    return [
        false_table(
            rng,
            scene,
            "crf_worksheet",
            rng.choice(("Patient Diary Page", "Visit Worksheet", "Sample Questionnaire")),
            rows,
        )
    ]


def response_criteria(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Target lesions", "Non-target lesions", "New lesions", "Overall response"],
        ["CR", "CR", "No", "CR"],
        ["CR", "Non-CR/non-PD", "No", "PR"],
        ["PR", "Non-PD", "No", "PR"],
        ["SD", "Non-PD", "No", "SD"],
        ["PD", "Any", "Yes or no", "PD"],
        ["Any", "PD", "Yes or no", "PD"],
        ["Any", "Any", "Yes", "PD"],
    ]
    return [
        false_table(
            rng,
            scene,
            "response_criteria",
            rng.choice(("Overall Response", "Time Point Response", "Response Criteria")),
            rows,
        )
    ]


def toxicity_grades(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Reaction", "Mild (grade 1)", "Moderate (grade 2)", "Severe (grade 3)"],
        ["Pain", "Does not interfere", "Interferes", "Prevents daily activity"],
        ["Redness", ">2.0 to 5.0 cm", ">5.0 to 10.0 cm", ">10 cm"],
        ["Fever", "38.0-38.4 °C", "38.5-38.9 °C", "39.0-40.0 °C"],
        ["Vomiting", "1-2 times in 24 h", ">2 times in 24 h", "Needs hydration"],
    ]
    return [false_table(rng, scene, "other", "Grading of Reactions", rows)]


def responsibilities(rng: Random, scene: Scene) -> list[Block]:
    """Marks, but of persons: who does what."""
    roles = ["Investigator", "Study nurse", "Pharmacist", "Sponsor"]
    rows = [
        ["Task", *roles],
        *[
            [t, *["X" if rng.random() < 0.4 else "" for _ in roles]]
            for t in (
                "Obtain informed consent",
                "Randomization",
                "Prepare study drug",
                "Report serious adverse events",
                "Collect blood samples",
                "Data entry",
            )
        ],
    ]
    return [false_table(rng, scene, "other", "Delegation of Responsibilities", rows)]


def contraception(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Highly effective methods", "Other methods"],
        ["Implant", "Male condom"],
        ["Intrauterine device", "Diaphragm with spermicide"],
        ["Bilateral tubal occlusion", "Cervical cap"],
    ]
    return [false_table(rng, scene, "other", "Contraceptive Methods", rows)]


def contacts(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Role", "Name", "Telephone"],
        ["Medical monitor", "To be named", "+00 000 0000"],
        ["Study lead", "To be named", "+00 000 0001"],
        ["24-hour safety line", "", "+00 000 0002"],
    ]
    return [false_table(rng, scene, "other", "Contacts", rows)]


def prohibited_medication(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Drug class", "Chronic use", "Episodic use", "Restriction"],
        *keep(
            rng,
            (
                ("Anticonvulsants", "N", "N", "Washout 14 days"),
                ("Antihistamines", "Y", "Y", "Stable dose"),
                ("Corticosteroids, systemic", "N", "Y", "Not within 30 days before Day 1"),
                ("Strong CYP3A4 inhibitors", "N", "N", "During the study"),
                ("Opioids", "N", "Y", "Not within 24 h of a visit"),
            ),
        ),
    ]
    return [false_table(rng, scene, "other", "Restrictions on Concomitant Therapies", rows)]


def eligibility(rng: Random, scene: Scene) -> list[Block]:
    fill = scene.study.fill
    include, exclude = ([fill(t) for t in rng.sample(texts, 5)] for texts in (prose.INCLUSION, prose.EXCLUSION))
    rows = [["No.", "Inclusion criteria"], *[[str(i), t] for i, t in enumerate(include, 1)]]
    return (
        [Bullets(exclude), false_table(rng, scene, "eligibility", "Inclusion Criteria", rows)]
        if rng.random() < 0.5
        else [Bullets(include), Bullets(exclude)]
    )


def objectives_endpoints(rng: Random, scene: Scene) -> list[Block]:
    study = scene.study
    rows = [
        ["Objectives", "Endpoints"],
        [f"Primary: to compare {study.drug} with {study.area.comparator}", study.area.primary],
    ]
    rows += [
        [
            f"{rng.choice(('Secondary', 'Key secondary'))}: to evaluate the effect on {e}",
            f"{e.capitalize()} at Week {rng.choice((8, 12, 24, 52))}",
        ]
        for e in study.area.secondary
    ]
    rows += [
        [
            "Safety: to characterise tolerability",
            "Incidence of adverse events; vital signs; ECG; laboratory tests",
        ]
    ]
    return [
        false_table(
            rng,
            scene,
            "objectives_endpoints",
            rng.choice(("Objectives and Endpoints", "Study Objectives", "Objectives, Endpoints and Estimands")),
            rows,
        )
    ]


def statistical_matrix(rng: Random, scene: Scene) -> list[Block]:
    """Analyses by population, marked with X: the densest marks outside schedules."""
    populations = rng.sample(
        ("Enrolled", "ITT", "mITT", "Per protocol", "Safety", "PK", "Completers", "Immunogenicity"),
        rng.randint(3, 5),
    )
    analyses = rng.sample(
        (
            "Demographics",
            "Disposition",
            "Primary endpoint",
            "Secondary endpoints",
            "Adverse events",
            "Exposure",
            "Laboratory tests",
            "Vital signs",
            "Concomitant medication",
            "Plasma concentrations",
            "Subgroup analyses",
            "Medical history",
            "Protocol deviations",
        ),
        rng.randint(6, 11),
    )
    sign = rng.choice(("X", "X", "✓", "•"))
    rows = [
        ["Analysis", *populations],
        *[[a, *[sign if rng.random() < 0.4 else "" for _ in populations]] for a in analyses],
    ]
    return [
        false_table(
            rng,
            scene,
            "statistical_matrix",
            rng.choice(("Analysis Sets by Endpoint", "Populations for Analyses", "Summary of Analyses by Population")),
            rows,
        )
    ]


def model_terms(rng: Random, scene: Scene) -> list[Block]:
    """Marks by visit, but of statistical models: nothing is done to a participant."""
    weeks = ["Week 4", "Week 8", "Week 12", "Week 24"]
    rows = [
        ["Endpoint and model", *weeks],
        *[
            [
                f"{scene.study.area.secondary[i % 3].capitalize()} ({m})",
                *["X" if rng.random() < 0.6 else "" for _ in weeks],
            ]
            for i, m in enumerate(("MMRM", "ANCOVA", "logistic regression", "Cox model"))
        ],
    ]
    return [false_table(rng, scene, "statistical_matrix", "Statistical Methods by Time Point of Analysis", rows)]


def power_table(rng: Random, scene: Scene) -> list[Block]:
    rows = [["True difference", *[f"N = {n}" for n in (80, 120, 160, 200)]]]
    rows += [
        [f"{d / 10:.1f}", *[f"{min(99, 12 * d + n // 4 + rng.randint(0, 4))}%" for n in (80, 120, 160, 200)]]
        for d in (2, 3, 4, 5)
    ]
    return [false_table(rng, scene, "other", "Power by Sample Size", rows)]


def adverse_event_rates(rng: Random, scene: Scene) -> list[Block]:
    names = (
        "Headache",
        "Nausea",
        "Fatigue",
        "Nasopharyngitis",
        "Dizziness",
        "Pyrexia",
        "Injection site pain",
    )
    rows = [["Preferred term", "Placebo (N=102)", "Low dose (N=99)", "High dose (N=101)"]]
    rows += [[n, *[f"{k} ({k}%)" for k in (rng.randint(1, 9), rng.randint(2, 14), rng.randint(3, 22))]] for n in names]
    return [false_table(rng, scene, "other", "Common Adverse Events in Earlier Studies", rows)]


def pk_parameters(rng: Random, scene: Scene) -> list[Block]:
    rows = [
        ["Parameter", "Day 1", "Day 7", "Day 14", "Definition"],
        ["Cmax", "X", "X", "X", "Maximum observed concentration"],
        ["tmax", "X", "X", "X", "Time of Cmax"],
        ["AUCtau", "", "X", "X", "Area under the curve over a dosing interval"],
        ["t1/2", "", "", "X", "Terminal half-life"],
        ["Rac", "", "X", "X", "Accumulation ratio"],
    ]
    return [false_table(rng, scene, "statistical_matrix", "Pharmacokinetic Parameters to Be Calculated", rows)]
