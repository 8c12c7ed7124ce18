"""axe-core over the view that is shown."""

from __future__ import annotations

from typing import cast

from tests.browser import WebPage
from tests.paths import REPOSITORY

_AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FOUND = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}"""


async def violations(web: WebPage) -> list[str]:
    """What axe finds of WCAG 2.2 AA and of good practice, a line for each rule."""
    if not await web.page.evaluate("'axe' in window"):
        await web.page.evaluate(_AXE.read_text())
    return cast(list[str], await web.page.evaluate(_FOUND))
