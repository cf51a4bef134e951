"""Therapeutic areas: what is treated, with what, how the visits run, and what is measured only there."""

from __future__ import annotations

from dataclasses import dataclass

# What a therapeutic area is to the generator: its visits, activities and their marks.

Special = tuple[tuple[str, ...], str, str]  # synonyms of an activity, pattern of its marks, category


@dataclass(frozen=True, slots=True)
class Area:
    """`scheme` names the calendar in `columns.py`; `special` are activities seen only in this area."""

    name: str
    indications: tuple[str, ...]
    population: str
    drug_stems: tuple[str, ...]
    doses: tuple[str, ...]
    route: str
    comparator: str
    schemes: tuple[str, ...]
    primary: str
    secondary: tuple[str, ...]
    special: tuple[Special, ...]


AREAS: tuple[Area, ...] = (
    Area(
        "oncology",
        (
            "advanced non-small cell lung cancer",
            "metastatic urothelial carcinoma",
            "relapsed follicular lymphoma",
            "unresectable hepatocellular carcinoma",
            "HER2-low gastric adenocarcinoma",
        ),
        "adults with histologically confirmed disease",
        ("tinib", "limab", "ciclib", "rafenib"),
        ("40 mg", "200 mg", "3 mg/kg", "1200 mg"),
        "intravenous infusion",
        "docetaxel",
        ("cycles", "cycles", "weeks"),
        "progression-free survival by blinded independent central review",
        ("overall survival", "objective response rate", "duration of response", "time to deterioration of symptoms"),
        (
            (
                (
                    "Tumor assessment (CT/MRI)",
                    "Disease assessment",
                    "Radiographic tumor imaging",
                    "RECIST 1.1 evaluation",
                    "CT scan of chest, abdomen and pelvis",
                ),
                "imaging",
                "Efficacy",
            ),
            (("ECOG performance status", "Karnofsky performance status", "WHO/ECOG PS"), "labs", "Safety"),
            (("Archival or fresh tumor tissue", "Tumor biopsy", "Paraffin block or slides"), "entry", "Biomarkers"),
            (("Circulating tumor DNA", "ctDNA plasma sample", "Whole blood for germline DNA"), "sparse", "Biomarkers"),
            (("Survival status", "Subsequent anticancer therapy", "Survival contact"), "follow", "Follow-up"),
            (
                ("EORTC QLQ-C30", "FACT-G questionnaire", "Patient-reported outcomes (QLQ-C30/LC13)"),
                "sparse",
                "Efficacy",
            ),
            (("MUGA scan or echocardiogram", "LVEF by ECHO"), "sparse", "Safety"),
            (("Bone scan", "Brain MRI", "18F-FDG PET scan"), "entry", "Efficacy"),
            (("Thyroid panel (TSH, T3, free T4)", "Thyroid function tests"), "labs", "Laboratory"),
            (("Bone marrow aspirate", "Disease-related symptoms (B symptoms)"), "sparse", "Efficacy"),
            (("Premedication", "Pre-infusion antihistamine"), "dosing", "Treatment"),
        ),
    ),
    Area(
        "vaccine",
        (
            "invasive meningococcal disease",
            "respiratory syncytial virus lower respiratory tract disease",
            "herpes zoster",
            "seasonal influenza",
            "chikungunya virus disease",
        ),
        "healthy adults 18 to 55 years of age",
        ("vax", "VLP", "rPreF", "mRNA-Q"),
        ("0.5 mL", "30 μg", "120 μg"),
        "intramuscular injection",
        "saline placebo",
        ("vaccine",),
        "geometric mean titers one month after the last vaccination",
        ("seroresponse rate", "solicited local reactions within 7 days", "unsolicited adverse events within 28 days"),
        (
            (
                ("Serology blood draw", "Blood sample for immunogenicity", "Immunogenicity blood draw (15 mL)"),
                "labs",
                "Immunogenicity",
            ),
            (
                ("Vaccination", "Study vaccine administration", "Investigational product injection"),
                "dosing",
                "Treatment",
            ),
            (
                ("30-minute observation after injection", "Post-vaccination observation", "Assess acute reactions"),
                "dosing",
                "Safety",
            ),
            (
                ("Distribute electronic diary", "Memory aid dispensed", "Provide e-diary, thermometer and ruler"),
                "dosing",
                "Safety",
            ),
            (("Review e-diary data", "Memory aid collected", "Diary card review"), "return", "Safety"),
            (("Nasopharyngeal swab", "Nasal swab for RT-PCR", "Mid-turbinate swab"), "sparse", "Efficacy"),
            (
                ("Cell-mediated immunity sample", "PBMC collection", "Blood for T-cell assays"),
                "sparse",
                "Immunogenicity",
            ),
            (("Axillary temperature before injection", "Prevaccination oral temperature"), "dosing", "Safety"),
            (("Confirm use of contraceptives", "Check temporary delay criteria"), "dosing", "Eligibility"),
            (
                ("Medically attended adverse events", "MAAEs and AESIs", "Newly diagnosed chronic medical conditions"),
                "every",
                "Safety",
            ),
        ),
    ),
    Area(
        "device",
        (
            "symptomatic severe aortic stenosis",
            "drug-refractory atrial fibrillation",
            "chronic back pain",
            "peripheral artery disease of the superficial femoral artery",
        ),
        "subjects eligible for the index procedure",
        ("Flow", "Arc", "Nova", "Stent-X"),
        ("29 mm", "6 French", "8 mm"),
        "percutaneous procedure",
        "standard of care",
        ("device",),
        "freedom from major adverse events at 12 months",
        ("procedural success", "device patency", "change in quality of life", "all-cause mortality at 30 days"),
        (
            (("Index procedure", "Device implantation", "Implant procedure"), "random", "Procedure"),
            (("Transthoracic echocardiogram", "Duplex ultrasound", "TTE (core laboratory)"), "labs", "Imaging"),
            (("Angiogram", "Fluoroscopy run", "CT angiography"), "base", "Imaging"),
            (("NYHA functional class", "Rutherford category", "EHRA score"), "labs", "Clinical"),
            (("Six-minute walk test", "6MWT", "Treadmill test"), "sparse", "Clinical"),
            (
                ("Kansas City Cardiomyopathy Questionnaire", "EQ-5D-5L", "Oswestry Disability Index"),
                "sparse",
                "Patient reports",
            ),
            (("Device deficiency assessment", "Device interrogation", "Device malfunctions"), "every", "Safety"),
            (("NIH stroke scale", "Modified Rankin scale"), "sparse", "Clinical"),
            (("Cardiac enzymes (CK-MB, troponin)", "Troponin"), "base", "Laboratory"),
            (("Antiplatelet/anticoagulation regimen", "Antithrombotic medication log"), "every", "Clinical"),
        ),
    ),
    Area(
        "diabetes",
        (
            "type 2 diabetes mellitus inadequately controlled on metformin",
            "type 1 diabetes",
            "obesity with comorbidities",
        ),
        "adults with HbA1c between 7.0% and 10.5%",
        ("glutide", "gliflozin", "insulin Q", "tirzin"),
        ("0.25 mg", "10 mg", "5 mg", "1.7 mg"),
        "subcutaneous injection once weekly",
        "insulin glargine",
        ("weeks", "visits"),
        "change from baseline to Week 26 in HbA1c",
        ("change in body weight", "fasting plasma glucose", "documented hypoglycemia below 54 mg/dL", "time in range"),
        (
            (("HbA1c", "Glycated hemoglobin (HbA1c)", "A1C"), "labs", "Efficacy"),
            (("Fasting plasma glucose", "FPG", "Fasting serum glucose"), "labs", "Efficacy"),
            (
                ("7-point self-monitored blood glucose profile", "SMBG profile", "Review of SMBG data"),
                "sparse",
                "Efficacy",
            ),
            (("Mixed-meal tolerance test", "MMTT", "Oral glucose tolerance test"), "sparse", "Efficacy"),
            (("Dilated fundoscopic examination", "Fundus photography", "Eye exam"), "entry", "Safety"),
            (("Training in pen injector", "Diabetes education", "Diet and lifestyle counselling"), "base", "Education"),
            (("Hypoglycemic events", "Hypoglycaemia evaluation", "Hypoglycemia diary review"), "every", "Safety"),
            (("Calcitonin, amylase and lipase", "Pancreatic enzymes", "C-peptide and insulin"), "sparse", "Laboratory"),
            (("Waist circumference", "Body weight, waist and hip circumference"), "labs", "Efficacy"),
            (("Dispense glucose meter and strips", "Dispense pens and needles"), "dispense", "Treatment"),
            (("CGM sensor placement", "Attach blinded CGM"), "sparse", "Efficacy"),
        ),
    ),
    Area(
        "psychiatry",
        ("major depressive disorder", "schizophrenia", "bipolar I disorder", "generalized anxiety disorder", "ADHD"),
        "outpatients 18 to 65 years of age with a DSM-5 diagnosis",
        ("perazole", "oxetine", "ketamine-S", "tradone"),
        ("20 mg", "40 mg", "1.5 mg"),
        "oral tablet once daily",
        "placebo",
        ("weeks", "visits"),
        "change from baseline in total MADRS score at Week 8",
        ("CGI-S score", "response rate", "remission rate", "sexual dysfunction inventory"),
        (
            (
                ("MINI or SCID-5-CT", "Mini International Neuropsychiatric Interview", "Psychiatric history"),
                "entry",
                "Eligibility",
            ),
            (("MADRS", "HAM-D-17", "PANSS total score", "YMRS"), "every", "Efficacy"),
            (("CGI-S / CGI-I", "Clinical Global Impression"), "every", "Efficacy"),
            (("C-SSRS", "Columbia-Suicide Severity Rating Scale", "Suicidality (C-SSRS)"), "every", "Safety"),
            (
                ("AIMS, BARS and SAS", "Extrapyramidal symptom scales", "Abnormal Involuntary Movement Scale"),
                "labs",
                "Safety",
            ),
            (("Sheehan Disability Scale", "Q-LES-Q-SF", "Functioning Assessment Short Test"), "sparse", "Efficacy"),
            (("Urine drug screen and alcohol breath test", "Drugs of abuse"), "labs", "Laboratory"),
            (("Prolactin", "Lipid panel and fasting glucose"), "sparse", "Laboratory"),
            (("Discharge from inpatient unit", "Caregiver interview"), "base", "General"),
            (("Sleep diary review", "Pittsburgh Sleep Quality Index"), "sparse", "Efficacy"),
        ),
    ),
    Area(
        "immunology",
        (
            "moderate to severe plaque psoriasis",
            "rheumatoid arthritis",
            "ulcerative colitis",
            "atopic dermatitis",
            "systemic lupus erythematosus",
        ),
        "patients with active disease despite standard therapy",
        ("kizumab", "citinib", "cept", "lukimab"),
        ("150 mg", "15 mg", "300 mg"),
        "subcutaneous injection every 4 weeks",
        "placebo",
        ("weeks", "visits"),
        "proportion of participants with PASI 90 response at Week 16",
        ("ACR20 response", "DLQI 0/1", "clinical remission by Mayo score", "steroid-sparing effect"),
        (
            (
                ("PASI, BSA and sPGA", "Swollen and tender joint count", "Partial Mayo score", "EASI / vIGA-AD"),
                "every",
                "Efficacy",
            ),
            (("DLQI", "HAQ-DI", "IBDQ", "SLEDAI-2K"), "labs", "Efficacy"),
            (("Chest X-ray", "Chest radiograph (PA and lateral)"), "entry", "Safety"),
            (("QuantiFERON-TB Gold", "Tuberculosis test", "PPD or IGRA"), "entry", "Safety"),
            (
                ("Anti-drug antibodies", "Immunogenicity (ADA)", "Antidrug antibody sample"),
                "sparse",
                "Pharmacokinetics",
            ),
            (("High-sensitivity C-reactive protein", "ESR and CRP", "Fecal calprotectin"), "labs", "Laboratory"),
            (
                (
                    "Colonoscopy with biopsies",
                    "Skin biopsy (optional)",
                    "Photographs of lesions",
                    "Hand and foot radiographs",
                ),
                "sparse",
                "Efficacy",
            ),
            (("Injection site evaluation", "Injection site reactions"), "dosing", "Safety"),
            (("FACIT-Fatigue", "Worst pruritus NRS", "WPAI"), "sparse", "Efficacy"),
        ),
    ),
    Area(
        "clinical pharmacology",
        (
            "healthy volunteers",
            "mild hepatic impairment",
            "renal impairment",
            "a food-effect study in healthy subjects",
        ),
        "healthy men and women of non-childbearing potential",
        ("stat", "navir", "oxaban", "gepant"),
        ("10 mg", "50 mg", "100 mg", "400 mg"),
        "single oral dose",
        "moxifloxacin 400 mg",
        ("phase1",),
        "AUC from time zero to infinity and Cmax",
        ("time to maximum concentration", "terminal half-life", "renal clearance", "QTcF change from baseline"),
        (
            (
                ("Admission to clinical research unit", "Check-in", "Confinement", "In-house residency"),
                "inhouse",
                "General",
            ),
            (
                ("Blood samples for pharmacokinetics", "PK blood sampling", "Plasma PK collection"),
                "inhouse",
                "Pharmacokinetics",
            ),
            (("Urine collection for PK", "24-hour urine collection"), "inhouse", "Pharmacokinetics"),
            (("Standardised meals", "High-fat breakfast", "Fasting"), "dosing", "General"),
            (("Telemetry", "24-hour Holter", "Triplicate 12-lead ECG"), "inhouse", "Safety"),
            (("Cotinine, alcohol and drug screen", "Drug and alcohol screen"), "base", "Laboratory"),
            (("HIV, hepatitis B and C screen", "Viral serology"), "entry", "Laboratory"),
            (("Genotyping (CYP2D6)", "Pharmacogenetic sample"), "base", "Biomarkers"),
            (("Discharge", "Release from unit"), "end", "General"),
            (("Orthostatic blood pressure", "Supine and standing blood pressure"), "inhouse", "Safety"),
        ),
    ),
    Area(
        "neurology",
        (
            "episodic migraine",
            "relapsing multiple sclerosis",
            "early Alzheimer's disease",
            "focal epilepsy",
            "amyotrophic lateral sclerosis",
        ),
        "patients with a stable neurological condition",
        ("nemab", "setron", "racetam", "gepant"),
        ("70 mg", "300 mg", "10 mg/kg"),
        "intravenous infusion every 4 weeks",
        "placebo",
        ("weeks", "months", "visits"),
        "change from baseline in CDR-SB at Week 76",
        ("ADAS-Cog 13", "annualised relapse rate", "monthly migraine days", "amyloid PET centiloids"),
        (
            (("MMSE", "Montreal Cognitive Assessment", "ADAS-Cog 13"), "sparse", "Cognition"),
            (("EDSS", "Neurological examination", "ALSFRS-R"), "labs", "Efficacy"),
            (("Brain MRI with contrast", "MRI (safety)", "Amyloid PET"), "imaging", "Imaging"),
            (("Lumbar puncture (optional)", "CSF sample"), "sparse", "Biomarkers"),
            (("Headache diary", "Seizure diary compliance", "Relapse assessment"), "every", "Efficacy"),
            (("Study partner interview", "Caregiver burden (Zarit)"), "sparse", "Efficacy"),
            (("Serum neurofilament light chain", "APOE genotype"), "sparse", "Biomarkers"),
            (("Timed 25-foot walk and 9-hole peg test", "Slow vital capacity"), "labs", "Efficacy"),
            (("Plasma anticonvulsant levels", "Infusion reaction monitoring"), "dosing", "Safety"),
        ),
    ),
    Area(
        "infectious disease",
        (
            "chronic hepatitis B",
            "HIV-1 infection",
            "complicated urinary tract infection",
            "COVID-19",
            "uncomplicated malaria",
        ),
        "treatment-naive participants",
        ("tegravir", "bactam", "quine", "fosbuvir"),
        ("50 mg", "400 mg", "1 g/0.5 g"),
        "oral tablet once daily",
        "standard of care",
        ("weeks", "days", "visits"),
        "proportion of participants with HIV-1 RNA below 50 copies/mL at Week 48",
        (
            "viral load decline",
            "clinical cure at test of cure",
            "resistance-associated substitutions",
            "CD4+ cell count",
        ),
        (
            (("Viral load (RNA PCR)", "HBV DNA", "HIV-1 RNA", "SARS-CoV-2 RT-PCR swab"), "every", "Efficacy"),
            (("CD4+ lymphocyte count", "Quantitative HBsAg", "Parasite count"), "labs", "Efficacy"),
            (("Resistance testing", "Genotypic resistance sample"), "sparse", "Efficacy"),
            (("Urine culture", "Blood cultures", "Sputum culture and Gram stain"), "labs", "Efficacy"),
            (("FibroScan", "Chest CT"), "sparse", "Efficacy"),
            (
                ("Signs and symptoms of infection", "NEWS2 score", "Ordinal scale of clinical status"),
                "every",
                "Efficacy",
            ),
            (("Adherence counselling", "Pill count"), "return", "Treatment"),
            (("Oxygen saturation", "SpO2 by pulse oximetry"), "every", "Safety"),
        ),
    ),
)
