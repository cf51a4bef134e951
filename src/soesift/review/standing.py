"""How far people are with a document: what waits to be looked at, who signed it as it stands, and that in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from soesift.export.wording import counted
from soesift.result.models import Result
from soesift.review.apply import Applied
from soesift.review.corrections import Correction, effective
from soesift.review.worklist import Item


class Standing(NamedTuple):
    """open: decisions that wait; unseen: tables that nobody said a word about; differ: items on which people differ
    (open, too); left_out: corrections that no longer fit; signed: the signatures that hold."""

    open: int
    unseen: int
    differ: int
    left_out: int
    signed: list[Correction]

    @property
    def waits(self) -> list[str]:
        """What a signature waits for, in words; nothing where the document may be signed."""
        decide, fits = self.open - self.differ, "fits" if self.left_out == 1 else "fit"
        said = {
            f"{decide} still to decide": decide,
            f"people differ on {self.differ}": self.differ,
            f"{counted(self.unseen, 'table')} nobody has looked at": self.unseen,
            f"{counted(self.left_out, 'correction')} no longer {fits}": self.left_out,
        }
        return [words for words, count in said.items() if count]

    @property
    def words(self) -> str:
        """ "signed by Anna (checked), 2026-11-27 10:03 UTC", or why not."""
        if self.signed:
            return "; ".join(map(_signature, self.signed))
        return f"not signed: {', '.join(self.waits)}" if self.waits else "looked at, not signed"


def standing_of(applied: Applied, corrections: Sequence[Correction], items: Sequence[Item]) -> Standing:
    """No signature holds where people differ, or where a correction no longer fits what was read anew."""
    differ, left_out = sum(item.kind == "differ" for item in items), len(applied.left_out)
    signed = [] if differ or left_out else signatures(applied.result, corrections)
    return Standing(sum(item.open for item in items), sum(item.unseen for item in items), differ, left_out, signed)


def signatures(result: Result, corrections: Sequence[Correction]) -> list[Correction]:
    """The signatures that hold for a corrected result: nothing was changed after them, and the tables are those that
    were signed (a document that was read anew has others)."""
    standing = effective(corrections)
    changed = [place for place, one in enumerate(standing) if one["what"].get("action") != "sign"]
    last = max(changed, default=-1)
    found = [one for place, one in enumerate(standing) if place > last and one["what"].get("action") == "sign"]
    now = contents(result) if any(one["what"].get("of") for one in found) else ""
    return [one for one in found if one["what"].get("of", now) == now]


def contents(result: Result) -> str:
    """16 hex digits of the tables of a result, all that they say."""
    tables: list[dict[str, Any]] = [table.model_dump(mode="json", exclude_defaults=True) for table in result.tables]
    return hashlib.sha256(json.dumps([result.document.sha256, tables], sort_keys=True).encode()).hexdigest()[:16]


def _signature(one: Correction) -> str:
    when = str(one.get("when", ""))[:16].replace("T", " ")
    return f"signed by {one.get('who')} ({one['what'].get('meaning', 'checked')}), {when} UTC"
