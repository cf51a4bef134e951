"""What is no readable DOCX: one line, with the file's name and what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from soesift.document.docx import read_docx
from soesift.document.docx_xml import STRICT
from soesift.errors import DocumentError


def package(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(f"{name.replace('__', '/')}.xml", content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read_docx(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.docx")


@pytest.mark.parametrize("content", [b"", b"plain text", b"PK\x03\x04 cut off"])
def test_not_a_package(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.docx"
    path.write_bytes(content)
    assert "not a readable DOCX" in refused(path)


def test_encrypted_or_old(tmp_path: Path) -> None:
    path = tmp_path / "old.docx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert "password" in refused(path)


def test_no_main_part(tmp_path: Path) -> None:
    assert "word/document.xml is missing" in refused(package(tmp_path / "sheet.docx", xl__workbook="<a/>"))


@pytest.mark.parametrize("content", ["<w:document>", "not xml", ""])
def test_damaged_xml(tmp_path: Path, content: str) -> None:
    assert "damaged" in refused(package(tmp_path / "cut.docx", word__document=content))


def test_entity_bomb(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    assert "document type" in refused(package(tmp_path / "bomb.docx", word__document=bomb))


def test_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<d/>")
        archive.writestr("word/media/a.bin", bytes(40 * 2**20))
    assert "would unpack to 40 MB" in refused(path)


def test_nested_beyond_reason(tmp_path: Path) -> None:
    text = "<a>" * 5000 + "</a>" * 5000
    assert "\n" not in refused(package(tmp_path / "deep.docx", word__document=text))


def test_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = package(tmp_path / "flip.docx", word__document="<d>" + "text " * 400 + "</d>")
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    refused(path)


def test_strict_namespace_and_other_place_of_the_main_part(tmp_path: Path) -> None:
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="/w2/main.xml"/></Relationships>'
    body = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    main = f'<w:document xmlns:w="{STRICT}"><w:body>{body}</w:body></w:document>'
    path = tmp_path / "strict.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", relations)
        archive.writestr("w2/main.xml", main)
    assert [t.grid for t in read_docx(path)] == [[["a"]]]


def test_a_document_without_tables(tmp_path: Path) -> None:
    assert read_docx(package(tmp_path / "none.docx", word__document="<d/>")) == []
