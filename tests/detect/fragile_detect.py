"""`soesift` whose reader dies, hangs or eats memory on pages of documents; run as a script by tests.

The variable KILLS says which pages and how: "3:segv 5:hang".
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from typing import Any

from soesift.detect import batch, reading
from soesift.detect.batch import AroundSettings, run_around
from soesift.document import pdf
from soesift.document import running_lines as furniture
from soesift.witness import pictures

read_page, draw = pdf.read_page, pictures._draw


def kills() -> dict[int, str]:
    return {int(page): how for page, _, how in (one.partition(":") for one in os.environ["KILLS"].split())}


def obey(page: int, hows: tuple[str, ...]) -> None:
    """What a parser with a fault might do."""
    how = kills().get(page, "")
    if how not in hows:
        return
    if how == "hang":
        time.sleep(600)
    if how == "eat":
        bytearray(8_000_000_000)
    if how == "exit":
        os._exit(9)
    if how == "once":  # as when somebody else ends the process
        seen = os.environ["SEEN"]
        if os.path.exists(seen):
            return
        open(seen, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), {"drawn": signal.SIGABRT, "kill": signal.SIGKILL}.get(how, signal.SIGSEGV))


def fragile_page(document: Any, index: int) -> Any:
    page = read_page(document, index)
    obey(index + 1, ("segv", "hang", "eat", "exit", "kill", "once"))
    return page


def fragile_draw(document: Any, number: int, settings: Any) -> Any:
    from soesift.process.child import page_in_hand

    page_in_hand(number)
    obey(number, ("drawn",))
    return draw(document, number, settings)


reading.read_page = furniture.read_page = fragile_page
pictures._draw = fragile_draw
batch.run_around = partial(run_around, settings=AroundSettings(page_share=0.1))  # type: ignore[assignment]

if __name__ == "__main__":
    from soesift.cli.main import main

    sys.exit(main())
