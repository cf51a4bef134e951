"""Sentences for the prose of a protocol; {drug}, {indication}, {population} and the like are filled in."""

from __future__ import annotations

BACKGROUND = (
    "{indication} remains a condition with a considerable burden for patients and health systems.",
    "Current therapies are limited by incomplete response and by tolerability.",
    "{drug} is an investigational product that is being developed for the treatment of {indication}.",
    "In nonclinical studies {drug} showed activity at exposures that are well tolerated in humans.",
    "Two earlier trials enrolled a total of 312 participants; the safety profile was consistent with the class.",
    "The benefit-risk assessment supports the conduct of this study in {population}.",
    "The dose was selected on the basis of exposure-response modelling and of the observed safety data.",
    "No reproductive toxicity was seen in rats at up to 40 times the clinical exposure.",
)
DESIGN = (
    "This is a multicentre, randomised, parallel-group study that compares {drug} with {comparator} in {population}.",
    "After a screening period, eligible participants enter the treatment period and are seen at regular visits.",
    "Assessments are performed at the time points given in the Schedule of Activities (Section 1.3).",
    "Participants who discontinue treatment stay in the study for follow-up unless they withdraw consent.",
    "An independent data monitoring committee reviews unblinded safety data at regular intervals.",
    "The end of the study is the date of the last visit of the last participant.",
    "Sites must follow the visit windows; procedures out of window are protocol deviations.",
)
PROCEDURES = (
    "Vital signs are measured after five minutes of rest in a seated position before any blood draw.",
    "A 12-lead ECG is recorded at the times listed in the Schedule of Activities and read centrally.",
    "Blood samples are processed as described in the laboratory manual and shipped on dry ice.",
    "The investigator asks a non-leading question about adverse events at each contact.",
    "Physical examinations include at least the cardiovascular, respiratory, gastrointestinal and "
    "neurological systems.",
    "Questionnaires are completed by the participant before any other procedure of the visit.",
    "Pregnancy tests are repeated whenever a menstrual cycle is missed or when pregnancy is otherwise suspected.",
    "All concomitant medications are recorded with start and stop dates, dose and indication.",
)
STATISTICS = (
    "The primary analysis uses a mixed model for repeated measures with treatment, visit and their interaction.",
    "A sample size of 240 gives 90% power to detect the difference at a two-sided level of 0.05.",
    "Missing data are handled by multiple imputation under a missing-at-random assumption.",
    "Multiplicity is controlled by a fixed-sequence procedure over the primary and key secondary endpoints.",
    "Safety data are summarised descriptively by treatment group.",
    "An interim analysis for futility is planned when half of the participants have completed Visit 7.",
)
ETHICS = (
    "The study is conducted in accordance with the Declaration of Helsinki and with Good Clinical Practice.",
    "The protocol and the consent form are approved by an independent ethics committee before the first "
    "participant enters.",
    "Monitors verify source data at intervals that depend on the risk of the site.",
    "Essential documents are kept for at least 25 years after the end of the study.",
    "{sponsor} will register the study and post its results on a public register.",
)
FILLER = (
    "Further instructions are given in the study manual, Section {n}.",
    "Participants are asked to rest for {n} minutes before the measurement.",
    "The investigator remains responsible for all decisions on medical care.",
    "Site staff are trained before the first participant is screened.",
    "Changes of the equipment during the study are documented.",
    "In case of a temporary interruption, the visit is rescheduled within {n} days.",
    "At Week {n} the data monitoring committee receives blinded listings.",
    "Results that would unblind the study are not reported to the sites.",
    "A participant may be rescreened once, under a new number.",
    "About {n}0 sites in {n} countries take part.",
    "Samples may be stored for up to {n} years for later research.",
    "Home visits replace visits at the site where local rules permit this.",
    "Participants fast for {n} hours; water is allowed.",
    "Protocol deviations are classified before the database is locked.",
    "The last measurement before the first dose serves as baseline.",
    "Treatment assignments are kept in a system to which the study team has no access.",
    "Travel costs are reimbursed on request.",
    "Screening may extend over {n} weeks if a result is delayed.",
)
INCLUSION = (
    "Age of 18 years or older at the time of consent.",
    "Confirmed diagnosis of {indication} for at least 6 months before screening.",
    "Body mass index between 18.5 and 40.0 kg/m² inclusive.",
    "Adequate organ function as shown by laboratory results within 14 days before the first dose.",
    "Willing and able to comply with all scheduled visits, procedures and restrictions.",
    "Women of childbearing potential agree to use a highly effective method of contraception.",
)
EXCLUSION = (
    "Treatment with another investigational product within 30 days or five half-lives before Day 1.",
    "Known hypersensitivity to {drug} or to any of its excipients.",
    "History of malignancy within five years, with the exception of treated basal cell carcinoma.",
    "QTcF above 470 ms in women or 450 ms in men at screening.",
    "Pregnancy, breast-feeding, or intention to become pregnant during the study.",
    "Any condition that, in the opinion of the investigator, interferes with participation.",
)
ABBREVIATION_LIST = (
    ("ADA", "antidrug antibody"),
    ("AE", "adverse event"),
    ("ALT", "alanine aminotransferase"),
    ("AUC", "area under the curve"),
    ("BMI", "body mass index"),
    ("CRF", "case report form"),
    ("CTCAE", "Common Terminology Criteria for Adverse Events"),
    ("ECG", "electrocardiogram"),
    ("EOT", "end of treatment"),
    ("FSH", "follicle-stimulating hormone"),
    ("GCP", "Good Clinical Practice"),
    ("ICF", "informed consent form"),
    ("IRB", "institutional review board"),
    ("ITT", "intention to treat"),
    ("IWRS", "interactive web response system"),
    ("MMRM", "mixed model for repeated measures"),
    ("PK", "pharmacokinetics"),
    ("PRO", "patient-reported outcome"),
    ("SAE", "serious adverse event"),
    ("SoA", "schedule of activities"),
    ("SUSAR", "suspected unexpected serious adverse reaction"),
    ("TEAE", "treatment-emergent adverse event"),
    ("ULN", "upper limit of normal"),
    ("WOCBP", "woman of childbearing potential"),
)
SPONSORS = (
    "Meridian Biopharma, Inc.",
    "Nordlicht Therapeutics GmbH",
    "Kestrel Life Sciences",
    "Aurelia Pharma Ltd.",
    "University Hospital Westhaven",
    "Tamarind Vaccines",
    "Halcyon Medical Devices",
    "Institute for Clinical Trials",
)


# Footnotes of schedules and text that stands in their cells.

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
