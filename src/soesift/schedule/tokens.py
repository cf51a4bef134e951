"""The words of a header cell: numbers, units, signs, events; the rest is plain words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from soesift.schedule.models import Unit


class Token(NamedTuple):
    kind: str
    value: str
    text: str  # as printed
    start: int
    end: int
    glued: bool  # no space before it


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-") | {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "∕": "/"})
_WORDS_OF: dict[Unit, str] = {
    "minute": "minute minutes min mins minuten minuto minutos minuti minuut",
    "hour": "hour hours hr hrs h stunde stunden heure heures hora horas ore uur uren",
    "day": "day days tag tage tagen pod jour jours día días dia dias giorno giorni gg dag dagen",
    "week": "week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken",
    "month": "month months mo mos mth mths monat monate monaten mois mes meses mese mesi maand maanden",
    "year": "year years yr yrs jahr jahre jahren ans année années año años anno anni jaar jaren",
    "cycle": "cycle cycles zyklus zyklen cyc ciclo ciclos cicli",
}
UNIT_WORDS: dict[str, Unit] = {word: unit for unit, words in _WORDS_OF.items() for word in words.split()}
LETTERS: dict[str, Unit] = {"d": "day", "w": "week", "m": "month", "y": "year", "h": "hour", "c": "cycle", "j": "day"}


_STRENGTHS = "mg g µg μg mcg ug kg ml µl iu ui mmol meq gy mbq mci mg/kg mg/m2 mg/ml ng/ml"
STRENGTHS = frozenset(_STRENGTHS.split())  # how much is given: no times


def _broken(word: str) -> str:
    """A word that may be parted at a line's end: "discontin-uation"."""
    return r"(?:-\s?)?".join(word)


_EVENTS = {
    "unscheduled": r"unsched(?:uled|\.)?|(?:un|ausser|außer)planm(?:ä|ae)(?:ß|ss)ig\w*|\bas\s+needed\b|\bprn\b"
    r"|\bunsch\b\.?|\buns\b|\buv\b|\busv\b",
    "early_termination": r"(?:early|premature|treatment|study|permanent)[\s-]+(?:(?:study|treatment|drug)[\s-]+)?"
    rf"(?:{_broken('termination')}|{_broken('discontinuation')}|{_broken('withdrawal')}|term\b\.?|d/c)(?:\s*\((?:et|ed|ew|edv|etv)\))?"
    rf"|{_broken('discontinuation')}|{_broken('withdrawal')}|\w*abbruch\w*\b|\bd/c\b|\bpdv\b|(?:arrêt|sortie)\s+prématurée?"
    r"|\bdiscon\b\.?|\b(?:et|ed|ew|etv|edv)\b",
    "end_of_treatment": r"(?:end|completion)[\s-]+of[\s-]+(?:study[\s-]+)?"
    r"(?:treatment|therapy|dosing|study[\s-]+drug|tx)(?:\s*\((?:eot|eott)\))?|\beot[tv]?\b|\b(?:behandlungs|therapie)ende\b"
    r"|\bfin(?:e)?\s+d(?:e|el)?\s?(?:traitement|tratamiento|trattamento)\b|\beinde\s+(?:van\s+de\s+)?behandeling\b",
    "end_of_study": r"(?:end|completion)[\s-]+of[\s-]+(?:the[\s-]+)?(?:study|trial)(?:\s*\(eos\))?"
    r"|study\s+(?:completion|exit|end)|\bexit(?:\s+visit)?\b|\beosv?\b|\beostudy\b|\bstudienende\b"
    r"|\bfine?\s+(?:d['’]|del?(?:l['’]|lo)?\s?)?(?:étude|estudio|studio)\b|\bsortie\s+d['’]étude"
    r"|\beinde\s+(?:van\s+(?:de|het)\s+)?(?:studie|onderzoek)\b",
    "end_of_infusion": r"end[\s-]+of[\s-]+(?:the[\s-]+)?infusion(?:\s*\(eoi\))?",
    "end_of_phase": r"(?:end|completion)[\s-]+of[\s-]+(?:induction|maintenance|period|phase|cycle|part)\b"
    r"(?:\s*\(eo[imp]\))?|\beo[imp]\b",
    "final_visit": r"(?:final|last|closure)\s+(?:study\s+|clinic\s+|efficacy\s+|safety\s+)?visit"
    r"|\bclose-?\s?out(?:\s+visit)?\b|\babschluss(?:visite|untersuchung)\b",
    "retrieval": r"\brt\b|retrieved\s+drop-?out|retrieval",
    "progression": r"(?:disease\s+)?progression",
    "follow_up": r"follow[\s-]*up\b|\bf/?[\s-]?u\b|\bsfu\b|\bltfu\b|post-?discontinuation|surviv\w*"
    r"|\bnach(?:beobachtung|sorge)\w*|\bsuivi\b|\bseguimiento\b|\bnazorg\b",
    "screening": r"(?:pre-?)?screen(?:-?ing)?\b|\bscr\b|\bscrn\b|\bvoruntersuchung\w*"
    r"|\bsélection\b|\bselección\b|\bcribado\b|\breclutamiento\b"
    r"|\beinschluss\b|\bvisite\s+d['’]inclusion\b|\binclusion\b(?=\s*(?:$|\(\s*j))",
    "baseline": r"base-?line|\bbl\b|\bbasale?\b|\bbasislijn\b",
    "randomization": r"ran[\s-]?do[\s-]?mi[\s-]?[sz](?:a[\s-]?tion|ed|e|ierung)\b|\brand\b\.?|\brnd\b",
    "admission": r"admission|admit|check-?in|\bc-i\b|\baufnahme\b|\bopname\b",
    "discharge": r"discharge|check-?out|\bentlassung\b|\bontslag\b"
    r"|(?<!dosis )\balta\b(?!\s+(?:dosis|study|trial)|-?\d)",
}
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)\d\d\b"
DATE = (  # of the calendar: "May 31, 2019", "31 May 2019", "June 2024"; "Day 1 may be combined" has none
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:{_MONTHS}(?:[\s,-]+{_YEAR})?|may[\s,-]+{_YEAR})"
    rf"|(?:{_MONTHS}|may)\s+(?:\d{{1,2}}(?:st|nd|rd|th)?\b(?:\s*,?\s*{_YEAR}|(?=\s*(?:$|[),;])))|{_YEAR}))"
)
_OFTEN_ELSEWHERE = {  # German, Dutch, French, Spanish, Italian
    "daily": "täglich|tägl|dagelijks|quotidienn?e?|diari[oa]s?|diariamente|giornalier[oa]",
    "weekly": "wöchentlich|wekelijks|hebdomadaire|semanal(?:es|mente)?|settimanal[ei]",
    "monthly": "monatlich|maandelijks|mensuel(?:le)?|mensual(?:es|mente)?|mensil[ei]",
    "quarterly": "vierteljährlich|driemaandelijks|trimestriel(?:le)?|trimestral(?:es)?|trimestral[ei]",
    "semi-annually": "halbjährlich|halfjaarlijks|semestriel(?:le)?|semestral(?:es)?|semestral[ei]",
    "yearly": "jährlich|jaarlijks|annuel(?:le)?|anual(?:es|mente)?|annual[ei]",
}
_PARTS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
PARTS = "".join(_PARTS)  # signs of parts of a number: "2½"
_LATIN = "a-zß-öø-ÿœ"  # letters of lower-case words
_PATTERNS = [
    ("date", DATE),
    ("q", r"\bq(?=\s?\d)"),
    ("every", r"\bevery\b|\beach\b|\balle(?=\s+\d)|\btou(?:te)?s\s+les\b(?=\s+\d)|\bcada\b|\bogni\b|\belke\b"),
    (
        "often",
        r"\b(?:once\s+)?(?:daily|weekly|bi-?weekly|fortnightly"
        r"|monthly|quarterly|yearly|annually|semi-?annually)\b"
        r"|\bonce\s+(?:a|per|every)\s+(?:day|week|month|year)\b"
        r"|\bannual(?=\s+(?:thereafter|afterwards|follow|calls?\b|contacts?\b))",
    ),
    *((f"often:{english}", rf"\b(?:{words})\b") for english, words in _OFTEN_ELSEWHERE.items()),
    ("unclear", r"\b(?:bi-?monthly|bi-?annual(?:ly)?|semi-?(?:weekly|monthly)|etc)\b\.?"),  # twice or every second
    ("word", r"\bpre[\s-]?treatment\b|\bt/c\b"),
    ("word", r"\b(?:post|pre|peri)[\s-]?op(?:erative(?:ly)?)?\b\.?"),
    ("event:screening", r"\bpre[\s-]?screen(?:ing)?\b"),
    ("event:follow_up", r"\bpost[\s-]?treatment(?:[\s-]+follow[\s-]*up)?\b"),
    ("relative:within", r"\b(?:dans\s+les|innerhalb(?:\s+von)?|binnen|dentro\s+de(?:\s+los)?|entro)(?=\s+\d)"),
    (
        "relative",
        r"\bpre-?(?:dose|dosing|infusion|injection|vaccination)\b"
        r"|\bpost-?(?:dose|dosing|infusion|injection|vaccination|randomi[sz]ation)\b"
        r"|\bup\s+to(?=\b|\d)|\buntil\b|\bwithin\b|\bprécédant\b|\bprior\s+to\b|\bbefore\b|\bpreceding\b|\bafter\b|\bfollowing\b|\bsince\b|\bpast\b|\bpost-?\b|\bpre-?\b"
        r"|\bprior\b"
        r"|\b(?:nach|vor|tras|après|avant|dopo|voor)(?=\s)|\bna(?=\s+(?:de\s|het\s|start|rand|(?:laatste|eerste)\s|oper|infus|dosi|behand|ontslag))|\b(?:después|antes)\s+del?\b|\bprima\s+d(?:i|el(?:la)?)\b",
    ),
    (
        "open",
        r"(?<=\d)(?:\s*(?:to|until|through)\s*|-)(?:(?:the\s+)?end\s+of\s+(?:study\s+)?(?:treatment|therapy|study)"
        r"|eo[ts]|c?n|cx|discharge|(?:disease\s+)?progression|pd)\b|(?<=\d)\s*ff\b\.?"
        r"|(?<=\d)\s*(?:to|through|-|…|\.{3})\s*(?:cycles?\s+[nx]|c[nx]|n)\b|\b(?:and|&)\s+up\b",
    ),
    *((f"event:{name}", pattern) for name, pattern in _EVENTS.items()),
    (
        "open",
        r"(?:\band|&)\s+(?:beyond|onwards?|above|later(?:\s+cycles?)?|after(?:wards?)?(?=\s*(?:$|[,)]))"
        r"|(?:all\s+)?subsequent(?:\s+cycles?)?|thereafter)"
        r"|\bonwards?\b|\bbeyond\b|\bor\s+(?:later|more)\b"
        r"|\ben\s+adelante\b|\bet\s+suivants?\b|\be\s+successiv[ie]\b|\by\s+(?:siguientes|posteriores)\b",
    ),
    ("visit", r"\bvisit(?:en?|es|as?)\b|\bbezoek(?:en)?\b"),
    ("visit", r"\b(?:clinic\s+|study\s+|site\s+|telephone\s+|phone\s+)?visits?\b|\bv(?=[\s-]?\d)|\bvst\b"),
    (
        "unit",
        r"(?<=\d)(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?"
        r"|months?|mths?|mos?|years?|yrs?)\b(?:\(s\))?\.?(?!\w)",
    ),
    ("unit", r"\b(?:" + "|".join(sorted(UNIT_WORDS, key=len, reverse=True)) + r")\b(?:\(s\))?\.?(?!\w)"),
    ("visit", r"\bvisit(?=-?\d)"),
    ("unit", r"(?:(?<=[a-z])|\b)(?:wk|mo|day|week|month|hr|cycle)(?=[-+]?\d)"),
    ("letter", rf"(?<![{_LATIN}])[dwmyhcj](?=\s?[-+]?\d)|(?<=\d)[dwmyhcj](?=\s?-?\d)"),
    (
        "after",
        rf"(?<=q\d)[mc](?![a-z])|(?<=q\d\d)[mc](?![a-z])|(?<=\d)\s?[dwhyj](?![{_LATIN}]|\s?[-+]?\d)"
        rf"|(?<=\d\)\s)[dwh](?![{_LATIN}]|\s?[-+]?\d)",
    ),  # "30 (+5) d"
    ("number", rf"\d+(?:st|nd|rd|th)\b|\d*[{PARTS}]|\d+(?:\.\d+)?|\.\d+"),
    ("plusminus", r"±|∓|\+\s?/\s?-|\+-|-\s?/\s?\+|(?<![a-z])plus\s*(?:or|/)\s*minus\b|\+\s+or\s+-"),
    ("plus", r"(?<![a-z])plus\b(?=\s+\d)"),
    ("dash", r"(?<![a-z])minus\b(?=\s+\d)"),
    ("least", r"\bat\s+least\b(?=\s+\d)"),
    ("most", r"\b(?:at\s+most|no\s+later\s+than|not?\s+more\s+than|(?:a\s+)?max(?:imum(?:\s+of)?)?)\b\.?(?=\s+\d)"),
    ("most", r"≤|<=|<|(?:less|fewer)\s+than"),
    ("least", r"≥|>=|>|more\s+than"),
    (
        "to",
        r"→|⟶|~(?=\s?-?\d)|\.{2,3}(?=\s?-?\d)|…(?=\s?-?\d)|(?<![a-z])to(?=\b|\d)"
        r"|\bthrough\b|\bthru\b|\buntil\b|\b(?:bis|tot)\b(?=\s+(?:-?\d|tag|woche|dag|week))|\bà(?=\s+[jsm]?\s?-?\d)|(?<=\d\s)al?(?=\s+-?\d)",
    ),
    ("unclear", r"\.{3}|…"),  # "Cycles 3, 5, 7, ...": and so on, or for how long
    ("and", r",|;|&|\band\b|\bor\b|\bund\b"),
    ("slash", r"/"),
    ("dash", r"-"),
    ("plus", r"\+"),
    ("open_paren", r"[(\[]"),
    ("close_paren", r"[)\]]"),
    ("word", rf"[{_LATIN}][\w'’.]*"),
    ("sign", r"\S"),
]


@lru_cache(maxsize=1)
def _lexer() -> re.Pattern[str]:
    """All patterns as one; made when it is first asked, as a twentieth of a start would go into it."""
    return re.compile("|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS)))


def clean(text: str) -> str:
    """Dashes and spaces made equal, ends stripped; the length of each word stays."""
    return " ".join(text.translate(_DASHES).split())


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a header text (made `clean` first)."""
    shown = clean(text)
    found: list[Token] = []
    lowered = shown.lower() if len(shown.lower()) == len(shown) else shown
    for match in _lexer().finditer(lowered):
        kind, _, value = _PATTERNS[int(str(match.lastgroup)[1:])][0].partition(":")
        start, end = match.span()
        glued = start > 0 and not lowered[start - 1].isspace()
        if kind == "number":
            value = _as_digits(match.group())
        found.append(Token(kind, value or match.group().strip(), shown[start:end], start, end, glued))
    return tuple(_signed(found))


def _as_digits(number: str) -> str:
    """A number as `float` reads it: "4" of "4th", "2.5" of "2½"."""
    if number[-1] in _PARTS:
        return f"{float(number[:-1] or 0) + _PARTS[number[-1]]:.6g}"
    return number.rstrip("stndrh")


def _signed(found: list[Token]) -> list[Token]:
    """ "Day - 1" and "Week – 2" are before the first: the dash behind the unit is the number's sign. Days of a cycle,
    which are counted from 1, keep it as a dash.
    """
    said = False
    for at, (before, dash, number) in enumerate(zip(found, found[1:], found[2:], strict=False)):
        said = said or (at > 0 and found[at - 1].value in ("cycle", "cycles", "c"))
        signed = before.kind == "unit" and before.value[:1] in "dw" and dash.kind == "dash" and number.kind == "number"
        if signed and not said and not before.glued and not dash.glued and not number.glued:
            found[at + 2] = number._replace(glued=True)
    return found


def unit_of(token: Token) -> Unit | None:
    """The unit that a token names."""
    if token.kind in ("letter", "after"):
        return LETTERS.get(token.value)
    word = token.value.replace("(s)", "").rstrip(".")
    return UNIT_WORDS.get(word) if token.kind == "unit" else None
