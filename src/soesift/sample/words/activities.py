"""Activities that protocols of every area share: synonyms, pattern of marks, category."""

from __future__ import annotations

from soesift.sample.words.areas import Special

GENERAL: tuple[Special, ...] = (
    (
        (
            "Informed consent",
            "Written informed consent",
            "Obtain informed consent/assent",
            "Signed ICF",
            "Informed Consent Form",
            "Consent",
        ),
        "consent",
        "Eligibility",
    ),
    (
        (
            "Inclusion and exclusion criteria",
            "Eligibility criteria",
            "Review of entry criteria",
            "Confirm eligibility",
            "Inclusion/Exclusion Criteria",
        ),
        "entry",
        "Eligibility",
    ),
    (
        ("Demographics", "Demography", "Demographic data and year of birth", "Collect demographic information"),
        "consent",
        "Eligibility",
    ),
    (
        (
            "Medical history",
            "Medical and surgical history",
            "Relevant medical history/current conditions",
            "Past and current medical conditions",
            "Disease history",
        ),
        "entry",
        "Eligibility",
    ),
    (
        (
            "Randomization",
            "Randomisation via IWRS",
            "Registration and randomization",
            "Allocation to treatment",
            "Assign randomization number",
        ),
        "random",
        "Treatment",
    ),
    (
        (
            "Physical examination",
            "Complete physical exam",
            "Full physical examination",
            "Targeted physical examination",
            "Symptom-directed physical exam",
        ),
        "labs",
        "Safety",
    ),
    (
        (
            "Vital signs",
            "Vital signs (BP, pulse, temperature)",
            "Blood pressure and heart rate",
            "Vital sign measurements",
        ),
        "every",
        "Safety",
    ),
    (("Height", "Height (screening only)", "Body height"), "consent", "Safety"),
    (("Body weight", "Weight", "Weight and BMI"), "labs", "Safety"),
    (("12-lead ECG", "Electrocardiogram", "ECG (triplicate)", "12-lead electrocardiogram"), "labs", "Safety"),
    (
        (
            "Hematology",
            "Haematology",
            "Complete blood count with differential",
            "CBC with platelets",
            "Full blood count",
        ),
        "labs",
        "Laboratory",
    ),
    (
        ("Serum chemistry", "Clinical chemistry", "Biochemistry", "Blood chemistry panel", "Chemistry (fasting)"),
        "labs",
        "Laboratory",
    ),
    (("Urinalysis", "Urine dipstick", "Urinalysis with microscopy"), "labs", "Laboratory"),
    (("Coagulation (PT/INR, aPTT)", "Coagulation panel", "Prothrombin time"), "sparse", "Laboratory"),
    (
        ("Pregnancy test (WOCBP only)", "Serum or urine pregnancy test", "Urine pregnancy test", "β-hCG (females)"),
        "labs",
        "Laboratory",
    ),
    (("Hepatitis B/C and HIV serology", "Serology", "Virology screen"), "entry", "Laboratory"),
    (("FSH (postmenopausal women)", "Follicle-stimulating hormone"), "consent", "Laboratory"),
    (
        (
            "Adverse events",
            "AE/SAE review",
            "Adverse event assessment",
            "Monitor adverse events",
            "SAEs and AEs",
            "Serious adverse events",
        ),
        "continuous",
        "Safety",
    ),
    (
        (
            "Concomitant medications",
            "Prior and concomitant medication",
            "Con meds",
            "Concomitant therapy review",
            "Nonstudy medications",
        ),
        "continuous",
        "Safety",
    ),
    (
        (
            "PK sample",
            "Pharmacokinetic blood sample",
            "Blood for drug concentration",
            "Plasma PK (predose)",
            "Serum drug level",
        ),
        "sparse",
        "Pharmacokinetics",
    ),
    (
        (
            "Biomarker sample",
            "Exploratory biomarkers (serum)",
            "Blood for future research",
            "Optional DNA sample",
            "Pharmacogenomic sample",
        ),
        "sparse",
        "Biomarkers",
    ),
    (
        (
            "Study drug administration",
            "Administer study treatment",
            "Study intervention",
            "IMP dosing",
            "Investigational product administration",
        ),
        "dosing",
        "Treatment",
    ),
    (
        ("Dispense study medication", "Dispense study drug", "Study drug dispensing", "Supply study treatment"),
        "dispense",
        "Treatment",
    ),
    (
        (
            "Drug accountability",
            "Study drug return and compliance",
            "Tablet count",
            "Assess compliance",
            "Collect unused medication",
        ),
        "return",
        "Treatment",
    ),
    (("IWRS/IVRS contact", "Contact IRT", "Call IWRS"), "dosing", "Treatment"),
    (
        ("EQ-5D-5L", "SF-36v2", "Quality of life questionnaire", "PROMIS-29", "Patient-reported outcomes"),
        "sparse",
        "Efficacy",
    ),
    (("Health resource utilisation", "Hospitalization record", "Healthcare utilization"), "sparse", "Efficacy"),
    (("Smoking and alcohol habits", "Substance use", "Tobacco use history"), "consent", "Eligibility"),
    (("Telephone contact", "Phone call", "Remote follow-up by telephone"), "follow", "General"),
    (("Subject diary review", "Diary dispensed/collected", "Review eDiary"), "return", "General"),
    (("Contraception counselling", "Confirm contraception"), "dosing", "Safety"),
    (("Study completion / end of study form", "Disposition", "Subject summary"), "end", "General"),
)

LABORATORY: tuple[Special, ...] = (
    (("Hemoglobin and hematocrit", "Haemoglobin"), "labs", "Hematology"),
    (("Platelet count", "Platelets"), "labs", "Hematology"),
    (("White cell count with differential", "Leukocytes and differential"), "labs", "Hematology"),
    (("Reticulocytes", "Red cell indices"), "sparse", "Hematology"),
    (("ALT, AST, alkaline phosphatase", "Liver panel (ALT, AST, ALP)"), "labs", "Chemistry"),
    (("Total and direct bilirubin", "Bilirubin"), "labs", "Chemistry"),
    (("Creatinine and estimated GFR", "BUN and creatinine", "Urea, creatinine"), "labs", "Chemistry"),
    (("Sodium, potassium, chloride, bicarbonate", "Electrolytes"), "labs", "Chemistry"),
    (("Calcium, phosphate, magnesium", "Calcium and phosphorus"), "labs", "Chemistry"),
    (("Fasting lipid panel", "Lipids (total, LDL, HDL, triglycerides)"), "sparse", "Chemistry"),
    (("Creatine kinase", "CPK"), "sparse", "Chemistry"),
    (("PT/INR and aPTT", "Coagulation"), "sparse", "Coagulation"),
    (("Urine dipstick", "Urinalysis (macroscopic)"), "labs", "Urinalysis"),
    (("Urine microscopy if dipstick positive", "Urine protein/creatinine ratio"), "sparse", "Urinalysis"),
    (("Serum pregnancy test", "Urine β-hCG"), "labs", "Other tests"),
    (("Hepatitis B surface antigen, HCV antibody", "Viral serology"), "entry", "Other tests"),
    (("Serum for antibodies to study drug", "Anti-drug antibodies"), "sparse", "Other tests"),
)

CATEGORY_NAMES: dict[str, tuple[str, ...]] = {
    "Eligibility": (
        "Eligibility",
        "Screening procedures",
        "Administrative procedures",
        "Enrollment Activities",
    ),
    "Safety": ("Safety assessments", "Safety Procedures", "Clinical Safety", "SAFETY"),
    "Laboratory": (
        "Laboratory assessments",
        "Clinical laboratory tests",
        "LABORATORY PROCEDURES",
        "Local labs",
    ),
    "Treatment": ("Study treatment", "Study intervention", "TREATMENT", "Investigational product"),
    "Efficacy": ("Efficacy assessments", "Efficacy", "Clinical outcome measures", "EFFICACY EVALUATIONS"),
    "Pharmacokinetics": ("Pharmacokinetics", "PK/PD", "Drug concentration"),
    "Biomarkers": ("Biomarkers", "Translational research", "Samples"),
}
