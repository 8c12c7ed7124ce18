"""Which kinds an erasure may count, as the services' own code names them where it counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_NAMED_BY_SQL = re.compile(r"\bAS (\w+)")
_EMPTY: frozenset[str] = frozenset()
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unread(Exception):
    """What is counted there is named in a way that this cannot read."""


def kinds(services: Path) -> frozenset[str]:
    """Of every count in the services below that folder. Raises Unread."""
    # What a purge removes is of nobody by then, and no erasure counts it.
    erasing = (path for path in sorted(services.rglob("*.py")) if not path.stem.startswith("purg"))
    sources = (path.read_text(encoding="utf-8") for path in erasing)
    return frozenset(kind for source in sources for kind in kinds_of(source))


def kinds_of(source: str) -> frozenset[str]:
    """Of every count in one module. Raises Unread."""
    module = _Module(ast.parse(source))
    found = [module.read(counted, scope) for counted, scope in module.counted()]
    return _EMPTY.union(*found)


class _Module:
    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]

    def counted(self) -> Iterator[tuple[ast.expr, _Function]]:
        """The argument of each count that names kinds, and the function that it is in."""
        for scope in self._functions:
            for call in _calls(scope):
                if not isinstance(call.func, ast.Attribute):
                    continue
                of = ast.unparse(call.func.value).lower()
                if call.func.attr == "note_erased" or (call.func.attr == "count" and "erased" in of):
                    yield call.args[1], scope
                elif call.func.attr == "replace":
                    yield from ((keyword.value, scope) for keyword in call.keywords if keyword.arg == "counts")

    def read(self, node: ast.expr, scope: _Function) -> frozenset[str]:
        """The kinds in an expression of that function. Raises Unread."""
        match node:
            case ast.Dict():
                return _EMPTY.union(*(self._item(key, value, scope) for key, value in _items(node)))
            case ast.Await():
                return self.read(node.value, scope)
            case ast.IfExp():
                return self.read(node.body, scope) | self.read(node.orelse, scope)
            case ast.DictComp(generators=[ast.comprehension(iter=each)]):
                return self._of_each(each, scope)
            case ast.Attribute(attr="counts"):
                # Of a step, which was told it by a holder that counts itself.
                return _EMPTY
            case ast.Constant(value=str(text)) if "SELECT" in text:
                return frozenset(_NAMED_BY_SQL.findall(text))
            case ast.Name():
                return self._named(node.id, scope)
            case ast.Call():
                return self._called(node, scope)
        raise Unread(ast.unparse(node))

    def _of_each(self, each: ast.expr, scope: _Function) -> frozenset[str]:
        match each:
            case ast.Call(func=ast.Attribute(attr="items", value=of)):
                return self.read(of, scope)
        raise Unread(ast.unparse(each))

    def _item(self, key: ast.expr | None, value: ast.expr, scope: _Function) -> frozenset[str]:
        if key is None:
            return self.read(value, scope)
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return frozenset({key.value})
        raise Unread(ast.unparse(key))

    def _called(self, call: ast.Call, scope: _Function) -> frozenset[str]:
        match call.func:
            case ast.Name(id="dict") | ast.Attribute(attr="fetchrow"):
                return self.read(call.args[0], scope)
            case ast.Name(id=name):
                made = [function for function in self._functions if function.name == name]
                given = [(node.value, one) for one in made for node in ast.walk(one) if isinstance(node, ast.Return)]
                if given:
                    return _EMPTY.union(*(self.read(value, one) for value, one in given if value))
        raise Unread(ast.unparse(call))

    def _named(self, name: str, scope: _Function) -> frozenset[str]:
        """By whatever is assigned to it, or set in it; of a parameter, by what this module's own calls give for it."""
        parameters = [one.arg for one in scope.args.args if one.arg != "self"]
        if name in parameters:
            place = parameters.index(name)
            given = [
                (call.args[place], caller)
                for caller in self._functions
                for call in _calls(caller)
                if isinstance(call.func, ast.Attribute | ast.Name)
                and ast.unparse(call.func).rpartition(".")[2] == scope.name
            ]
            return _EMPTY.union(*(self.read(value, caller) for value, caller in given))
        found = [*_assigned(scope, name), *_assigned(self._tree, name)]
        if not found:
            raise Unread(name)
        return _EMPTY.union(*(self.read(value, scope) for value in found), _keys_set(scope, name))


def _items(node: ast.Dict) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    return zip(node.keys, node.values, strict=True)


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(scope) if isinstance(node, ast.Call))


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(scope) if not isinstance(scope, ast.Module) else scope.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if node.value is not None and any(isinstance(one, ast.Name) and one.id == name for one in targets):
            yield node.value


def _keys_set(scope: ast.AST, name: str) -> frozenset[str]:
    return frozenset(
        str(node.slice.value)
        for node in ast.walk(scope)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id == name and isinstance(node.slice, ast.Constant)
    )
