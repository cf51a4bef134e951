"""Footnotes of schedules and text that stands in their cells."""

from __future__ import annotations

NOTES = (
    "Screening procedures must be completed within {n} days before the first dose of study treatment.",
    "Performed at screening only if not done within {n} weeks before the visit as part of routine care.",
    "To be done before administration of study drug on dosing days.",
    "For women of childbearing potential only. A positive urine test is confirmed with a serum test.",
    "A visit window of ±{n} days is allowed, except for Day 1.",
    "Includes systolic and diastolic blood pressure, pulse rate, respiratory rate and body temperature, "
    "after {n} minutes of rest.",
    "Serious adverse events are collected from signing of consent; all other events from the first dose "
    "until {n} days after the last dose.",
    "Optional; requires a separate consent.",
    "May be conducted by telephone at the discretion of the investigator.",
    "Imaging is repeated every {n} weeks until progression, irrespective of dose delays.",
    "If the participant discontinues early, complete the early termination visit within {n} days.",
    "Fasting for at least {n} hours is required.",
    "Samples are collected predose and {n} hours after the dose; see Section 8.{n}.",
    "Height is measured at the first visit only.",
    "Only in countries where this is required by local regulation.",
    "Recorded in the eCRF at each contact; medications taken within {n} days before screening are included.",
    "Subsequent visits follow the same pattern until Week 5{n}.",
    "Triplicate recordings at least one minute apart.",
    "Participants in Cohort {n} only.",
    "A full examination at screening and end of treatment, a symptom-directed one at other visits.",
    "The central laboratory is used for all samples. Local results may guide dosing.",
    "Unscheduled assessments may be performed whenever clinically indicated.",
)

ABBREVIATIONS = (
    "AE = adverse event; ECG = electrocardiogram; EOT = end of treatment; ET = early termination; PK = "
    "pharmacokinetic; "
    "SAE = serious adverse event; WOCBP = women of childbearing potential.",
    "Abbreviations: D, day; FU, follow-up; ICF, informed consent form; W, week; C, cycle; UNS, unscheduled.",
    "BP = blood pressure; IWRS = interactive web response system; PRO = patient-reported outcome; V = visit.",
)

CELL_TEXTS = (
    "see Section 5.2",
    "if indicated",
    "predose",
    "(X)",
    "as needed",
    "0, 2 h",
    "pre/post",
    "daily",
    "1x",
    "optional",
    "q12w",
    "X (ET)",
    "phone",
)
CONTINUOUS_TEXTS = (
    "Continuous",
    "Throughout the study",
    "Ongoing",
    "Continuous monitoring",
    "Collected from informed consent to last visit",
)
ROW_NOTES = (
    "See Section 8.2.1",
    "Full exam at first visit, brief exam afterwards",
    "Local laboratory",
    "Predose",
    "Before any other procedure",
    "WOCBP only",
    "Window ±1 h",
    "Fasting",
    "Central reading",
    "Every 8 weeks thereafter",
    "Electronic device",
    "Within 72 h before dosing",
)
