"""Versions of one protocol among the documents of an app: what their title pages print links them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from soesift.result.models import DocumentInfo

_OF_ONE = ("nct", "eudract", "identifier")  # what names a protocol over its versions
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
SHORTEST = 5  # letters of a protocol's number; a shorter one may be that of several


class Link(NamedTuple):
    """Another version: its key, and what its title page prints of the version ("" for nothing)."""

    key: str
    version: str


def versions_of(documents: Mapping[str, DocumentInfo]) -> dict[str, list[Link]]:
    """The other versions of each document, in the order given; documents that share no printed number have none."""
    named = {key: numbers_of(info) for key, info in documents.items()}
    return {key: [Link(other, version_of(documents[other])) for other in others(key, named)] for key in documents}


def others(key: str, named: Mapping[str, frozenset[str]]) -> Sequence[str]:
    """The documents that share a number with one."""
    return [other for other in named if other != key and named[key] & named[other]]


def numbers_of(info: DocumentInfo) -> frozenset[str]:
    """The printed numbers of the protocol, without spaces and signs."""
    facts = (info.title_page[name].text for name in _OF_ONE if name in info.title_page)
    return frozenset(text for fact in facts if len(text := _NOT_LETTERS.sub("", fact.lower())) >= SHORTEST)


def version_of(info: DocumentInfo) -> str:
    """What the title page prints of the version, else of the amendment."""
    fact = info.title_page.get("version") or info.title_page.get("amendment")
    return fact.text if fact is not None else ""
