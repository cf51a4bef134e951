"""A page that ends its reader costs that page: the document is read again around it, within the same time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soesift.detect.options import MORE_TIME
from soesift.process.child import NONE
from soesift.process.worker import PageTookTooLong, TookTooLong, Worker, WorkerDied, too_long

if TYPE_CHECKING:
    from soesift.process.child import Task, Tell

FROM_OUTSIDE = "by SIGKILL"  # of the system where memory ends, or of anybody: the page in hand may be innocent
NOT_THE_PAGE = ("by SIGTERM", "by SIGXCPU", "by SIGALRM")  # told to end, or out of time


@dataclass(frozen=True, slots=True)
class AroundSettings:
    """page_share: of the time that is left one page may take so much (0 to 1; half, so that the rest can be read).
    most: pages of a document that may end their reader (from 0); one more, and the document is given up.
    """

    page_share: float = 0.5
    most: int = 20


AROUND = AroundSettings()


def run_around(
    worker: Worker, task: Task, seconds: float, tell: Tell, settings: AroundSettings = AROUND
) -> dict[str, Any]:
    """The answer to a task that reads a document and does not touch the pages of `task["without"]` (see `without`).

    Pages that end their process, take too long or need too much memory are put there one by one. Raises WorkerDied
    where no page is to blame, TookTooLong after `seconds` in all, and Stopped.
    """
    left, end = seconds, time.monotonic() + seconds
    spared: dict[int, str] = {}
    struck: set[int] = set()  # pages in hand when a process was ended from outside
    while True:
        answer, fault = _once(worker, {**task, "without": _packed(spared)}, left, tell, settings)
        page, left = worker.page, end - time.monotonic()
        if fault is None or page == NONE or page in spared or len(spared) >= settings.most or left <= 0:
            return _given(answer, fault, seconds)
        if str(fault) == FROM_OUTSIDE and page not in struck:
            struck.add(page)
        elif str(fault) in NOT_THE_PAGE:
            raise fault
        else:
            spared[page] = _why(fault)


def without(task: Task) -> dict[int, str]:
    """Pages, from 1, that a task's reader does not touch, each with why."""
    return {int(page): str(why) for page, why in task.get("without", {}).items()}


def _packed(pages: dict[int, str]) -> dict[str, str]:
    return {str(page): why for page, why in pages.items()}


def _once(
    worker: Worker, task: Task, left: float, tell: Tell, settings: AroundSettings
) -> tuple[dict[str, Any], WorkerDied | TookTooLong | MemoryError | None]:
    """The answer, and what went wrong in a way that a page may be to blame for."""
    try:
        answer = worker.run(task, left, tell, left * settings.page_share)
    except (WorkerDied, TookTooLong) as error:
        return {}, error
    return answer, MemoryError() if answer.get("last") else None


def _given(
    answer: dict[str, Any], fault: WorkerDied | TookTooLong | MemoryError | None, seconds: float
) -> dict[str, Any]:
    if isinstance(fault, TookTooLong):
        raise too_long(seconds) from fault
    if isinstance(fault, WorkerDied):
        raise fault
    return answer


def _why(fault: WorkerDied | TookTooLong | MemoryError) -> str:
    """What is said of a page that was in hand."""
    if isinstance(fault, PageTookTooLong):
        return f"the page {fault}; {MORE_TIME}"
    if isinstance(fault, WorkerDied):
        return f"the page ended its reader ({fault}): it is damaged, or needs more memory than a document may have"
    return "the page needs more memory than a document may have"
