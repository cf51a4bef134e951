"""Routes of the second job: labelling tables."""

from __future__ import annotations

from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from soesift.errors import UsageError
from soesift.label.humans import human_labels
from soesift.label.ledger import Ledger
from soesift.review.judge import Judgement, disagreements, queue_of, record, state_of
from soesift.review.routes_documents import read_body
from soesift.review.shown import record_view
from soesift.review.state import LedgerThread, Review

AHEAD = 20  # tables named to a page at a time


def routes(review: Review) -> list[Route]:
    """The routes, over what is under review."""

    def state(request: Request) -> Response:
        who = request.query_params.get("who", "")
        return JSONResponse(_ledger(review)(lambda ledger: state_of(ledger, who, review.alpha, review.delta)))

    def queue(request: Request) -> Response:
        who, pot = request.query_params.get("who", ""), _pot(request)
        return JSONResponse({"tables": _ledger(review)(lambda ledger: queue_of(ledger, pot, who))[:AHEAD]})

    def differ(request: Request) -> Response:
        pot = _pot(request)
        return JSONResponse(_ledger(review)(lambda ledger: _differing(ledger, pot)))

    def table(request: Request) -> Response:
        found = review.records.get(request.path_params["table"])
        if found is None:
            raise UsageError("this table is not among the --tables; start soesift review with the labelled ones")
        pictured = found.sha256 in review.sources and found.page is not None
        return JSONResponse({**record_view(found), "pictured": pictured})

    def picture(request: Request) -> Response:
        found = review.records.get(request.path_params["table"])
        source = None if found is None else review.sources.get(found.sha256)
        if found is None or source is None:
            return JSONResponse({"detail": "no picture"}, 404)
        content = review.viewer.page(source, request.path_params["number"], 110)
        return JSONResponse({}, 404) if content is None else Response(content, media_type="image/png")

    async def judge(request: Request) -> Response:
        one = read_body(await request.body(), Judgement)
        stands = await run_in_threadpool(lambda: _ledger(review)(lambda ledger: record(ledger, one)))
        return JSONResponse({"stands": stands})

    return [
        Route("/api/label/state", state),
        Route("/api/label/queue", queue),
        Route("/api/label/differ", differ),
        Route("/api/label/tables/{table}", table),
        Route("/api/label/tables/{table}/pages/{number:int}.png", picture),
        Route("/api/label/judgements", judge, methods=["POST"]),
    ]


def _ledger(review: Review) -> LedgerThread:
    if review.ledger is None:
        raise UsageError("no ledger here; start soesift review with one to label tables")
    return review.ledger


def _pot(request: Request) -> Literal["audit", "repair"]:
    pot = request.query_params.get("pot", "audit")
    if pot == "repair":
        return "repair"
    if pot == "audit":
        return "audit"
    raise UsageError("pot: audit or repair")


def _differing(ledger: Ledger, pot: Literal["audit", "repair"]) -> dict[str, Any]:
    """Tables to be settled, with what was said of them."""
    found = disagreements(human_labels(ledger, pot))
    return {
        "tables": [
            {"id": table, "said": [{"who": one.annotator, "label": one.label} for one in said]}
            for table, said in found.items()
        ]
    }
