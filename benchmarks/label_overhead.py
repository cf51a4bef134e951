"""Requests a second that labelling handles beside the provider's own time, and kills during labelling.

Run from the root of the repository: python benchmarks/label_overhead.py [--requests 6000] [--kills 20]
The server is a process of its own on the loopback address that answers at once; 32 connections.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests" / "label"
sys.path.insert(0, str(TESTS))

from test_label_kill import kill_often  # noqa: E402
from toys import config, toys  # noqa: E402

from soesift.label.config import LabelConfig  # noqa: E402
from soesift.label.ledger import Ledger  # noqa: E402
from soesift.label.providers.choose import open_provider  # noqa: E402
from soesift.label.run import Outcome, label_tables  # noqa: E402


def throughput(requests: int, folder: Path) -> tuple[Outcome, float]:
    """The outcome of one run and its processor seconds."""
    server = subprocess.Popen([sys.executable, str(TESTS / "loopback.py")], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        how = config(url, run={"concurrency": 32, "concurrency_max": 32})
        return asyncio.run(_label(how, requests, Ledger(folder / "l.db")))
    finally:
        server.kill()


async def _label(how: LabelConfig, requests: int, ledger: Ledger) -> tuple[Outcome, float]:
    provider, records = open_provider(how.provider), toys(requests)
    started = time.process_time()
    outcome = await label_tables(records, how, ledger, provider)
    used = time.process_time() - started
    await provider.close()
    ledger.close()
    return outcome, used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome, used = throughput(given.requests, Path(folder))
    assert outcome.labelled == given.requests, outcome
    rate, each = outcome.labelled / outcome.seconds, used / outcome.labelled
    print(f"{rate:.0f} requests/s handled over 32 connections; {1000 * each:.2f} ms of processor time a request")
    print(f"so {1 / each:.0f} requests/s on a core of its own")
    if given.kills:
        with tempfile.TemporaryDirectory() as folder:
            twice, answered_twice = kill_often(Path(folder), given.kills, tables=200)
        print(f"{given.kills} SIGKILLs: 0 committed answers asked again, 0 lost")
        print(f"{twice} in flight at a kill were asked again; {answered_twice} the server had finished")


if __name__ == "__main__":
    main()
