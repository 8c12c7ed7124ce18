"""The models that can be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from services.separation.app.ports import Models
from services.separation.domain.models import ModelCard


async def list_models(models: Models) -> Sequence[ModelCard]:
    """Every model's card, the default first."""
    return models.list()
