"""Words of trials in practices, wards and homes: measures and times are put together, so few come back the same."""

from __future__ import annotations

from random import Random

LETTERS = "ABCDEFGHILMNOPQRSTVW"
SUBJECTS = (
    *("pain", "fatigue", "sleep", "mood", "hope", "stress", "grip", "gait", "balance", "swallowing", "speech"),
    *("hearing", "vision", "memory", "attention", "appetite", "nausea", "itch", "cough", "breathlessness"),
    *("wound", "scar", "skin", "oral health", "mobility", "self-care", "loneliness", "caregiver burden", "adherence"),
    *("physical activity", "diet", "alcohol use", "smoking", "social support", "self-efficacy", "health literacy"),
    *("work ability", "parenting", "bonding", "craving", "anger", "worry", "body image", "continence", "frailty"),
    *("joint function", "shoulder function", "knee function", "hand function", "quality of life", "satisfaction"),
    *("quality of recovery", "delirium", "sedation", "cosmetic result", "treatment expectation", "wellbeing"),
)
TOOLS = (
    *("scale", "score", "index", "questionnaire", "inventory", "diary", "check", "rating", "checklist", "profile"),
    *("test", "interview", "survey", "form", "log", "screen", "assessment"),
)
FACTS = (
    *("Age, sex", "Demographics", "Address", "Education", "Occupation", "Living situation", "Medical history"),
    *(
        "Previous operations",
        "Comorbidity",
        "Current medicines",
        "Height",
        "Weight",
        "Waist",
        "Blood pressure",
        "Pulse",
    ),
    *("Temperature", "Oxygen saturation", "Blood sample", "HbA1c", "CRP", "Ferritin", "Haemoglobin", "Creatinine"),
    *("Vitamin D", "Lipids", "Urine dipstick", "Stool sample", "Swab", "Hair sample", "Saliva", "Breath test"),
    *("ECG", "X-ray", "Radiograph", "CT", "MRI", "Ultrasound", "DXA", "Echocardiogram", "Endoscopy", "Spirometry"),
    *("Photograph", "Step count", "Pedometer", "Actigraphy", "Sit to stand", "10-metre walk", "Timed up and go"),
    *("6-minute walk", "Reach test", "Visual acuity", "Audiogram", "Probing depth", "Plaque", "Range of movement"),
    *("Strength", "Falls", "Fractures", "Re-operation", "Re-admission", "Infection", "Death", "Length of stay"),
    *(
        "Return to work",
        "Days off work",
        "Sick leave",
        "Use of services",
        "Costs",
        "Costs to the family",
        "Visits to the GP",
    ),
    *("Adverse events", "Side effects", "Complications", "Serious events", "Concomitant care", "Rescue medication"),
    *(
        "Pill count",
        "Tablets returned",
        "Log-ins",
        "Use of the app",
        "Diary collected",
        "Diary given out",
        "Attendance",
    ),
    *(
        "Consent",
        "Assent",
        "Eligibility",
        "Randomisation",
        "Allocation",
        "Pregnancy test",
        "Fidelity",
        "Exit interview",
    ),
    *("Interview (subsample)", "Focus group", "Register data", "Hospital records", "Prescriptions", "Screening log"),
    *("Training of staff", "Size of the practice", "Milk volume", "Birth weight", "Apgar score", "Head circumference"),
)
PEOPLE = (
    *("Patient", "Clinician", "Carer", "Register", "Nurse", "Partner", "Parent", "Child", "Teacher", "Practice"),
    *("Physiotherapist", "Researcher", "Surgeon", "Staff", "Hospital records", "Mother", "Infant", "GP", "Family"),
)
DOMAINS = (
    *(
        "Impairment",
        "Activity",
        "Participation",
        "Function",
        "Safety",
        "Costs",
        "Other",
        "Process",
        "Clinical outcomes",
    ),
    *("Patient-reported", "Performance", "Biological", "Psychological", "Social", "Economic", "Primary outcome"),
    *("Secondary outcomes", "Background", "Imaging", "Laboratory", "Implementation", "Mediators", "Moderators"),
)
PLACES = ("On site", "Phone", "Home", "Online", "Post", "Clinic", "Ward", "Video", "School", "GP", "Call", "App")
STARTS = ("Baseline", "Inclusion", "Enrolment", "Entry", "Intake", "Screening", "Start", "Pre", "Before", "Admission")
ENDS = ("Discharge", "End", "Follow-up", "Close", "Last visit", "After", "Post", "Exit", "End of study")
UNITS = (("week", "weeks", "wk"), ("month", "months", "mo"), ("day", "days", "d"), ("year", "years", "y"))
STEPS = {
    "week": (1, 2, 4, 6, 8, 12, 16, 26, 52),
    "month": (1, 2, 3, 4, 6, 9, 12, 18, 24),
    "day": (1, 2, 3, 5, 7, 10, 14, 28),
    "year": (1, 2, 3, 5, 10),
}


def initials(rng: Random) -> str:
    """What a questionnaire is called by: capitals of no known one, with a number or without."""
    name = "".join(rng.choice(LETTERS) for _ in range(rng.choice((2, 3, 3, 4, 4, 5))))
    return name + rng.choice(("", "", f"-{rng.randint(2, 40)}", f"-{rng.choice('RSII')}", f" {rng.randint(2, 5)}.0"))


def measure(rng: Random) -> str:
    """One thing that is measured or done."""
    way = rng.random()
    if way < 0.45:
        return rng.choice(FACTS)
    tool = f"{rng.choice(SUBJECTS)} {rng.choice(TOOLS)}"
    tool = tool[0].upper() + tool[1:]
    return tool if way < 0.65 else initials(rng) if way < 0.85 else f"{tool} ({initials(rng)})"


def measures(rng: Random, count: int) -> list[str]:
    """`count` different ones."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[measure(rng)] = None
    return list(found)


def elapsed(rng: Random, count: int) -> list[tuple[int, str, str, str]]:
    """Growing times after the start: number and the unit's three words."""
    unit = rng.choice((*UNITS[:2], *UNITS))
    steps = sorted(rng.sample(STEPS[unit[0]], min(count, len(STEPS[unit[0]]))))
    return [(step, *unit) for step in steps]


def time_points(rng: Random, least: int = 2, most: int = 7) -> list[str]:
    """Names of visits, calls or times, in one of the ways that short protocols write them."""
    count, start = rng.randint(least, most), rng.choice(STARTS)
    later = elapsed(rng, count - 1)
    letter, first = rng.choice("TTTVMSPt"), rng.choice((0, 0, 1))
    way = rng.randrange(9)
    if way == 0:
        return [f"{letter}{i}" for i in range(first, first + len(later) + 1)]
    if way == 1:
        return [
            f"{start} ({letter}{first})",
            *(f"{n} {s if n > 1 else o} ({letter}{i})" for i, (n, o, s, _) in enumerate(later, first + 1)),
        ]
    if way == 2:
        return [
            f"{letter}{first}",
            *(f"{letter}{i} ({n} {short})" for i, (n, _, _, short) in enumerate(later, first + 1)),
        ]
    if way == 3:
        return [f"{rng.choice(('Visit', 'Visit', 'Call', 'Contact', 'Session'))} {i}" for i in range(1, len(later) + 2)]
    if way == 4:
        return [start, *(f"{one.capitalize()} {n}" for n, one, _, _ in later)]
    if way == 5:
        return [start, *(f"{n} {short}" for n, _, _, short in later)]
    if way == 6:
        return [start, *(f"{n} {s if n > 1 else o}" for n, o, s, _ in later[:-1]), rng.choice(ENDS)]
    if way == 7:
        return [start, *(f"{n}-{one} {rng.choice(('visit', 'call', 'follow-up'))}" for n, one, _, _ in later)]
    return [start, *(f"{n} {s if n > 1 else o}" for n, o, s, _ in later)]
