"""Lines of code that a sign tells are marked as code, wherever in its file they are written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnviz_widgets.diagnosis.signs import registry

FILES = sorted(Path(registry.__file__).parent.glob("*/*.py"))
# An argument that is given a string, a name of Keras that is called, a call of the model.
CODE = re.compile(r'\b[a-z_]+="|\bkeras\.[a-z]\w*\.\w+|\bmodel(\.fit)?\(|\blayer\.\w+ = ')


def sentences(tree: ast.AST) -> Iterator[str]:
    """The strings of a file that are no docstrings; what is put into them is one word."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented | inside
        ):
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_stands_between_backticks(path: Path) -> None:
    for sentence in sentences(ast.parse(path.read_text())):
        assert sentence.count("`") % 2 == 0, sentence
        for found in CODE.finditer(sentence):
            assert sentence[: found.start()].count("`") % 2 == 1, sentence
