"""What a logic mutant is: one place inside a function, changed by one step.

A comparison (< to <=, == to !=, in to not in), `and` to `or`, `not` left out, a number one larger, True to False, a
condition turned round, a `return` without its value. Three kinds change nothing, or hardly anything, that can be seen,
and are left out or counted apart by a rule:

- `return False` to `return`: no caller tells False from None, and the type checker refuses one for the other.
- `strict=True` stays: it checks what is so.
- Whether a measured limit met exactly is within (< to <= beside a field or constant that is declared `float` in `src`,
  or beside a literal such as .5) is a kind of its own, `limit`: hardly a page meets one.
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
LIMITS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True)
class Mutant:
    """path: below the root. number: of the place among those of its file. first: line where its statement begins."""

    path: str
    number: int
    first: int
    line: int
    kind: str
    before: str
    after: str

    @property
    def id(self) -> str:
        return f"{self.path}:{self.line}:{self.number}"


class Places(ast.NodeTransformer):
    """Counts places in the order of the text; the one numbered `wanted` is changed."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.count, self.depth, self.first = wanted, 0, 0, 0
        self.found: list[tuple[int, int, str, str, str]] = []

    def visit(self, node: ast.AST) -> ast.AST:
        before = self.first
        self.first = node.lineno if isinstance(node, ast.stmt) else before
        seen: ast.AST = super().visit(node)
        self.first = before
        return seen

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.depth += 1
        node.body = [self.visit(one) for one in node.body]  # not decorators, defaults or annotations
        self.depth -= 1
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg == "strict" else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return node  # words of errors

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not self.depth:
            return super().generic_visit(node)
        for kind, changed in changes(node):
            here, self.count = self.count, self.count + 1
            self.found.append((self.first, node.lineno, kind, ast.unparse(node), ast.unparse(changed)))  # type: ignore[attr-defined]
            if here == self.wanted:
                return ast.copy_location(changed, node)
        return super().generic_visit(node)


@cache
def measured() -> frozenset[str]:
    """Names of fields and constants that are declared `float`, and nowhere anything else, in the whole of `src`."""
    kinds: dict[str, set[bool]] = defaultdict(set)
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            body = node.body if isinstance(node, (ast.Module, ast.ClassDef)) else []
            for one in body:
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                    kinds[one.target.id].add(ast.unparse(one.annotation) == "float")
                elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                    kinds[one.targets[0].id].add(isinstance(one.value, ast.Constant) and type(one.value.value) is float)
    return frozenset(name for name, told in kinds.items() if told == {True})


def is_limit(node: ast.Compare) -> bool:
    """Whether the change is only that a measured number may equal its limit."""
    parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
    names = {part.id for part in parts if isinstance(part, ast.Name) and part.id.isupper()}
    names |= {part.attr for part in parts if isinstance(part, ast.Attribute)}
    numbers = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, float)]
    literal = any(not number.is_integer() for number in numbers)
    return isinstance(node.ops[0], LIMITS) and (literal or bool(names & measured()))


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a place can be changed to."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in TURNED:
        turned = ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)
        yield "limit" if is_limit(node) else "comparison", turned
    elif isinstance(node, ast.BoolOp):
        yield "and/or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not is_nothing(node.value):
        yield "return", ast.Return(None)
    elif isinstance(node, (ast.If, ast.IfExp)) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield "condition", changed


def is_nothing(node: ast.expr) -> bool:
    """None, or False: no caller tells these two apart, and the type checker refuses one for the other."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def mutants_of(root: Path, path: Path) -> list[Mutant]:
    places = Places()
    places.visit(ast.parse(path.read_text("utf-8")))
    name = str(path.relative_to(root))
    return [
        Mutant(name, n, first, line, kind, short(b), short(a))
        for n, (first, line, kind, b, a) in enumerate(places.found)
    ]


def short(text: str) -> str:
    return " ".join(text.split())[:160]


def mutated(root: Path, mutant: Mutant) -> str:
    places = Places(mutant.number)
    tree = places.visit(ast.parse((root / mutant.path).read_text("utf-8")))
    return ast.unparse(ast.fix_missing_locations(tree))
