"""How the service runs: where it listens, what it may read, and the limits on what a client can ask of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from soesift.detect.options import Ocr

MB = 1_000_000


class Settings(BaseModel):
    """The keys of `serve.toml`; the options of `soesift serve` go before them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8321, ge=0, le=65535)
    data: Path = Path("soesift-serve")  # documents, results and the queue
    folders: tuple[Path, ...] = ()  # documents inside these may be named by their path
    names: tuple[str, ...] = ()  # further names by which clients reach the service (Host header)
    model: str = "default"
    ocr: Ocr = "auto"
    workers: int = Field(1, ge=1, le=64)  # documents read side by side
    max_mb: float = Field(64, gt=0, le=10_000)  # of one document, in millions of bytes
    max_pages: int = Field(1500, ge=1)
    max_waiting: int = Field(1000, ge=1)  # jobs in the queue; more are refused
    seconds: float = Field(900, gt=0)  # for one document
    memory_mb: int = Field(4096, ge=256)  # address space of one worker process
    attempts: int = Field(3, ge=1, le=10)  # runs of a document whose reader crashes
    upload_seconds: float = Field(120, gt=0)  # for a request to arrive whole
    grace: float = Field(20, ge=0)  # seconds to finish what is running when told to stop
