"""Set everything up and run it, with Python 3.11 alone: uv installs where it can be had, pip elsewhere.

python3 bootstrap.py demo [FILE...]   a virtual environment, the package, and detection on a sample protocol
                                      (made on the spot), or on your own files
python3 bootstrap.py app [FOLDER]     the same, and the app in the browser: drop, check, mend, sign, take away
python3 bootstrap.py test [PYTEST...] the same with what the tests need, then the tests (-n 0: in one process)
python3 bootstrap.py test --light     the quick tests of reading, tables, joining, schedules, selection and export:
                                      without torch, under two minutes on two cores
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import venv
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
TORCH = "torch==2.13.0"  # before the rest, so that no other package chooses a larger build
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
REACHED_S = 5.0  # seconds in which the index of CPU builds must answer
UNTOUCHED = (  # pip's settings that change nothing of what is installed; others, but for CARRIED, leave the work to pip
    "break-system-packages",
    "cache-dir",
    "cert",
    "default-timeout",
    "disable-pip-version-check",
    "no-cache-dir",
    "no-color",
    "no-input",
    "no-warn-script-location",
    "progress-bar",
    "require-virtualenv",
    "retries",
    "root-user-action",
    "timeout",
)
CARRIED = ("constraint", "extra-index-url", "find-links", "index-url")  # uv has options of the same names
LIGHT = [
    "burden",
    "classify",
    "diff",
    "document",
    "evaluate",
    "export",
    "join",
    "result",
    "schedule",
    "select",
    "table",
    "view",
]
NOT_LIGHT = (  # of them, files that start processes or servers, read or draw pictures, fit models, simulate for long,
    # or hold what is read against another library's reading at length
    "burden/test_burden_verb.py",
    "classify/test_hub.py",
    "classify/test_student_serialise.py",
    "classify/test_trees.py",
    "classify/test_wordpiece.py",
    "diff/test_diff_and_burden_docs.py",
    "diff/test_diff_exactness.py",
    "diff/test_diff_verb.py",
    "document/test_glance_recipe.py",
    "document/test_kind.py",
    "document/test_ocr.py",
    "document/test_ocr_rules.py",
    "document/test_scan_dark.py",
    "document/test_scan_glance.py",
    "document/test_scan_print.py",
    "document/test_scan_signs.py",
    "evaluate/test_benchmark_figures.py",
    "evaluate/test_bootstrap.py",
    "export/test_edc.py",
    "export/test_hand_off.py",
    "export/test_parquet.py",
    "schedule/test_column_meaning.py",
    "schedule/test_visits_by_the_hundred.py",
    "select/test_certified.py",
    "select/test_confirmed.py",
    "select/test_counted_again.py",
    "select/test_crowd.py",
    "select/test_guarantee_moved.py",
    "select/test_recentre.py",
    "select/test_select_verb.py",
    "select/test_selection_report.py",
    "select/test_stale.py",
)


class Kind(NamedTuple):
    """What is installed for a verb."""

    extras: str
    group: str  # of [dependency-groups] in pyproject.toml, or none
    megabytes: int  # of wheels to download, without torch, about


KINDS = {
    "demo": Kind("app", "", 250),
    "light": Kind("app", "light", 260),
    "test": Kind("app,data,train", "test", 600),
}


def main() -> int:
    """Run the verb named on the command line."""
    verb, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is checked
        print("soesift needs Python 3.11 or later; run this file with it", file=sys.stderr)
        return 2
    if verb == "demo":
        return demo(rest)
    if verb == "app":
        return app(rest)
    if verb == "test":
        return test(rest)
    print(__doc__, file=sys.stderr)
    return 2


def demo(files: list[str]) -> int:
    """Detect on a sample protocol, or on the files given."""
    install("demo")
    soesift = str(BIN / "soesift")
    if not files:
        subprocess.run([soesift, "sample", "--out", "out/sample", "--seed", "0"], check=True, cwd=ROOT)
        files = ["out/sample"]
    command = [soesift, "detect", *files, "--out", "out", "--format", "json,xlsx,csv,html"]
    return subprocess.run(command, env=around()).returncode


def app(rest: list[str]) -> int:
    """The app on a folder, in the browser; Ctrl-C ends it."""
    install("demo")
    try:
        return subprocess.run([str(BIN / "soesift"), "app", *rest], env=around()).returncode
    except KeyboardInterrupt:
        return 0


def test(rest: list[str]) -> int:
    """What the tests need, then pytest; with --light only what needs no torch."""
    if "--light" in rest:
        install("light")
        rest = [*(word for word in rest if word != "--light"), *light()]
    else:
        install("test")
    return subprocess.run(
        [str(BIN / "python"), "-m", "pytest", *workers(), *rest], cwd=ROOT, env=around("1")
    ).returncode


def workers() -> list[str]:
    """A process for each of up to four cores, a file for each at a time, in the order of tests/conftest.py."""
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder"]


def around(threads: str = "") -> dict[str, str]:
    """The environment of what is run: what is imported is compiled once, also where Python is told to keep nothing.

    Packages come uncompiled and the tests start hundreds of processes; each would compile all again, torch for 6 s.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads} | kept if threads else kept


def light() -> list[str]:
    """What pytest is told so that it runs the light tests."""
    return [*(f"tests/{folder}" for folder in LIGHT), *(f"--ignore=tests/{name}" for name in NOT_LIGHT)]


def install(name: str) -> None:
    """Make the environment once; again when pyproject.toml has changed."""
    kind, stamp = KINDS[name], HOME / f"soesift-{name}.txt"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print(f"Making an environment in {HOME}", flush=True)
        venv.create(HOME, with_pip=False)  # its own comes with the packages; to unpack Python's takes seconds
    if "train" in kind.extras:
        install_torch()
    print(f"Installing soesift[{kind.extras}]: about {kind.megabytes} MB to download where nothing is kept", flush=True)
    bring("pip", "--editable", f".[{kind.extras}]", *(members(kind.group) if kind.group else ()))
    stamp.write_text(digest)


def members(group: str) -> list[str]:
    """The requirements of a dependency group and of those it includes; the pip of Python 3.11 knows no --group."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    found: list[str] = []
    for one in groups[group]:
        found += [one] if isinstance(one, str) else members(one["include-group"])
    return found


def install_torch() -> None:
    """The build without CUDA where its index can be reached; elsewhere what pip finds.

    Never by uv: where it does not see a build that pip's settings point to, it fetches gigabytes.
    """
    if sys.platform == "linux" and reached(CPU_BUILDS + "/torch/"):
        print(f"Installing {TORCH}, the build for CPUs: about 200 MB to download", flush=True)
        pip(TORCH, "--extra-index-url", CPU_BUILDS)  # of equal versions pip takes the one marked +cpu
        return
    large = (
        f"; {CPU_BUILDS} is out of reach, and a build with CUDA is about 2,500 MB" if sys.platform == "linux" else ""
    )
    print(f"Installing {TORCH}: about 120 MB to download{large}", flush=True)
    pip(TORCH)


def reached(url: str) -> bool:
    """Whether an address answers soon."""
    try:
        with urllib.request.urlopen(url, timeout=REACHED_S) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def bring(*words: str) -> None:
    """Install with uv, which needs a tenth of pip's time, or with pip where uv is not to be had, or fails."""
    if (found := uv()) and (settings := carried(pip_settings())) is not None:
        command = [found, "pip", "install", "--python", str(BIN.parent), "--index-strategy", "unsafe-best-match"]
        code, said = told_run([*command, *settings, *words], around_uv())
        if code == 0:
            return
        print(f"  uv ended with code {code} ({(said or [''])[-1].strip()}); pip goes on, in minutes", flush=True)
    pip(*words)


@cache
def uv() -> str:
    """Where uv is: on the path, or installed from where pip installs; nothing where it is not to be had."""
    if found := shutil.which("uv"):
        return found
    run = subprocess.run([*pip_command(), "install", "--quiet", "--no-compile", "uv"], cwd=ROOT, capture_output=True)
    return str(BIN / "uv") if run.returncode == 0 else ""


def around_uv() -> dict[str, str]:
    """The environment of uv, which trusts whom the machine, or pip, is told to trust."""
    own = pip_settings().get("cert", "")
    return os.environ | {"UV_SYSTEM_CERTS": "1"} | ({"SSL_CERT_FILE": own} if own else {})


@cache
def pip_settings() -> dict[str, str]:
    """What files and variables tell `pip install`, by name; of several the one that pip follows."""
    run = subprocess.run([*pip_command(), "config", "list"], cwd=ROOT, capture_output=True, text=True)
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=(.*)$", run.stdout, re.MULTILINE)
    ordered = sorted(found, key=lambda one: ("global", "install", ":env:").index(one[0]))
    return {name: str(ast.literal_eval(value)) for _, name, value in ordered}


def carried(settings: dict[str, str]) -> list[str] | None:
    """pip's settings as options of uv, or None if one of them may not be followed by it."""
    if set(settings) - {*UNTOUCHED, *CARRIED}:
        return None
    values = ((name, value) for name in CARRIED for value in settings.get(name, "").split())
    return [word for name, value in values for word in (f"--{name}", value)]


@cache
def pip_command() -> list[str]:
    """The pip of the Python that runs this, working for the environment; one of its own where there is none so new."""
    python = str(BIN / "python")
    if importlib.util.find_spec("pip") and [int(n) for n in re.findall(r"\d+", version("pip"))[:2]] >= [22, 3]:
        # the environment's folder: pip finds no "Scripts\\python" without its ".exe"
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(BIN.parent)]
    subprocess.run([python, "-m", "ensurepip"], check=True, capture_output=True)
    return [python, "-m", "pip", "--disable-pip-version-check"]


def pip(*words: str) -> None:
    """Install, telling what is downloaded as it comes; what pip said in full if it fails. Raises SystemExit."""
    command = [*pip_command(), "install", "--progress-bar", "off"]
    command.append("--no-compile")  # modules are compiled as they are first imported; most never are
    code, said = told_run([*command, *words], dict(os.environ))
    if code:
        print("".join(said[-40:]), file=sys.stderr)
        raise SystemExit(f"pip ended with code {code}; its last lines stand above")


def told_run(command: list[str], around: dict[str, str]) -> tuple[int, list[str]]:
    """Run, showing of each line what is worth it: exit code, and all lines."""
    said = []
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, cwd=ROOT, text=True, env=around) as run:
        assert run.stdout is not None
        for line in run.stdout:
            said.append(line)
            if shown := told(line):
                print(f"  {shown}", flush=True)
    return run.returncode, said


def told(line: str) -> str:
    """What of a line of pip's or uv's is worth showing: a download with its size, and the last step."""
    if found := re.match(r"\s*Downloading (?:\S*/)?([^\s/]+\.(?:whl|tar\.gz))(?:\.metadata)? \(([\d.]+ .?B)\)", line):
        return f"{found[1]}, {found[2]}" if "metadata (" not in line and found[2][-2:] == "MB" else ""
    if found := re.match(r"Downloading (\S+) \(([\d.]+MiB)\)", line):
        return f"{found[1]}, {found[2]}"
    if found := re.match(r"Installed (\d+) packages? in", line):
        return f"{found[1]} packages installed"
    if line.startswith("Installing collected packages"):
        return f"unpacking {line.count(',') + 1} packages; this takes a minute"
    return ""


if __name__ == "__main__":
    sys.exit(main())
