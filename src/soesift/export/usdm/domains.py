"""The CDASH domain of an activity, by a word list of ours: an aid to find the form, never a code."""

from __future__ import annotations

import re

# domain, and words that stand whole or begin a word ("*") in the activity's name; the first that fits counts
_WORDS: tuple[tuple[str, str], ...] = (
    ("IE", "eligibility|inclusion|exclusion|entry criteria"),
    ("DM", "demograph*|date of birth"),
    ("AE", "adverse event*|serious adverse event*|aes?|saes?|toxicit*"),
    ("CM", "concomitant|prior medication*|concurrent medication*|con ?meds?|prior therap*"),
    ("MH", "medical history|disease history|cancer history|prior treatment*|history"),
    ("SU", "alcohol use|tobacco|smoking|nicotine use|substance use"),
    ("PE", "physical exam*|neurological exam*|skin exam*"),
    ("VS", "vital sign*|blood pressure|height|weight|temperature|pulse rate|heart rate|waist|body mass index|bmi"),
    ("EG", "ecg*|electrocardiogra*|12-lead|holter"),
    ("PC", "pharmacokinetic*|pk"),
    ("IS", "immunogenicity|anti-drug antibod*|ada|neutralizing antibod*"),
    ("TU", "tumou?r assess*|tumou?r imaging|recist|disease assess*|response assess*"),
    ("MI", "biops*|bone marrow|tumou?r tissue|tissue sample*"),
    ("RP", "menstru*|childbearing potential|menopaus*"),
    (
        "LB",
        "hematolog*|haematolog*|chemistr*|urinalys*|coagulation|pregnancy test*|serolog*|hepatitis*|hiv|lipid*"
        "|glucose|hba1c|thyroid*|biomarker*|laborator*|blood sample*|urine|serum|plasma|fsh|drug screen",
    ),
    ("PR", "x-?ray|ct|mri|echocardiogra*|muga|ultrasound|imaging|surgery|lumbar puncture|spirometry|dxa|dexa"),
    ("QS", "questionnaire*|scale*|eq-5d*|sf-36|diary|quality of life|patient.reported|c-ssrs|columbia*|inventory|pro"),
    ("DA", "drug accountability|dispens*|compliance|return of study"),
    ("EX", "study drug|study treatment|study medication|administ*|dosing|infusion|investigational product"),
    ("DS", "informed consent|randomi[sz]*|disposition|survival|discontinu*|enrol*"),
)
_PATTERNS = [
    (domain, re.compile(rf"\b(?:{words.replace('*', r'[a-z]*')})\b", re.IGNORECASE)) for domain, words in _WORDS
]


def domain_of(name: str) -> str:
    """The domain whose words the name has; "" if none."""
    return next((domain for domain, pattern in _PATTERNS if pattern.search(name)), "")
