"""Every metric is declared once, in one file."""

from __future__ import annotations

import ast
from pathlib import Path

from prometheus_client import REGISTRY

import chassis.metrics

_ROOT = Path(chassis.metrics.__file__).parents[1]


def test_metrics_are_declared_in_one_file() -> None:
    """No module but chassis/metrics.py imports what makes a metric."""
    guilty = []
    for room in ("chassis", "services", "stack", "cli"):
        for path in (_ROOT / room).rglob("*.py"):
            if path == _ROOT / "chassis" / "metrics.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    modules = [node.module or ""]
                if any(module.split(".")[0] == "prometheus_client" for module in modules):
                    guilty.append(str(path.relative_to(_ROOT)))
    assert guilty == []


def test_metrics_say_whose_they_are_and_in_what_unit() -> None:
    """Our metrics bear our name, counters end in _total, times are in seconds, and each has a help text."""
    ours = [metric for metric in REGISTRY.collect() if metric.name.startswith("stripsession")]
    assert len(ours) > 10
    for metric in ours:
        assert metric.documentation.endswith(".")
        assert "millisecond" not in metric.name
        if metric.type == "histogram":
            assert metric.name.endswith("_seconds")
