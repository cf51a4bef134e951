"""A service whose reader dies, hangs or eats memory on documents that say so; run as a script by tests.

python fragile_service.py SETTINGS_JSON
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from soesift.process.child import Task, Tell
from soesift.serve.app import serve
from soesift.serve.service import Settings, Works, detect_document, open_service
from soesift.web import take_token


def fragile(task: Task, tell: Tell) -> dict[str, Any]:
    """What a parser with a fault might do, decided by the document's words."""
    path = Path(task["document"])
    content = path.read_bytes()
    if b"please crash" in content:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"please hang" in content:
        tell(1, 2, "")
        time.sleep(60)
    if b"please stumble" in content:  # the first run of a document crashes, the second does not
        seen = path.with_suffix(".seen")
        if not seen.exists():
            seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if b"please eat" in content:
        bytearray(4_000_000_000)
    if b"please wait" in content:
        for page in range(1, 5):
            tell(page, 4, "")
            time.sleep(0.3)
    if b"toy" in content:
        Path(task["result"]).write_text(TOY.replace("NAME", task["name"]))
        return {}
    return detect_document(task, tell)


TOY = """{"format": "soe-result/1", "document": {"name": "NAME", "sha256": "", "has_soe": "no"}, "model":
{"name": "toy", "version": "1", "sha256": "", "threshold": 0.5, "unsure_threshold": 0.2}}"""


def main() -> None:
    settings = Settings.model_validate_json(sys.argv[1])
    serve(
        open_service(settings, take_token(settings.host), Works(detect=fragile)), lambda line: print(line, flush=True)
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import fragile_service  # workers know the function by the name of its module, which here is __main__

    fragile_service.main()
