"""The fake store does what a store must."""

from __future__ import annotations

import pytest

from tests.unit.auth.factor_conformance import FactorConformance
from tests.unit.auth.fake_policies import NobodysRow
from tests.unit.auth.fakes import FakeStore
from tests.unit.auth.identity_conformance import IdentityConformance
from tests.unit.auth.mail_conformance import MailConformance
from tests.unit.auth.people_conformance import PeopleConformance
from tests.unit.auth.policy_conformance import PolicyConformance
from tests.unit.auth.provider_conformance import ProviderConformance
from tests.unit.auth.store_conformance import StoreConformance


class TestFakeStore(
    StoreConformance,
    IdentityConformance,
    MailConformance,
    PeopleConformance,
    ProviderConformance,
    FactorConformance,
    PolicyConformance,
):
    refusal = NobodysRow

    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()
