"""Words of the time axis: epochs, visits, windows, header labels."""

from __future__ import annotations

SCREENING = (
    "Screening",
    "Pre-study",
    "Pretreatment",
    "Selection",
    "Screening Phase",
    "Enrollment",
    "Lead-in",
)
BASELINE = ("Baseline", "Randomization", "Day 1", "Enrolment", "Start of treatment", "Baseline/Day 1")
TREATMENT = (
    "Treatment",
    "Treatment Period",
    "Double-blind Treatment",
    "Treatment Phase",
    "On treatment",
    "Open-label Period",
    "Study Intervention Period",
)
FOLLOW_UP = (
    "Follow-up",
    "Safety Follow-up",
    "Post-treatment",
    "Follow-Up Period",
    "Post-study",
    "Posttreatment Follow-up",
)
END = ("EOT", "End of Treatment", "ET/EOT", "End of study treatment", "EOS", "Final visit", "Completion")
EARLY = ("Early Termination", "ET", "Early withdrawal", "Premature discontinuation", "EW", "Withdrawal Visit")
UNSCHEDULED = ("Unscheduled", "UNS", "Unsched. visit", "As needed", "PRN")
EPOCH_LABELS = ("Study Period", "Trial Period", "Phase", "Epoch", "Period", "")
VISIT_LABELS = ("Visit", "Visit Number", "Study Visit", "Visit No.", "Visit ID")
TIME_LABELS = ("Study Day", "Day", "Time", "Timing of visit", "Nominal time", "Scheduled day")
WINDOW_LABELS = ("Visit Window (days)", "Window", "Allowed window", "Visit window", "Time window (days)")
ACTIVITY_LABELS = (
    "Procedure",
    "Assessment",
    "Activity",
    "Assessments/Procedures",
    "Evaluation",
    "Study Procedures",
    "Event",
    "Parameter",
    "Trial procedure",
)
NOTE_LABELS = ("Notes", "Comments", "Details", "Notes / protocol section")
SECTION_LABELS = ("Protocol Section", "Section", "Ref.", "See section")

FOREIGN: dict[str, dict[str, str]] = {
    "de": {
        "title": "Untersuchungsplan",
        "Screening": "Screening",
        "Baseline": "Einschluss",
        "Treatment": "Behandlung",
        "Follow-up": "Nachbeobachtung",
        "Visit": "Visite",
        "Week": "Woche",
        "Day": "Tag",
        "Activity": "Untersuchung",
    },
    "fr": {
        "title": "Calendrier des visites et des examens",
        "Screening": "Sélection",
        "Baseline": "Inclusion",
        "Treatment": "Traitement",
        "Follow-up": "Suivi",
        "Visit": "Visite",
        "Week": "Semaine",
        "Day": "Jour",
        "Activity": "Examen",
    },
    "es": {
        "title": "Calendario de evaluaciones",
        "Screening": "Selección",
        "Baseline": "Basal",
        "Treatment": "Tratamiento",
        "Follow-up": "Seguimiento",
        "Visit": "Visita",
        "Week": "Semana",
        "Day": "Día",
        "Activity": "Procedimiento",
    },
}

FOREIGN_ACTIVITIES: dict[str, tuple[str, ...]] = {
    "de": (
        "Einwilligung",
        "Anamnese",
        "Körperliche Untersuchung",
        "Vitalzeichen",
        "EKG",
        "Hämatologie",
        "Klinische Chemie",
        "Urinstatus",
        "Schwangerschaftstest",
        "Randomisierung",
        "Ausgabe der Studienmedikation",
        "Lebensqualität (SF-36)",
        "Begleitmedikation",
        "Unerwünschte Ereignisse",
    ),
    "fr": (
        "Consentement éclairé",
        "Antécédents médicaux",
        "Examen clinique",
        "Signes vitaux",
        "ECG",
        "Hématologie",
        "Biochimie",
        "Analyse d'urine",
        "Test de grossesse",
        "Randomisation",
        "Délivrance du traitement",
        "Questionnaire de qualité de vie",
        "Traitements concomitants",
        "Événements indésirables",
    ),
    "es": (
        "Consentimiento informado",
        "Historia clínica",
        "Exploración física",
        "Constantes vitales",
        "ECG",
        "Hematología",
        "Bioquímica",
        "Análisis de orina",
        "Prueba de embarazo",
        "Aleatorización",
        "Dispensación del fármaco",
        "Cuestionario de calidad de vida",
        "Medicación concomitante",
        "Acontecimientos adversos",
    ),
}

FOREIGN_PATTERNS = (
    "consent",
    "entry",
    "labs",
    "every",
    "labs",
    "labs",
    "labs",
    "sparse",
    "labs",
    "random",
    "dispense",
    "sparse",
    "continuous",
    "continuous",
)

MAIN_TITLES = (
    "Schedule of Activities",
    "Schedule of Activities (SoA)",
    "Schedule of Assessments",
    "Time and Events Schedule",
    "Study Flow Chart",
    "Visit Evaluation Schedule",
    "Schedule of Events",
    "Study Calendar",
    "Schedule of Procedures",
    "Trial Schedule",
    "Flow Chart of Study Procedures",
    "Procedural Outline",
    "Schedule of Study Assessments and Procedures",
    "Overview of Study Visits",
    "Time & Events Table",
    "Study Plan",
    "Assessment Schedule",
    "Schedule of Evaluations",
)
TRACK_TITLES = {
    "extension": (
        "Schedule of Activities - Open-label Extension",
        "Extension Period: Time and Events",
        "Schedule of Assessments for the Long-term Extension",
    ),
    "survival": (
        "Schedule of Activities: Follow-up Phase",
        "Post-treatment Follow-up Schedule",
        "Assessments after Discontinuation of Treatment",
    ),
    "crossover": (
        "Schedule of Events for Participants Who Cross Over",
        "Crossover Period Schedule",
        "Retreatment: Schedule of Activities",
    ),
    "substudy": (
        "Schedule of Procedures, Imaging Substudy",
        "Substudy Flow Chart",
        "Country-specific Schedule of Assessments",
    ),
}
DOMAIN_TITLES = (
    "Laboratory Assessments by Visit",
    "Schedule of Clinical Laboratory Tests",
    "Laboratory Flow Chart",
    "Timing of Laboratory Evaluations",
)
SUBSIDIARY_TITLES = (
    "Pharmacokinetic Sampling Schedule",
    "PK and Biomarker Sampling Time Points",
    "Schedule of Intensive PK Sampling",
    "Blood Sampling Times for Pharmacokinetics",
)
