"""Sentences of the documentation that are longer than 30 words, with their page and line.

    python benchmarks/sentences.py [PAGE...]        all pages without PAGE; exits 1 where there is one

Code, tables and the targets of links are left out; a code span counts as one word. A colon or semicolon ends a sentence
too: what stands before it can be read by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST = 30
ENDS = re.compile(r"(?<=[.!?:;])[)\"*_]*\s+")


def pages() -> list[Path]:
    """The pages of the documentation, and those at the top of the project."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def long_sentences(text: str, most: int = MOST) -> Iterator[tuple[int, int, str]]:
    """Line (from 1), words and text of each sentence with more than `most` words."""
    for line, paragraph in paragraphs(text):
        plain = re.sub(r"`[^`]*`", "x", re.sub(r"\]\([^)]*\)", "]", paragraph))
        for sentence in ENDS.split(plain):
            words = [word for word in sentence.split() if re.search(r"\w", word)]
            if len(words) > most:
                yield line, len(words), " ".join(words)


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs and items of lists as one line each, with the number of their first line."""
    kept: list[str] = []
    start, code = 1, False
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        fence = line.lstrip().startswith("```")
        code ^= fence
        apart = code or fence or not line.strip() or line.startswith(("|", "#", "    ", "<!--", "::: "))
        if (apart or re.match(r"\s*(?:[-*]|\d+\.)\s", line)) and kept:
            yield start, " ".join(kept)
            kept = []
        if not apart:
            start = start if kept else number
            kept.append(line.strip())


def main(names: list[str]) -> int:
    found = 0
    for page in [Path(name) for name in names] or pages():
        for line, words, sentence in long_sentences(page.read_text("utf-8")):
            found += 1
            print(f"{page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}:{line}: {words} words: {sentence}")
    print(f"{found} sentences of more than {MOST} words")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
