"""Every label of every metric is mapped."""

from __future__ import annotations

import importlib

from prometheus_client import REGISTRY, CollectorRegistry, Counter

from chassis.datamap.comparing import compare
from tests.integration.datamap.maps import STORED, map_of, where


def labels_in(registry: CollectorRegistry) -> set[str]:
    """As `metric.label`: of what was declared, and of what collectors of libraries tell."""
    # prometheus_client has no public way to ask what labels a metric without samples has.
    declared = {id(each): each for each in registry._names_to_collectors.values()}.values()
    named = {f"{each._name}.{label}" for each in declared for label in getattr(each, "_labelnames", ())}  # type: ignore[attr-defined]  # as above
    own = {getattr(each, "_name", "") for each in declared}
    told = {
        f"{metric.name}.{label}"
        for metric in registry.collect()
        if metric.name not in own
        for sample in metric.samples
        for label in sample.labels
    }
    return named | told


def test_every_label_is_mapped() -> None:
    """The registry that services serve has, once all are imported, the labels of the data map and no other."""
    for service in (*STORED, "gateway"):
        importlib.import_module(f"services.{service}.wiring")
    assert compare("metrics", labels_in(REGISTRY), map_of("chassis"), where=where("chassis")) == []


def test_a_new_label_fails_until_it_is_mapped() -> None:
    """A label that nobody mapped is told with its remedy."""
    registry = CollectorRegistry()
    Counter("stripsession_plays", "Plays.", ["listener"], registry=registry)
    assert "metric label stripsession_plays.listener is not mapped: add it to chassis/datamap.yaml" in " ".join(
        compare("metrics", labels_in(registry), map_of("chassis"), where=where("chassis"))
    )


def test_labels_name_nobody() -> None:
    """No metric is told of one person or their things."""
    assert {entry.data_class for entry in map_of("chassis").of("metrics").values()} == {"operational"}
