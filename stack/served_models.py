"""Which models a run serves, and which is taken when a song names none."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stack.layout import Layout, program_root
from stack.model_repository import Machine, chunks_asked, generate
from stack.registry import Model, ModelRefused, all_models, checked_name, default_model, spoiled

DEFAULT_SETTING = "STRIPSESSION_DEFAULT_MODEL"


INSTALL_RUNTIME = f"install it: {sys.executable} -m pip install openvino"


@dataclasses.dataclass(frozen=True)
class ServedModels:
    """A generated repository and the name of the default model."""

    repository: Path
    default: str
    default_is_network: bool
    chunks_asked: int = 3
    """Chunks of a song that keep every instance busy."""


def bundled_models() -> Path:
    """Where the models lie that come with the program."""
    return program_root() / "inference" / "models"


def registered(layout: Layout, complain: Callable[[str], None]) -> list[Model]:
    """Every model of this installation; broken ones are told of and left out."""
    return all_models(bundled_models(), layout.models, complain)


def wanted_default(layout: Layout, environment: Mapping[str, str]) -> str:
    """The default's name: as the environment says, else as was chosen here, else as the program comes."""
    if name := environment.get(DEFAULT_SETTING, "").strip():
        return name
    for folder in (layout.models, bundled_models()):
        try:
            return (folder / "default").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
    raise ModelRefused(f"{bundled_models()} names no default model; clone the repository again")


def has_network_runtime() -> bool:
    """Whether this Python can run networks itself, without Triton."""
    return importlib.util.find_spec("openvino") is not None


def needs_network_runtime(models: Sequence[Model]) -> bool:
    """Whether any of them is a network."""
    return any(model.kind != "program" for model in models)


def choose_default(layout: Layout, name: str) -> Model:
    """Keep `name` as this installation's default. Raises ModelRefused."""
    model = default_model(registered(layout, lambda _: None), checked_name(name))
    if found := spoiled(model):
        raise ModelRefused(f"{name} is not what its card says: {'; '.join(found)}")
    layout.models.mkdir(parents=True, exist_ok=True)
    fresh = layout.models / "default.new"
    fresh.write_text(f"{name}\n", encoding="utf-8")
    fresh.replace(layout.models / "default")
    return model


def serve_models(layout: Layout, say: Callable[[str], None]) -> ServedModels:
    """Make the repository of this run anew. Raises ModelRefused when the default model cannot be served, and OSError.

    Any other model whose files are not what its card says is told of and left out.
    """
    models = registered(layout, say)
    default = default_model(models, wanted_default(layout, os.environ))
    whole = []
    for model in models:
        if found := spoiled(model):
            text = f"{model.name} is not what its card says ({'; '.join(found)})"
            if model is default:
                raise ModelRefused(f"the default model {text}")
            say(f"the model {text} and is left out")
            continue
        whole.append(model)
    machine = Machine(cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    door = program_root() / "inference" / "door"
    repository = generate(whole, door, layout.model_repository, machine)
    return ServedModels(repository, default.name, needs_network_runtime([default]), chunks_asked(machine.cores))
