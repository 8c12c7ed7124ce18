"""axe-core over the view that is shown."""

from __future__ import annotations

from typing import cast

from tests.browser import WebPage
from tests.paths import REPOSITORY

_AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FOUND = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { dataset, lang } = document.documentElement;
  const { theme, ...told } = dataset;
  const sizes = [...document.querySelectorAll("body, body *")].map((it) =>
    it.checkVisibility({ visibilityProperty: true }) ? [it.offsetWidth, it.offsetHeight] : null,
  );
  const looks = JSON.stringify([document.title, lang, told, document.body.outerHTML, sizes]);
  const isAsBefore = window.lookedAt === looks;
  window.lookedAt = looks;
  const colours = new Set(axe.getRules(["cat.color"]).map(({ ruleId }) => ruleId));
  const ofColours = axe.getRules(tags).map(({ ruleId }) => ruleId).filter((rule) => colours.has(rule));
  const runOnly = isAsBefore ? { type: "rule", values: ofColours } : { type: "tag", values: tags };
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}"""


async def violations(web: WebPage) -> list[str]:
    """What axe finds of WCAG 2.2 AA and of good practice, a line for each rule.

    Where all is as it was when it was last asked, in words and marks and sizes, only colours can have changed, and only
    they are looked at again.
    """
    if not await web.page.evaluate("'axe' in window"):
        await web.page.evaluate(_AXE.read_text())
    return cast(list[str], await web.page.evaluate(_FOUND))
