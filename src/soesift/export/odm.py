"""CDISC ODM 1.3.2: visits as StudyEventDefs, groups of activities as FormDefs, a skeleton of item groups and items.

Time and window stand in the description of each event and, for programs, in its aliases ("soesift:day", ...). The file
has no clock time of its own, so that the same result gives the same bytes.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from soesift.export.edc import Edc, Event, Form, edc_of
from soesift.export.wording import plain, unsigned_words
from soesift.files import write_atomically
from soesift.result.models import Result

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
WRITTEN = "1980-01-01T00:00:00+00:00"  # as in our Office files


def write_odm(result: Result, path: Path | str) -> Path:
    """Write the ODM file. Raises WriteError."""
    return write_atomically(path, odm_text(result))


def odm_text(result: Result) -> str:
    """The file's text: Study, GlobalVariables, one MetaDataVersion."""
    edc = edc_of(result)
    name = plain(Path(result.document.name).stem) or "study"
    root = ET.Element(
        "ODM",
        {
            "xmlns": NAMESPACE,
            "FileOID": f"soesift.{result.document.sha256[:16]}",
            "FileType": "Snapshot",
            "Granularity": "Metadata",
            "CreationDateTime": WRITTEN,
            "ODMVersion": "1.3.2",
            "SourceSystem": "soesift",
        },
    )
    study = ET.SubElement(root, "Study", OID="S.1")
    variables = ET.SubElement(study, "GlobalVariables")
    said = ". ".join(filter(None, [name, unsigned_words(result)]))
    for tag in ("StudyName", "StudyDescription", "ProtocolName"):
        ET.SubElement(variables, tag).text = said if tag == "StudyDescription" else name
    version = ET.SubElement(study, "MetaDataVersion", OID="MDV.1", Name="Schedule of activities as read")
    protocol = ET.SubElement(version, "Protocol")
    for number, event in enumerate(edc.events, start=1):
        ET.SubElement(
            protocol,
            "StudyEventRef",
            StudyEventOID=_oid(event),
            OrderNumber=str(number),
            Mandatory="No" if event.unscheduled else "Yes",
        )
    for event in edc.events:
        _study_event(version, event, edc)
    for form in edc.forms:
        _form(version, form)
    for form in edc.forms:
        _groups(version, form)
    for form in edc.forms:
        _items(version, form)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _oid(event: Event) -> str:
    return f"SE.{event.arm}.{event.key}"


def _study_event(version: ET.Element, event: Event, edc: Edc) -> None:
    kind = "Unscheduled" if event.unscheduled else "Scheduled"
    name = f"{event.name} ({edc.arms[event.arm - 1].name})" if len(edc.arms) > 1 else event.name
    node = ET.SubElement(
        version,
        "StudyEventDef",
        OID=_oid(event),
        Name=plain(name),
        Repeating="Yes" if event.repeats or event.unscheduled else "No",
        Type=kind,
    )
    _description(node, "; ".join(filter(None, [event.said, event.why])))
    for number, form in enumerate(event.forms, start=1):
        ET.SubElement(node, "FormRef", FormOID=f"F.{form}", OrderNumber=str(number), Mandatory="Yes")
    for context, value in (("day", event.day), ("window-before", event.before), ("window-after", event.after)):
        if value is not None:
            ET.SubElement(node, "Alias", Context=f"soesift:{context}", Name=f"{value:g}")


def _form(version: ET.Element, form: Form) -> None:
    node = ET.SubElement(version, "FormDef", OID=f"F.{form.key}", Name=plain(form.name), Repeating="No")
    for number, item in enumerate(form.items, start=1):
        ET.SubElement(node, "ItemGroupRef", ItemGroupOID=f"IG.{item.key}", OrderNumber=str(number), Mandatory="No")


def _groups(version: ET.Element, form: Form) -> None:
    for item in form.items:
        node = ET.SubElement(version, "ItemGroupDef", OID=f"IG.{item.key}", Name=plain(item.name), Repeating="No")
        ET.SubElement(node, "ItemRef", ItemOID=f"I.{item.key}", OrderNumber="1", Mandatory="No")


def _items(version: ET.Element, form: Form) -> None:
    for item in form.items:
        node = ET.SubElement(version, "ItemDef", OID=f"I.{item.key}", Name=plain(item.name), DataType="boolean")
        question = ET.SubElement(node, "Question")
        _text(question, f"{item.name}: done?")


def _description(node: ET.Element, text: str) -> None:
    if text:
        _text(ET.SubElement(node, "Description"), text)


def _text(node: ET.Element, text: str) -> None:
    ET.SubElement(node, "TranslatedText", {"xml:lang": "en"}).text = plain(text)
