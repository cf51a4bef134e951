from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from soesift.config import load_toml
from soesift.errors import UsageError


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    max_tokens: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sampling: Inner = Inner()
    arms: list[Inner] = []
    name: str


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(text)
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    read = load_toml(write(tmp_path, 'name = "a"\n[sampling]\nmax_tokens = 7\n'), Outer)
    assert (read.name, read.sampling.max_tokens) == ("a", 7)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('nmae = "a"\nname = "b"', "unknown key nmae; did you mean name?"),
        ('name = "a"\n[sampling]\nmax_token = 7', "unknown key sampling.max_token; did you mean max_tokens?"),
        ('name = "a"\n[[arms]]\nmax_tokenz = 7', "unknown key arms.0.max_tokenz; did you mean max_tokens?"),
        ('name = "a"\nzzz = 1', "unknown key zzz; known: sampling, arms, name"),
        ("", "name: field required"),
        ('name = "a"\n[sampling]\nmax_tokens = "x"', "sampling.max_tokens: input should be a valid integer"),
        ("name = ", "is not TOML"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_toml(write(tmp_path, text), Outer)
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_toml(tmp_path / "none.toml", Outer)
