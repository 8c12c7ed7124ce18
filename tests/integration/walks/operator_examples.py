"""One request of every RPC by which an operator acts; and the examples of all RPCs together."""

from __future__ import annotations

from collections.abc import Mapping

from stripsession.audit.v1 import operator_act_service_pb2 as audit
from stripsession.auth.v1 import account_administration_service_pb2 as accounts
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.billing.v1 import payment_service_pb2 as payments
from stripsession.retention.v1 import erasure_administration_service_pb2 as erasures
from tests.integration.walks.of_census import OF_CENSUS
from tests.integration.walks.of_export import OF_EXPORTS
from tests.integration.walks.of_policy import OF_POLICY
from tests.integration.walks.of_purge import OF_PURGES
from tests.integration.walks.of_requests import OF_REQUESTS
from tests.integration.walks.promise_examples import OF_PROMISES
from tests.integration.walks.receipt_examples import OF_RECEIPTS
from tests.integration.walks.rpc_examples import OF_SERVICES, Example

OF_OPERATORS: Mapping[str, Example] = {
    "audit.v1.OperatorActService.ListOperatorActs": Example(lambda asked: audit.ListOperatorActsRequest(page_size=1)),
    "auth.v1.AccountAdministrationService.FindAccount": Example(
        lambda asked: accounts.FindAccountRequest(email=asked.secrets.email)
    ),
    "auth.v1.LocalSignInService.CreateSignInLink": Example(
        lambda asked: auth.CreateSignInLinkRequest(email=asked.secrets.email)
    ),
    "billing.v1.PlanAdministrationService.AssignPlan": Example(
        lambda asked: billing.AssignPlanRequest(owner_id=asked.actor, plan="studio")
    ),
    "billing.v1.PaymentAdministrationService.Reconcile": Example(lambda asked: payments.ReconcileRequest()),
    "billing.v1.PaymentAdministrationService.RefundInvoice": Example(
        lambda asked: payments.RefundInvoiceRequest(invoice_id=asked.secrets.invoice_id)
    ),
    "billing.v1.PaymentAdministrationService.GrantCourtesy": Example(
        lambda asked: payments.GrantCourtesyRequest(owner_id=asked.actor, seconds=60, life_days=30, reference="sorry")
    ),
    "billing.v1.PaymentAdministrationService.CheckPrices": Example(lambda asked: payments.CheckPricesRequest()),
    # Somebody who never was: whoever asks is needed for what comes after.
    "retention.v1.ErasureAdministrationService.ErasePerson": Example(
        lambda asked: erasures.ErasePersonRequest(user_id=f"usr_{'0' * 32}", again=True)
    ),
    "retention.v1.ErasureAdministrationService.GetErasure": Example(
        lambda asked: erasures.GetErasureRequest(user_id=f"usr_{'0' * 32}")
    ),
}
EXAMPLES: Mapping[str, Example] = {
    **OF_SERVICES,
    **OF_CENSUS,
    **OF_EXPORTS,
    **OF_POLICY,
    **OF_PURGES,
    **{f"stripsession.{name}": example for name, example in OF_OPERATORS.items()},
    **OF_RECEIPTS,
    **OF_REQUESTS,
    **{f"stripsession.{name}": example for name, example in {**OF_OPERATORS, **OF_PROMISES}.items()},
}
"""Full name of an RPC -> its example. One that has none fails the walk."""
