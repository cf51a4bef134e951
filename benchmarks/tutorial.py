"""Runs a page of the documentation: writes its files, types its commands, in order, and nothing else.

    python benchmarks/tutorial.py docs/tutorials/another-table-class.md --out out/tutorial \
        --teacher 'hold|delay|interrupt' 'reduc|lower|adjust' 'discontinu|stop|resume' 'grade' \
        --replace sentence-transformers/all-MiniLM-L6-v2 FOLDER

Fences: `title="NAME"` is a file; `sh` is run by bash, `python` by this Python; others are only shown. `--teacher`
starts a stand-in (rule_teacher.py) in the place of the endpoint that the page names.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from rule_teacher import RuleTeacher

FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
ENDPOINT = "http://127.0.0.1:8080/v1"


class Step(NamedTuple):
    kind: str  # file, sh, python
    name: str  # of a file
    text: str


def steps(page: str, replace: Mapping[str, str] | None = None) -> list[Step]:
    """What a reader would do, with `replace` done in every text."""
    found = []
    for kind, name, text in FENCE.findall(page):
        for old, new in (replace or {}).items():
            text = text.replace(old, new)
        if name or kind in ("sh", "python"):
            found.append(Step("file" if name else kind, name, text))
    return found


def follow(todo: Sequence[Step], folder: Path) -> Iterator[str]:
    """Do `todo` in `folder`; yields what each command prints. Raises CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    for step in todo:
        if step.kind == "file":
            (folder / step.name).write_text(step.text, "utf-8")
            continue
        command = ["bash", "-euo", "pipefail", "-c"] if step.kind == "sh" else [sys.executable, "-c"]
        run = subprocess.run(
            [*command, step.text],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        yield run.stdout
        if run.returncode:
            raise subprocess.CalledProcessError(run.returncode, step.text, run.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/tutorial"))
    parser.add_argument("--teacher", nargs="+", default=[], help="patterns of the stand-in")
    parser.add_argument("--noise", type=float, default=0.1)
    parser.add_argument("--replace", nargs=2, action="append", default=[], metavar=("OLD", "NEW"))
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        replace = dict(options.replace)
        if options.teacher:
            replace[ENDPOINT] = stack.enter_context(RuleTeacher(options.teacher, options.noise)).url
        try:
            for said in follow(steps(options.page.read_text("utf-8"), replace), options.out):
                print(said, end="", flush=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"exit {error.returncode} of:\n{error.cmd}") from None


if __name__ == "__main__":
    main()
