"""What the account sells, from a JSON file: features, products with their prices, coupons and promotion codes."""

from __future__ import annotations

import json
from pathlib import Path

from stack.stripe import coupons, entitlements, prices, products, promotion_codes
from stack.stripe.shapes import Resource
from stack.stripe.world import World

DEFAULT = Path(__file__).parent / "catalogue.json"


class CatalogueInvalid(ValueError):
    """The catalogue cannot be read."""


def read(path: Path) -> Resource:
    """The catalogue in a file. Raises CatalogueInvalid."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueInvalid(f"{path}: not a JSON file that can be read") from error
    if not isinstance(found, dict):
        raise CatalogueInvalid(f"{path}: not an object")
    return found


def seed(world: World, catalogue: Resource) -> None:
    """Bring the account in line with a catalogue: what is new is added, what is there already stays as it is.

    Raises CatalogueInvalid.
    """
    try:
        for feature in catalogue.get("features", []):
            if feature["id"] not in world.table("entitlements.feature"):
                entitlements.make_feature(
                    world, identifier=feature["id"], name=feature["name"], lookup_key=feature["lookup_key"]
                )
        for product in catalogue.get("products", []):
            _seed_product(world, product)
        for coupon in catalogue.get("coupons", []):
            if coupon["id"] not in world.table("coupon"):
                fields = {name: value for name, value in coupon.items() if name not in {"id", "promotion_codes"}}
                coupons.make(world, identifier=coupon["id"], **fields)
                for code in coupon.get("promotion_codes", []):
                    promotion_codes.make(world, coupon=coupon["id"], **code)
    except (KeyError, TypeError) as error:
        raise CatalogueInvalid(f"the catalogue lacks {error}") from error


def _seed_product(world: World, product: Resource) -> None:
    if product["id"] not in world.table("product"):
        made = products.make(
            world,
            identifier=product["id"],
            name=product["name"],
            description=product.get("description"),
            metadata=dict(product.get("metadata", {})),
        )
        for feature in product.get("features", []):
            products.attach_feature(world, made, world.table("entitlements.feature")[feature])
    for price in product["prices"]:
        if price["id"] not in world.table("price"):
            prices.make(
                world,
                identifier=price["id"],
                product=product["id"],
                currency=price["currency"],
                unit_amount=price["unit_amount"],
                interval=price.get("interval"),
                interval_count=price.get("interval_count", 1),
                lookup_key=price.get("lookup_key"),
                nickname=price.get("nickname"),
                metadata=dict(price.get("metadata", {})),
            )
