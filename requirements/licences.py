"""The licences of everything that soesift needs, as the installed packages state them.

    python requirements/licences.py [EXTRA...]      a table: package, version, licence, who says so

Without extras: what `pip install soesift` brings. Packages that are not installed are named and not judged. Nor is
the run time of a CUDA build of torch (cuda.txt): torch brings it where the user chose that build; see docs/licences.md.
Exits 1 if a licence is outside the allowed set. A package's statement says nothing of libraries inside its wheel.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Zlib",
    "Apache-2.0 WITH LLVM-exception",
}
# Old classifiers and free text, as the SPDX name that they stand for ("BSD" without number: the clause is not said).
SPELT = {
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "mit license": "MIT",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psfl": "PSF-2.0",
    "bsd-3-clause, apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}
CUDA = frozenset(Path(__file__).with_name("cuda.txt").read_text("utf-8").split())


class Stated(NamedTuple):
    package: str
    version: str
    licence: str
    by: str  # the field of the metadata
    allowed: bool


def needed(extras: Iterable[str] = ()) -> tuple[list[Distribution], list[str]]:
    """Installed packages in the tree of soesift with `extras`, and the names of those not installed."""
    waiting = [("soesift", frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, Distribution] = {}
    missing: set[str] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            missing.add(name)
            continue
        waiting += [one for one in _requirements(found[name], wanted) if not _of_cuda(name, one[0])]
    found.pop("soesift", None)
    return [found[name] for name in sorted(found)], sorted(missing)


def _of_cuda(asks: str, name: str) -> bool:
    """Whether torch, or a part of its CUDA run time, asks for a part of that run time; who else does is judged."""
    return name in CUDA and (asks == "torch" or asks in CUDA)


def _requirements(package: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for line in package.requires or ():
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(one.name), frozenset(one.extras)


def stated(package: Distribution) -> Stated:
    """What a package says: its SPDX expression, else its classifiers, else the first line of its licence field."""
    about = package.metadata
    classifiers = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    classifiers = [c for c in classifiers if c != "OSI Approved"]
    if about.get("License-Expression"):
        text, by = about["License-Expression"], "expression"
    elif classifiers:
        text, by = " AND ".join(map(spdx, classifiers)), "classifier"
    else:
        text, by = spdx((about.get("License") or "nothing").strip().splitlines()[0][:60]), "text"
    return Stated(about["Name"], package.version, text, by, is_allowed(text))


def spdx(text: str) -> str:
    return SPELT.get(text.strip().lower(), text.strip())


def is_allowed(expression: str) -> bool:
    """Whether one of the alternatives (OR) of an expression consists of allowed licences only (AND)."""
    plain = re.sub(r"[()]", "", expression)
    return any(
        all(part.strip() in ALLOWED for part in re.split(r"\s+AND\s+", one)) for one in re.split(r"\s+OR\s+", plain)
    )


def main(extras: list[str]) -> int:
    packages, missing = needed(extras)
    rows = [stated(package) for package in packages]
    print("| package | version | licence | stated in |\n|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.package} | {row.version} | {row.licence}{'' if row.allowed else ' **not allowed**'} | {row.by} |"
        )
    if missing:
        print(f"\nNot installed here, so not judged: {', '.join(missing)}.")
    return int(not all(row.allowed for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
