"""Prompts: a task (what class of table) put into a prompt file (how to ask) for one view.

Both are versioned TOML files, shipped or the user's own. What does not change comes first (system text, then
few-shot examples as turns), the table last, so that a server's prompt cache works.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import load_toml
from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.view import render, view_named
from soesift.view.picture import NAME as PICTURE

Message = dict[str, Any]  # role and content: text, or parts of text and picture
Label = str  # "yes", "no", "unsure"; of a task with classes, the name of a class in place of the first two
SHIPPED = {
    "page": "page-v1",
    PICTURE: "picture-v1",
    "header": "part-v1",
    "first_column": "part-v1",
}  # by view; all others show a whole table
SHIPPED_CLASSES = {"page": "classes-page-v1"}  # the same for tasks with classes; others take classes-v1


class TableClass(BaseModel):
    """One of the classes of a task. words: that a teacher may answer with (none: its name in capitals)."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    words: list[str] = []
    definition: str

    @model_validator(mode="after")
    def _spelt(self) -> TableClass:
        self.words = self.words or [self.name.upper()]
        if self.name in ("yes", "no", "unsure"):
            raise ValueError(f"no class may be called {self.name}")
        return self


class Labels(BaseModel):
    """The words that a teacher may answer with; the first of each list is the one asked for.

    Either `yes` and `no`, or at least two classes.
    """

    model_config = ConfigDict(extra="forbid")
    yes: list[str] = []
    no: list[str] = []
    unsure: list[str] = []
    classes: list[TableClass] = Field(default=[], alias="class")

    @model_validator(mode="after")
    def _enough(self) -> Labels:
        if bool(self.classes) == bool(self.yes or self.no) or bool(self.yes) != bool(self.no):
            raise ValueError("labels are words for yes and no, or classes ([[labels.class]]), not both")
        if self.classes and len({one.name for one in self.classes}) < max(2, len(self.classes)):
            raise ValueError("labels need at least two classes of different names")
        spelt = [word.casefold() for words in self.kinds().values() for word in words]
        if self.classes and len(set(spelt)) < len(spelt):
            raise ValueError("two classes share an answer word")
        return self

    def kinds(self) -> dict[Label, list[str]]:
        """Each label with its words: yes, no, unsure; or the classes and unsure."""
        if self.classes:
            return {one.name: one.words for one in self.classes} | {"unsure": self.unsure}
        return {"yes": self.yes, "no": self.no, "unsure": self.unsure}

    def words(self) -> dict[str, Label]:
        return {word: label for label, words in self.kinds().items() for word in words}

    def asked(self) -> tuple[str, ...]:
        """The word asked for of each label that has one."""
        return tuple(words[0] for words in self.kinds().values() if words)


class Example(BaseModel):
    """A toy table with its answer; each view renders it itself."""

    model_config = ConfigDict(extra="forbid")
    answer: str  # yes or no, or the name of a class
    grid: list[list[str]]
    header_rows: int = 0
    caption: str = ""
    above: str = ""
    below: str = ""


class Task(BaseModel):
    """The class of table looked for: everything that a prompt file says about it."""

    model_config = ConfigDict(extra="forbid")
    id: str
    name: str
    source: str
    definition: str
    traits: list[str]
    cue_words: list[str] = []
    not_classes: list[str] = []
    titles: list[str] = []
    labels: Labels
    example: list[Example] = []

    @model_validator(mode="after")
    def _known(self) -> Task:
        known = [label for label in self.labels.kinds() if label != "unsure"]
        wrong = [one.answer for one in self.example if one.answer not in known]
        if wrong:
            raise ValueError(f"example answers {wrong[0]!r}; known are {', '.join(known)}")
        return self


class PromptFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    views: list[str]
    system: str
    user: str


@dataclass(frozen=True)
class Prompt:
    """Ready to ask: `prefix` (the same for all tables), `user` with `{{view}}` open, `hash` over both."""

    id: str
    view: str
    prefix: tuple[Message, ...]
    user: str
    labels: Labels
    hash: str

    def messages(self, text: str, address: str = "") -> list[Message]:
        """The turns with a table's text put in, or with a picture at `address` in its place."""
        if not address:
            return [*self.prefix, {"role": "user", "content": self.user.replace("{{view}}", text)}]
        before, _, after = self.user.partition("{{view}}")
        shown = {"type": "image_url", "image_url": {"url": address}}
        parts = [{"type": "text", "text": before.strip()}, shown, {"type": "text", "text": after.strip()}]
        return [*self.prefix, {"role": "user", "content": parts}]


def load_task(name: str) -> Task:
    """A shipped task by name ("soe-v1") or a TOML file by path. Raises UsageError."""
    return load_toml(_find(name, "tasks"), Task)


def load_prompt(name: str) -> PromptFile:
    """A shipped prompt by name ("page-v1") or a TOML file by path. Raises UsageError."""
    return load_toml(_find(name, "prompts"), PromptFile)


def prompt_for(view: str, task: Task, name: str | None = None) -> Prompt:
    """The prompt for `view`; `name` None takes the shipped one. Raises UsageError if it is not for `view`."""
    view_named(view)  # an unknown view is the first mistake to tell
    shipped = SHIPPED_CLASSES.get(view, "classes-v1") if task.labels.classes else SHIPPED.get(view, "table-v1")
    file = load_prompt(name or shipped)
    if view not in file.views:
        raise UsageError(f"prompt {file.id} is for {', '.join(file.views)}, not for view {view}; name another prompt")
    system, user = _filled(file.system, task, view), _filled(file.user, task, view)
    prefix: list[Message] = [{"role": "system", "content": system}]
    for number, example in enumerate([] if view == PICTURE else task.example):  # toys have no page to be seen on
        text = render(view, _record(example, number)).text
        prefix.append({"role": "user", "content": user.replace("{{view}}", text)})
        prefix.append({"role": "assistant", "content": task.labels.kinds()[example.answer][0]})
    digest = sha256(json.dumps([prefix, user], ensure_ascii=False))
    return Prompt(f"{task.id}/{file.id}", view, tuple(prefix), user, task.labels, digest)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _find(name: str, folder: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    shipped = Path(str(files("soesift.label"))) / folder
    if not (shipped / f"{name}.toml").is_file():
        known = ", ".join(sorted(path.stem for path in shipped.glob("*.toml")))
        raise UsageError(f"no {folder[:-1]} {name!r}; known: {known}; or give the path of a .toml file")
    return shipped / f"{name}.toml"


def _filled(template: str, task: Task, view: str) -> str:
    lists = {"traits": task.traits, "not_classes": task.not_classes}
    values = {key: "\n".join(f"({i}) {item}" for i, item in enumerate(items, 1)) for key, items in lists.items()}
    values |= {"name": task.name, "source": task.source, "definition": task.definition.strip()}
    values |= {"cue_words": ", ".join(task.cue_words), "titles": ", ".join(task.titles)}
    values |= {"note": view_named(view).note, **_answers(task.labels)}
    for key, value in values.items():
        template = template.replace("{{" + key + "}}", value)
    return template.strip()


def _answers(labels: Labels) -> dict[str, str]:
    """What a template may say of the answers: yes and no, or the classes."""
    if not labels.classes:
        return {"yes": labels.yes[0], "no": labels.no[0]}
    words = [one.words[0] for one in labels.classes]
    told = "\n".join(f"{one.words[0]}: {one.definition.strip()}" for one in labels.classes)
    return {"classes": told, "answers": f"{', '.join(words[:-1])} or {words[-1]}"}


def _record(example: Example, number: int) -> TableRecord:
    shown = example.model_dump(exclude={"answer"})
    return TableRecord(table_id=f"example-{number}", document="example", **shown)
