"""Tax ids of customers: kept as given, checked for their form, and said to be verified as Stripe's test values are."""

from __future__ import annotations

import re

from stack.stripe import failures, listing
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

# Type -> what its values look like. Stripe has about a hundred; these are the ones that the product offers.
FORMS = {
    "eu_vat": r"(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z]{8,12}",
    "gb_vat": r"(GB)?[0-9]{9}([0-9]{3})?",
    "ch_vat": r"CHE-?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3} ?(MWST|TVA|IVA)",
    "no_vat": r"[0-9]{9}MVA",
    "us_ein": r"[0-9]{2}-?[0-9]{7}",
    "ca_bn": r"[0-9]{9}",
    "au_abn": r"[0-9]{11}",
    "in_gst": r"[0-9]{2}[A-Z0-9]{13}",
    "jp_trn": r"T[0-9]{13}",
    "nz_gst": r"[0-9]{8,9}",
    "br_cnpj": r"[0-9./-]{14,18}",
    "za_vat": r"4[0-9]{9}",
}
_VERIFIED_TYPES = {"eu_vat", "gb_vat", "au_abn"}
# Stripe's test values: the digits decide.
_VERDICTS = {"111111111": "unverified", "222222222": "pending"}
_COUNTRIES = {"gb_vat": "GB", "ch_vat": "CH", "no_vat": "NO", "us_ein": "US", "ca_bn": "CA", "au_abn": "AU"}


def make(world: World, customer: str, kind: str, value: str, param: str = "value") -> Resource:
    """Add a tax id to a customer. Raises Refused (tax_id_invalid)."""
    value = require_form(kind, value, param)
    status = _VERDICTS.get(re.sub(r"[^0-9]", "", value), "verified") if kind in _VERIFIED_TYPES else "unavailable"
    made = world.new(
        "tax_id",
        customer=customer,
        country=value[:2] if kind == "eu_vat" else _COUNTRIES.get(kind, kind[:2].upper()),
        owner={"type": "customer", "customer": customer, "customer_account": None},
        type=kind,
        value=value,
        verification={"status": status, "verified_address": None, "verified_name": None},
    )
    world.emit("customer.tax_id.created", made)
    return made


def require_form(kind: str, value: str, param: str = "value") -> str:
    """The value as it is kept. Raises Refused where it does not look like one of this kind."""
    form = FORMS.get(kind)
    if form is None:
        raise failures.parameter_invalid("type", f"Invalid type: must be one of {', '.join(FORMS)}")
    value = value.strip().upper()
    if not re.fullmatch(form, value):
        raise failures.parameter_invalid(param, f"Invalid value for {kind}.", "tax_id_invalid")
    return value


def told_on_invoices(world: World, customer: str) -> list[Resource]:
    """Type and value of each of a customer's tax ids."""
    return [{"type": each["type"], "value": each["value"]} for each in world.all("tax_id", customer=customer)]


def read(params: Parameters) -> list[tuple[str, str]]:
    """The tax ids that `tax_id_data` lists, by type and value. Raises Refused."""
    found = [(each, each.required("type"), each.required("value")) for each in params.groups("tax_id_data")]
    return [(kind, require_form(kind, value, each.full_name("value"))) for each, kind, value in found]


def _create(call: Call) -> Resource:
    customer = call.named("customer")
    return make(call.world, customer["id"], call.params.required("type"), call.params.required("value"))


def _of(call: Call) -> Resource:
    customer = call.named("customer")
    made = call.world.get("tax_id", call.ids[1], status=404)
    if made["customer"] != customer["id"]:
        raise failures.no_such("tax_id", call.ids[1][:80], status=404)
    return made


def _list(call: Call) -> Resource:
    customer = call.named("customer")
    return listing.page(call.world.all("tax_id", customer=customer["id"]), call.params, call.url)


def _delete(call: Call) -> Resource:
    made = _of(call)
    call.world.emit("customer.tax_id.deleted", made)
    call.world.remove("tax_id", made["id"])
    return {"id": made["id"], "object": "tax_id", "deleted": True}


ROUTES = (
    Route("POST", "/v1/customers/{id}/tax_ids", _create, "type value"),
    Route("GET", "/v1/customers/{id}/tax_ids", _list, listing.PARAMETERS),
    Route("GET", "/v1/customers/{id}/tax_ids/{tax_id}", _of),
    Route("DELETE", "/v1/customers/{id}/tax_ids/{tax_id}", _delete),
)
