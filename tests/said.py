"""Every text that people read, wherever it stands: in the content, in the templates, and in the sentences of the code.

Words that only a browser, a database or a developer reads are left out: tags, names of classes, keys, docstrings.
"""

from __future__ import annotations

import ast
import html
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from forms.library import CONTENT

ROOT = Path(__file__).resolve().parents[1]
# Keys of the content that hold names and not words.
NAMES = {
    *("id", "module", "modules", "worksheet", "worksheets", "item", "items", "measure", "measures", "document", "documents"),
    *("kind", "visibility", "reveal_group", "follows", "concern", "rule", "column", "planned_in", "values", "not_counted"),
    *("unless_recorded", "references", "side", "track", "if", "better", "about", "change", "relationships", "needs", "every"),
    *("for", "phase", "short", "citation", "citations", "source", "loinc"),
}
# What a browser says aloud or shows, of all that stands inside a tag.
_SPOKEN = re.compile(r"""\b(?:aria-label|alt|title|placeholder)=(["'])([^"'<>{}]*)\1""")
_TAG = re.compile(r"<[^>]*>")
_UNREAD = re.compile(r"<(style|script|svg|code)\b.*?</\1>", re.S)


def in_content() -> Iterator[tuple[str, str]]:
    for path in sorted(CONTENT.rglob("*.toml")):
        if path.name != "checksums.toml":
            name = path.relative_to(ROOT).as_posix()
            yield from ((name, text) for text in _of_value(tomllib.loads(path.read_text("utf-8"))))


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            names = key in NAMES and all(isinstance(one, str | int) for one in (inside if isinstance(inside, list) else [inside]))
            if not names:
                yield from _of_value(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _of_value(inside)


@cache
def in_templates(area: str = "") -> tuple[tuple[str, str], ...]:
    """What stands between the tags, what is said of them, and the sentences that macros are given."""
    folder, said = ROOT / "templates" / area, []
    for path in sorted(folder.rglob("*.html")):
        name, between = path.relative_to(ROOT).as_posix(), []
        for _, kind, value in Environment(autoescape=True).lex(path.read_text("utf-8")):
            if kind == "data":
                between.append(value)
            elif kind == "string" and _is_said(value[1:-1]):
                said.append((name, value[1:-1]))
        # A gap for what is filled in, so that the words around it are not run together.
        markup = _UNREAD.sub(" ", " ".join(between))
        said += [(name, spoken) for _, spoken in _SPOKEN.findall(markup)]
        said.append((name, html.unescape(_TAG.sub(" ", markup))))
    return tuple(said)


@cache
def in_code(*packages: str) -> tuple[tuple[str, str], ...]:
    """Sentences and labels in the code of these packages: no docstrings, no names."""
    said = []
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                said += [(name, text) for text in _strings(ast.parse(path.read_text("utf-8"))) if _is_said(text)]
    return tuple(said)


def _strings(tree: ast.AST) -> Iterator[str]:
    docstrings = {
        id(body[0].value) for node in ast.walk(tree) if (body := getattr(node, "body", None)) and isinstance(body, list)
        and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _is_said(text: str) -> bool:
    """Words with a gap between them, and none of the marks of a path, a pattern, a query or a rule."""
    return bool(re.match(r"[A-Z][a-z']*,? \w|[a-z']+ [a-z']+ \w", text)) and not re.search(r"[<>\\=|*^$_/]|\bSELECT\b|::", text)
