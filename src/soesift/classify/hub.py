"""Model folders from and to a Hugging Face hub: `hf://owner/name@revision#sha256`.

A revision is a branch, a tag or a commit; without one, `main`. The part after `#` is the sha256 that names the folder,
that of its `card.json`. Only the files that the card lists are kept, each checked against it: nothing of a repository
is loaded that its card does not vouch for. Copies lie by commit in `$SOESIFT_CACHE`, or `~/.cache/soesift`; a commit
that is there is not asked for again. The hub is that of `HF_ENDPOINT`; the token is that of `HF_TOKEN` or of
`hf auth login`.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeVar

from soesift.classify.model_folder import Card, folder_sha256, verify
from soesift.errors import MissingExtra, ModelError
from soesift.files import make_folder

SCHEME = "hf://"
_ADDRESS = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([^#\s]+))?(?:#(?:sha256[:=])?([0-9a-f]{64}))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
T = TypeVar("T")


class Address(NamedTuple):
    """A model on a hub. sha256: of its card.json, empty where any is taken."""

    repository: str
    revision: str
    sha256: str = ""

    def __str__(self) -> str:
        return f"{SCHEME}{self.repository}@{self.revision}"


def parse_address(text: str) -> Address:
    """The parts of `hf://owner/name@revision#sha256`. Raises ModelError."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ModelError(
            f"{text}: not an address; write hf://owner/name, hf://owner/name@revision, with #SHA256 if you like"
        )
    return Address(found[1], found[2] or "main", found[3] or "")


def local_model(model: str) -> str:
    """The name or folder as it is; of an address on a hub, the folder of its checked copy. Raises ModelError."""
    return str(fetch_model(model)) if model.startswith(SCHEME) else model


def fetch_model(text: str) -> Path:
    """The folder of a model on a hub, copied and checked, or the copy that is there. Raises ModelError."""
    address = parse_address(text)
    kept = _cache() / address.repository.replace("/", "--")
    if _COMMIT.fullmatch(address.revision) and (kept / address.revision).is_dir():
        return _checked(kept / address.revision, address)
    commit = _asked(address, lambda hub: str(hub.model_info(address.repository, revision=address.revision).sha))
    if not (kept / commit).is_dir():
        _copy(address, commit, kept / commit)
    return _checked(kept / commit, address)


def publish(folder: Path, repository: str, private: bool = False, message: str = "") -> str:
    """Put a model folder on the hub, its card as the repository's page; the address, by commit and sha256. Raises
    ModelError.
    """
    card = verify(folder)
    address = parse_address(f"{SCHEME}{repository}")
    files = {name: (folder / name).read_bytes() for name in (*card.files, "card.json")}
    files["README.md"] = page_of(card, (folder / "card.md").read_text("utf-8")).encode()

    def put(hub: Any) -> str:
        from huggingface_hub import CommitOperationAdd

        hub.create_repo(address.repository, private=private, exist_ok=True)
        adds = [CommitOperationAdd(name, content) for name, content in sorted(files.items())]
        done = hub.create_commit(address.repository, adds, commit_message=message or f"{card.name} {card.version}")
        return str(done.oid)

    commit = _asked(address, put)
    return f"{SCHEME}{address.repository}@{commit}#{folder_sha256(folder)}"


def page_of(card: Card, text: str) -> str:
    """The card as a hub's page: what the hub reads first, then the text."""
    base = f"base_model: {card.base}\n" if re.fullmatch(r"[\w.-]+/[\w.-]+", card.base) else ""
    return f"---\nlibrary_name: soesift\ntags: [clinical-trials, schedule-of-events, onnx]\n{base}---\n\n{text}"


def _copy(address: Address, commit: str, target: Path) -> None:
    """The files that the card lists, whole and checked before they appear under their name."""
    stage = target.with_name(f".new-{uuid.uuid4().hex[:12]}")
    make_folder(stage)
    try:
        _asked(address, lambda hub: _bring(hub, address, commit, "card.json", stage))
        for name in _listed(stage, address):
            _asked(address, lambda hub, name=name: _bring(hub, address, commit, name, stage))  # type: ignore[misc]
        verify(stage)
        if not target.is_dir():
            os.replace(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _listed(folder: Path, address: Address) -> list[str]:
    try:
        names = list(Card.model_validate_json((folder / "card.json").read_bytes()).files)
    except ValueError:
        raise ModelError(f"{address}: its card.json is not one of a SoESift model; see soesift publish") from None
    away = [
        name for name in names if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name
    ]
    if away:
        raise ModelError(f"{address}: its card names a file outside of the folder ({away[0]})")
    return names


def _bring(hub: Any, address: Address, commit: str, name: str, folder: Path) -> None:
    there = hub.hf_hub_download(address.repository, name, revision=commit)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(there, folder / name)


def _checked(folder: Path, address: Address) -> Path:
    verify(folder)
    if address.sha256 and folder_sha256(folder) != address.sha256:
        raise ModelError(f"{address}: its sha256 is {folder_sha256(folder)}, and {address.sha256} was asked for")
    return folder


def _asked(address: Address, what: Callable[[Any], T]) -> T:
    """What the hub answers; its refusals and silences as one line."""
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError
    except ImportError:
        raise MissingExtra("huggingface-hub", "data") from None
    try:
        return what(HfApi(library_name="soesift"))
    except EntryNotFoundError as error:
        raise ModelError(f"{address}: not a model of SoESift, or not whole ({_line(error)})") from error
    except HfHubHTTPError as error:
        raise ModelError(f"{address}: the hub refused ({_line(error)}); see HF_TOKEN and HF_ENDPOINT") from error
    except Exception as error:  # of whatever client the hub's library uses
        raise ModelError(
            f"{address}: the hub cannot be asked ({_line(error)}); see HF_ENDPOINT and HF_HUB_OFFLINE"
        ) from error


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:160]


def _cache() -> Path:
    base = os.environ.get("SOESIFT_CACHE") or Path.home() / ".cache" / "soesift"
    return Path(base) / "models"
