"""Words and marks that tell a schedule from other tables: marks, planned times, activities."""

from __future__ import annotations

import re
from functools import lru_cache

# Words and marks that tell a schedule from other tables: marks, planned times, activities.

ARROWS = frozenset("→↔←⟶⟷⟵")  # signs that are nothing but an arrow
_MARK = re.compile(
    r"""^[\(\[\{]?\s*
    (?:[xX×✕✖✗✘✓✔☑☒√✅❌⬤⚫●•◦○◎〇■□▪◆♦▲►→←↔⟶⟵⇒↑↓*+＊＋⊗⊠ХхΧχ]|[Oo](?=$|\s*\()|
    [\uf0fc\uf0fb\uf0a8\uf0b7\uf0e0\uf0fe\uf052\uf053]|[-–—]*[>→]|\(x\)|[-–—]{3,}(?![-–—]))+
    (?:\s?[a-z0-9*†‡§¶#,;.\s⁰¹²³⁴-⁹ᵃ-ᶻ]{0,8}|\s*[\(\[][^)\]]{0,24}[\)\]])?\s*[\)\]\}]?$""",
    re.VERBOSE,
)
_TIME = re.compile(
    r"""\b(?:screen\w*|baseline|randomi[sz]\w*|visits?|days?|weeks?|months?|years?|hours?|cycles?|follow[\s-]?up|
    end\s+of\s+(?:study|treatment|trial|infusion)|eot|eos|eow|early\s+(?:termination|withdrawal|discontinuation)|
    unscheduled|unsched|pre-?dose|post-?dose|treatment(?:\s+(?:period|phase))?|run-?in|induction|maintenance|
    enrol+ment|wash-?out|period|phase|epoch|discharge|admission|termination|withdrawal|extension|safety\s+fu|
    check-?in|in-?patient|out-?patient|titration|taper|dosing|wk|d\d+|w\d+|v\d+|c\d+d\d+|m\d+|c\d+|
    (?:weeks?|months?|days?|visits?|years?|hours?|cycles?|fu|pod|t|j)\d+|\d+\s?(?:mo|wks?|hrs?|h)|
    (?:pre|post|intra|peri)-?\s?(?:op(?:erative(?:ly)?)?|surgery|intervention|procedure|vaccination)|close-?out|allocation|
    s[ée]lection|semaines?|jours?|visites?|mois|suivi|d[ée]pistage|fin\s+(?:de|du)\s+(?:traitement|l['’][ée]tude)|
    wochen?|tage?|monate?|besuche?|einschluss|ausgangswert|nachbeobachtung|nachsorge|abschluss|behandlung(?:sphase)?|
    visitas?|semanas?|d[ií]as?|mes(?:es)?|seguimiento|cribado|basal|selecci[óo]n|triagem|acompanhamento|
    giorn[oi]|settiman[ae]|mesi|arruolamento)\b|
    第?\s?\d+\s?(?:[週周日天月年]|か月|ヶ月|时|時)|スクリーニング|ベースライン|来院|観察期|投与前|投与後|終了時|中止時|追跡|
    筛选|篩選|基线|基線|访视|訪視|随访|隨訪|治疗期|入组|结束""",
    re.VERBOSE | re.IGNORECASE,
)
_ACTIVITY = re.compile(
    r"""\b(?:informed\s+consent|consent|inclusion|exclusion|eligibility|demograph\w*|medical\s+history|
    physical\s+exam\w*|
    vital\s+signs?|weight|height|bmi|ecg|electrocardiogram|h[a]?ematology|chemistry|urinalysis|pregnancy|
    concomitant|adverse\s+events?|ae/?sae|randomi[sz]ation|questionnaire|qol|eq-?5d|biomarkers?|pharmacokinetic\w*|pk|
    blood\s+(?:sample|draw|pressure)|laborator\w+|imaging|mri|ct\s+scan|tumou?r\s+assess\w*|dispens\w*|
    drug\s+account\w*|
    study\s+(?:drug|treatment|intervention|medication)|administration|diary|survival|ecog|echocardiogra\w*|
    serology|coagulation|drug\s+screen|vaccin\w*|swab|biopsy|assessment|examination|compliance|temperature|scale|
    spirometry|contraception|prior\s+medications?|procedures?|
    einwilligung\w*|vitalzeichen|vitalparameter|k[öo]rperliche\s+untersuchung|anamnese|begleitmedikation|laborwerte|
    unerw[üu]nschte\s+ereignisse|fragebogen|frageb[öo]gen|blutentnahme|schwangerschaftstest|ekg|einschlusskriterien|
    consentement|signes\s+vitaux|examen\s+(?:clinique|physique)|ant[ée]c[ée]dents|[ée]v[ée]nements?\s+ind[ée]sirables?|
    traitements?\s+concomitants?|prise\s+de\s+sang|poids|questionnaires|bilan\s+\w+|
    consentimiento|signos\s+vitales|exploraci[óo]n\s+f[íi]sica|historia\s+(?:cl[íi]nica|m[ée]dica)|
    (?:acontecimientos|eventos)\s+adversos|medicaci[óo]n\s+concomitante|cuestionarios?|anal[íi]tica|peso|
    consenso\s+informato|segni\s+vitali|esame\s+obiettivo|eventi\s+avversi|sinais\s+vitais|consentimento)\b|
    同意|バイタル|有害事象|臨床検査|併用薬|身体所見|既往歴|心電図|妊娠検査|体重|投与|
    知情|生命体征|体格检查|不良事件|合并用药|实验室|病史|心电图|妊娠""",
    re.VERBOSE | re.IGNORECASE,
)


_WINDOW = re.compile(
    r"""(?:[±+]|\+\s*/\s*[-–−]|[-–−]\s*/\s*\+)\s*\d+(?:[.,]\d+)?(?:\s*[/,]\s*[-–−]?\s*\d+(?:[.,]\d+)?)?\s*
    (?:d|days?|w|wks?|weeks?|h|hrs?|hours?|m|mo|months?|min|minutes?)?\.?\s*[a-z*†‡]?|
    [-–−]\s*\d+\s*(?:d|days?|wks?|weeks?|h|hours?|min)?\s*(?:[/,;]|to|and)\s*\+\s*\d+\s*
    (?:d|days?|wks?|weeks?|h|hours?|months?|min)?\.?\s*[a-z*†‡]?""",
    re.VERBOSE | re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def is_window(text: str) -> bool:
    """Whether a cell is the tolerance of a visit: ±3, +7 days, -1/+2, +/- 2 d, also in brackets."""
    bare = text.strip()
    bare = bare[1:-1].strip() if bare[:1] in ("(", "[") and bare[-1:] in (")", "]") else bare
    return 0 < len(text) <= 24 and _WINDOW.fullmatch(bare) is not None


@lru_cache(maxsize=65536)
def is_mark(text: str) -> bool:
    """Whether a cell says only "done here": X, check, bullet, arrow, with or without a footnote marker."""
    return 0 < len(text) <= 40 and _MARK.match(text.strip()) is not None and not is_window(text)


@lru_cache(maxsize=65536)
def has_time(text: str) -> bool:
    """Whether a cell names a planned time: visit, day, week, cycle, screening, follow-up, hours post dose."""
    return _TIME.search(text[:200]) is not None


@lru_cache(maxsize=65536)
def has_activity(text: str) -> bool:
    """Whether a cell names something done to or by a participant."""
    return _ACTIVITY.search(text[:200]) is not None


_POINT = re.compile(
    r"^[<>≤≥~±+\-–−\s]*(?:[DdWwVvMmCc]|EOT|FU|ET|UNS|BL|SCR|Day|Week|Visit)?"
    r"\s*[<>≤≥~±+\-–−]?\s*\d+(?:[.,]\d+)?"
    r"(?:\s*(?:[-–−/,&±]|to|through|and)+\s*[-–−]?\d+(?:\.\d+)?)*\s*[a-z,*]{0,4}$"
)


@lru_cache(maxsize=65536)
def is_point(text: str) -> bool:
    """Whether a cell is a bare time value: 1, -7, 28±3, D15, 2-3, ≤14."""
    return 0 < len(text) <= 24 and _POINT.match(text.strip()) is not None
