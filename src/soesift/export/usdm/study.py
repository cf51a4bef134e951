"""The study around the timelines: what no schedule says comes from `StudyFacts`, or is a stand-in marked as such."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from soesift.export.hand_off import Handed, epoch_name, handed, visit_columns
from soesift.export.usdm.activities import activities_of
from soesift.export.usdm.facts import ARMS, MODELS, PHASES, Arm, StudyFacts
from soesift.export.usdm.parts import (
    FOLLOW_UP,
    RUN_IN,
    SCREENING,
    STAND_IN,
    TREATMENT,
    WASHOUT,
    Ids,
    Part,
    Term,
    alias,
    code,
    comment,
    linked,
    linked_apart,
    make,
    xhtml,
)
from soesift.export.usdm.timeline import Timeline, timeline_of
from soesift.export.wording import plain, review_words
from soesift.files import write_atomically
from soesift.result.models import Result

_EPOCHS: tuple[tuple[str, Term], ...] = (
    (r"screen|eligib|enrol", SCREENING),
    (r"run.?in|lead.?in|baseline|check.?in|pre.?treat", RUN_IN),
    (r"wash.?out", WASHOUT),
    (r"follow|post|safety|extension f|survival|end of study|early|withdraw|discontinu", FOLLOW_UP),
)
_FEMALE, _MALE = Term("C16576", "Female"), Term("C20197", "Male")
_SEX = {"both": [_FEMALE, _MALE], "female": [_FEMALE], "male": [_MALE]}
OLDEST = 120  # years; the upper end where none is given


def write_usdm(result: Result, path: Path | str, facts: StudyFacts | None = None) -> Path:
    """Write `usdm_study` as JSON. Raises WriteError."""
    text = json.dumps(usdm_study(result, facts), ensure_ascii=False, indent=2)
    return write_atomically(path, plain(text) + "\n")


def usdm_study(result: Result, facts: StudyFacts | None = None) -> dict[str, Any]:
    """The Wrapper: one study, one version, one design with a timeline for each schedule; main schedules first."""
    facts = with_title_page(facts or StudyFacts(), result)
    ids: Ids = Counter()
    tables = [one for one in handed(result) if visit_columns(one.schedule)]
    design, timelines, surrogates = _design(ids, tables, facts)
    sponsor = _sponsor(ids, facts)
    conditions = [condition for timeline in timelines for condition in timeline.conditions]
    document = _document(ids, result, facts)
    version = _version(ids, facts, design, sponsor, document, conditions, surrogates)
    study = _study(result, facts, version, document)
    return {
        "study": study,
        "usdmVersion": "4.0.0",
        "systemName": "soesift",
        "systemVersion": installed("soesift"),
    }


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def with_title_page(facts: StudyFacts, result: Result) -> StudyFacts:
    """The facts, and for those not given what the title page prints behind its label."""
    printed = {name: fact.text for name, fact in result.document.title_page.items()}
    named = ("title", "identifier", "sponsor", "version", "nct")
    more: dict[str, Any] = {name: printed[name] for name in named if name in printed and not getattr(facts, name)}
    phase = re.sub(r"^phase |[ab]", "", printed.get("phase", "").lower())
    phase = "/".join(_ROMAN.get(part, part) for part in re.split("[/-]", phase))
    if facts.phase is None and phase in PHASES:
        more["phase"] = phase
    return facts.model_copy(update=more)


def _study(result: Result, facts: StudyFacts, version: Part, document: Part) -> Part:
    """The Study; its id is made from the document's bytes, so that a second export has the same."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{result.document.sha256}")),
        "extensionAttributes": [],
        "name": facts.identifier or result.document.name,
        "label": facts.acronym or facts.brief_title or result.document.name,
        "description": "Schedules of activities read from a protocol by soesift",
        "versions": [version],
        "documentedBy": [document],
        "instanceType": "Study",
    }


def _version(
    ids: Ids,
    facts: StudyFacts,
    design: Part,
    sponsor: Part,
    document: Part,
    conditions: list[Part],
    surrogates: list[Part],
) -> Part:
    identifiers = [make(ids, "StudyIdentifier", text=facts.identifier or "STAND-IN", scopeId=sponsor["id"])]
    organizations = [sponsor]
    if facts.nct:
        registry = _organization(
            ids, "ClinicalTrials.gov", "NCT", "registry", Term("C93453", "Clinical Study Registry")
        )
        organizations.append(registry)
        identifiers.append(make(ids, "StudyIdentifier", text=facts.nct, scopeId=registry["id"]))
    items = [
        make(
            ids,
            "EligibilityCriterionItem",
            name=f"ITEM_{n}",
            label=None,
            description=None,
            text=xhtml(text),
            dictionaryId=None,
            notes=[],
        )
        for n, (_, text) in enumerate(_criteria(facts), 1)
    ]
    for criterion, item in zip(design["eligibilityCriteria"], items, strict=True):
        criterion["criterionItemId"] = item["id"]
    role = _role(ids, sponsor)
    version = make(
        ids,
        "StudyVersion",
        versionIdentifier=facts.version or "1",
        rationale=xhtml(facts.rationale or STAND_IN),
        documentVersionIds=[document["versions"][0]["id"]],
        dateValues=_dates(ids, facts),  # of the study's version, as in CDISC's own studies
        amendments=[],
        businessTherapeuticAreas=[],
        studyIdentifiers=identifiers,
        referenceIdentifiers=[],
        studyDesigns=[design],
        titles=_titles(ids, facts),
        eligibilityCriterionItems=items,
        narrativeContentItems=[],
        abbreviations=[],
        roles=[role],
        organizations=organizations,
        studyInterventions=[],
        administrableProducts=[],
        medicalDevices=[],
        productOrganizationRoles=[],
        biomedicalConcepts=[],
        bcCategories=[],
        bcSurrogates=surrogates,
        dictionaries=[],
        conditions=conditions,
        notes=[
            comment(ids, "The schedules are read from a protocol by a program; a field that holds a stand-in says so.")
        ],
    )
    role["appliesToIds"].append(version["id"])
    return version


def _titles(ids: Ids, facts: StudyFacts) -> list[Part]:
    kinds = [
        (facts.title or STAND_IN, Term("C207616", "Official Study Title")),
        (facts.brief_title, Term("C207615", "Brief Study Title")),
        (facts.acronym, Term("C94108", "Study Acronym")),
    ]
    return [make(ids, "StudyTitle", text=text, type=code(ids, term)) for text, term in kinds if text]


def _sponsor(ids: Ids, facts: StudyFacts) -> Part:
    name = facts.sponsor or "Sponsor (stand-in)"
    return _organization(
        ids, name, facts.sponsor_identifier or "STAND-IN", "name", Term("C54149", "Pharmaceutical Company")
    )


def _organization(ids: Ids, name: str, identifier: str, scheme: str, term: Term) -> Part:
    return make(
        ids,
        "Organization",
        name=name,
        label=name,
        type=code(ids, term),
        identifierScheme=scheme,
        identifier=identifier,
        legalAddress=_no_address(ids),
        managedSites=[],
    )


def _no_address(ids: Ids) -> Part:
    """A schedule names no address; CORE asks that an organisation has one that is not blank, usdm4-excel that its
    parts are texts.
    """
    return make(
        ids,
        "Address",
        text=STAND_IN,
        lines=[],
        city="",
        district="",
        state="",
        postalCode="",
        country=None,
    )


def _role(ids: Ids, sponsor: Part) -> Part:
    return make(
        ids,
        "StudyRole",
        name="SPONSOR",
        label="Sponsor",
        description="",
        code=code(ids, Term("C70793", "Sponsor")),
        appliesToIds=[],
        assignedPersons=[],
        organizationIds=[sponsor["id"]],
        masking=None,
        notes=[],
    )


def _dates(ids: Ids, facts: StudyFacts) -> list[Part]:
    """The day on which the sponsor approved this version, where `--study` gives it; a date is never a stand-in."""
    if facts.date is None:
        return []
    scope = make(ids, "GeographicScope", type=code(ids, Term("C68846", "Global")), code=None)
    return [
        make(
            ids,
            "GovernanceDate",
            name="PROTOCOL_APPROVED",
            label="Protocol approved",
            description="",
            type=code(ids, Term("C132352", "Sponsor Approval Date")),
            dateValue=facts.date.isoformat(),
            geographicScopes=[scope],
        )
    ]


def _document(ids: Ids, result: Result, facts: StudyFacts) -> Part:
    """The protocol as a document; its bytes are named by their hash."""
    version = make(
        ids,
        "StudyDefinitionDocumentVersion",
        version=facts.version or "1",
        status=code(ids, Term("C25508", "Final")),
        dateValues=[],
        contents=[],
        notes=[
            comment(ids, text)
            for text in (f"File {result.document.name}, SHA-256 {result.document.sha256}", review_words(result))
            if text
        ],
    )
    english = Term("en", "English")
    return make(
        ids,
        "StudyDefinitionDocument",
        name=result.document.name,
        label=None,
        description=None,
        language=code(ids, english, "ISO 639-1", "2002"),
        type=code(ids, Term("C70817", "Protocol")),
        templateName="None",
        versions=[version],
        childIds=[],
        notes=[],
    )


def _design(ids: Ids, tables: list[Handed], facts: StudyFacts) -> tuple[Part, list[Timeline], list[Part]]:
    epochs = _epochs(ids, tables)
    activities = activities_of(ids, tables)
    timelines = [timeline_of(ids, one, n, epochs, activities) for n, one in enumerate(tables, 1)]
    if timelines:
        timelines[0].timeline["mainTimeline"] = True
    arms = [_arm(ids, arm) for arm in facts.arms] or [_arm(ids, None)]
    elements = [_element(ids, epoch) for epoch in epochs.values()]
    cells = [
        make(ids, "StudyCell", armId=arm["id"], epochId=epoch["id"], elementIds=[element["id"]])
        for arm in arms
        for epoch, element in zip(epochs.values(), elements, strict=True)
    ]
    criteria = _eligibility(ids, facts)
    design = make(
        ids,
        "InterventionalStudyDesign",
        name="DESIGN_1",
        label="Study design",
        description="",
        rationale=xhtml(facts.design_rationale or STAND_IN),
        studyType=code(ids, Term("C98388", "Interventional Study")),
        studyPhase=alias(ids, PHASES[facts.phase]) if facts.phase else None,
        therapeuticAreas=[],
        characteristics=[],
        encounters=linked_apart([timeline.encounters for timeline in timelines]),
        activities=activities.parts,
        arms=arms,
        studyCells=cells,
        epochs=list(epochs.values()),
        elements=elements,
        estimands=[],
        indications=[],
        studyInterventionIds=[],
        objectives=[_objective(ids)],
        population=_population(ids, facts, criteria),
        scheduleTimelines=[part for timeline in timelines for part in (timeline.timeline, *timeline.within)],
        biospecimenRetentions=[],
        documentVersionIds=[],
        eligibilityCriteria=criteria,
        analysisPopulations=[],
        subTypes=[],
        intentTypes=[],
        blindingSchema=None,
        model=code(ids, MODELS[facts.model] if facts.model else _model(facts)),
        notes=[comment(ids, note) for timeline in timelines for note in timeline.notes],
    )
    if not facts.model:
        design["notes"].append(comment(ids, f"Intervention model: {STAND_IN}"))
    return design, timelines, activities.surrogates


def _objective(ids: Ids) -> Part:
    """A primary objective with its endpoint, which every design must have: stand-ins both."""
    endpoint = make(
        ids,
        "Endpoint",
        name="ENDPOINT_1",
        label="",
        description=STAND_IN,
        text=xhtml(STAND_IN),
        dictionaryId=None,
        notes=[],
        purpose="",
        level=code(ids, Term("C94496", "Primary Endpoint")),
    )
    return make(
        ids,
        "Objective",
        name="OBJECTIVE_1",
        label="",
        description=STAND_IN,
        text=xhtml(STAND_IN),
        dictionaryId=None,
        notes=[],
        level=code(ids, Term("C85826", "Primary Objective")),
        endpoints=[endpoint],
    )


def _model(facts: StudyFacts) -> Term:
    """The model that the number of arms suggests, where none is given; the design's notes say that it is a stand-in."""
    return MODELS["parallel" if len(facts.arms) > 1 else "single group"]


def _epochs(ids: Ids, tables: list[Handed]) -> dict[str, Part]:
    """Epochs by lower-case name, in the order in which the columns name them."""
    found: dict[str, Part] = {}
    for one in tables:
        for column in visit_columns(one.schedule):
            key = epoch_name(column).lower()
            if key not in found:
                found[key] = make(
                    ids,
                    "StudyEpoch",
                    name=f"EPOCH_{len(found) + 1}",
                    label=epoch_name(column),
                    description="",
                    type=code(ids, _epoch_term(epoch_name(column))),
                    previousId=None,
                    nextId=None,
                    notes=[],
                )
    if not found:
        found[""] = make(
            ids,
            "StudyEpoch",
            name="EPOCH_1",
            label="Stand-in",
            description=STAND_IN,
            type=code(ids, TREATMENT),
            previousId=None,
            nextId=None,
            notes=[],
        )
    of_main = {epoch_name(column).lower() for column in visit_columns(tables[0].schedule)} if tables else set()
    main = [part for key, part in found.items() if key in of_main]
    linked_apart([main, [part for part in found.values() if part not in main]])
    return found


def _epoch_term(name: str) -> Term:
    return next((term for words, term in _EPOCHS if re.search(words, name, re.IGNORECASE)), TREATMENT)


def _arm(ids: Ids, arm: Arm | None) -> Part:
    name = arm.name if arm else "Arm (stand-in)"
    return make(
        ids,
        "StudyArm",
        name=name,
        label=name,
        description=(arm.description if arm else STAND_IN),
        type=code(ids, ARMS[arm.type if arm else "treatment"]),
        dataOriginDescription="Collected from participants",
        dataOriginType=code(ids, Term("C188866", "Data Generated Within Study")),
        populationIds=[],
        notes=[],
    )


def _element(ids: Ids, epoch: Part) -> Part:
    return make(
        ids,
        "StudyElement",
        name=f"ELEMENT_{ids['StudyElement'] + 1}",
        label=epoch["label"],
        description=STAND_IN,
        transitionStartRule=None,
        transitionEndRule=None,
        studyInterventionIds=[],
        notes=[],
    )


def _criteria(facts: StudyFacts) -> list[tuple[str, str]]:
    return [(c.category, c.text) for c in facts.criteria] or [("inclusion", STAND_IN)]


def _eligibility(ids: Ids, facts: StudyFacts) -> list[Part]:
    terms = {"inclusion": Term("C25532", "Inclusion Criteria"), "exclusion": Term("C25370", "Exclusion Criteria")}
    criteria = [
        make(
            ids,
            "EligibilityCriterion",
            name=f"CRITERION_{n}",
            label=None,
            description=None,
            identifier=str(n),
            category=code(ids, terms[category]),
            criterionItemId="",
            nextId=None,
            previousId=None,
            notes=[],
        )
        for n, (category, _) in enumerate(_criteria(facts), 1)
    ]
    return linked(criteria)


def _population(ids: Ids, facts: StudyFacts, criteria: list[Part]) -> Part:
    """Who takes part. Sex and age, which USDM demands, are the widest there are where not given, and say so."""
    given = facts.population
    stand_ins = [
        name for name, value in (("sex", given and given.sex), ("age", given and given.min_age)) if value is None
    ]
    number = None
    if given is not None and given.enrolment is not None:
        number = make(ids, "Quantity", value=float(given.enrolment), unit=None)
    ages = (given.min_age if given else None) or 0, (given.max_age if given else None) or OLDEST
    return make(
        ids,
        "StudyDesignPopulation",
        name="POPULATION_1",
        label="Population",
        description=given.description if given else STAND_IN,
        includesHealthySubjects=bool(given and given.healthy),
        plannedEnrollmentNumber=number,
        plannedCompletionNumber=None,
        plannedSex=[code(ids, term) for term in _SEX[(given.sex if given else None) or "both"]],
        plannedAge=_ages(ids, *ages),
        criterionIds=[criterion["id"] for criterion in criteria],
        cohorts=[],
        notes=[comment(ids, f"Planned {name}: {STAND_IN}") for name in stand_ins],
    )


def _ages(ids: Ids, low: int, high: int) -> Part:
    years = Term("C29848", "Year")
    bounds = [make(ids, "Quantity", value=float(age), unit=alias(ids, years)) for age in (low, high)]
    return make(ids, "Range", minValue=bounds[0], maxValue=bounds[1], isApproximate=False)
