// Run in the page: what does not fit its window, is cut off without a word, lies over something else, or is too small for
// a finger. Gives a line for each.
({ width_px, isTouch }) => {
  const found = [];
  const TARGET_PX = 44;
  const INLINE_PX = 24;
  const root = document.documentElement;
  const view =
    document.querySelector("[popover]:popover-open") ?? document.querySelector("dialog[open]") ?? document.body;

  const told = (it) => {
    const words = (it.getAttribute("aria-label") ?? it.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 40);
    const names = [...it.classList].filter((name) => !name.startsWith("svelte-"));
    return `${it.tagName.toLowerCase()}${it.id && `#${it.id}`}${names.map((name) => `.${name}`).join("")} "${words}"`;
  };
  const isShown = (it) => it.checkVisibility({ visibilityProperty: true });

  // ---- Wider than the window ----

  if (root.scrollWidth > width_px) {
    const wide = [...document.querySelectorAll("body *")].filter((it) => {
      const box = it.getBoundingClientRect();
      return isShown(it) && (box.right > width_px + 0.5 || box.left < -0.5) && box.width > 1;
    });
    found.push(`${root.scrollWidth} px wide: ${wide.slice(-3).map(told).join("; ")}`);
  }

  // ---- Cut off ----

  /** What stays in place lies over what is scrolled under it: only what is moved together counts as one over the other. */
  const layer = (it) => {
    for (let each = it; each; each = each.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(each).position)) return each;
    }
    return null;
  };

  /** What whoever points at it is told. */
  const hasTitle = (it) => {
    it.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = it.getBoundingClientRect();
    const under = document.elementsFromPoint(left + Math.min(width, width_px - left) / 2, top + height / 2);
    const first = under.find((each) => layer(each) === layer(it));
    return first?.closest("[title]")?.title.includes(it.textContent.trim()) ?? false;
  };
  const isForReadersOnly = (it, style) => style.clipPath !== "none" || it.clientWidth <= 1 || it.clientHeight <= 1;
  const scrolled_px = scrollY;
  for (const it of view.querySelectorAll("*")) {
    const style = getComputedStyle(it);
    const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
    const isCut =
      (cuts(style.overflowX) && it.scrollWidth > it.clientWidth + 1) ||
      (cuts(style.overflowY) && it.scrollHeight > it.clientHeight + 1);
    // What is typed is moved through with the caret.
    if (!isCut || !isShown(it) || !it.textContent.trim() || it.matches("input, select, textarea, svg, svg *")) continue;
    if (isForReadersOnly(it, style)) continue;
    const isMarked = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
    if (!isMarked) found.push(`cut off without a mark: ${told(it)}`);
    else if (!hasTitle(it)) found.push(`cut off, and told whole nowhere: ${told(it)}`);
  }
  scrollTo({ top: scrolled_px, behavior: "instant" });

  // ---- One over the other, and too small ----

  /** The part of a control that is not scrolled away or cut off; a box goes with its label. */
  const target = (it) => {
    const label = it.matches("input[type=checkbox], input[type=radio]") ? it.labels?.[0] : null;
    const boxes = [it, label].filter(Boolean).map((each) => each.getBoundingClientRect());
    const box = {
      left: Math.min(...boxes.map(({ left }) => left)),
      top: Math.min(...boxes.map(({ top }) => top)),
      right: Math.max(...boxes.map(({ right }) => right)),
      bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
    };
    // What lies half under the edge of what scrolls is whole elsewhere.
    const whole = { width: box.right - box.left, height: box.bottom - box.top };
    for (let around = it.parentElement; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const edge = around.getBoundingClientRect();
      if (overflowX !== "visible") {
        box.left = Math.max(box.left, edge.left);
        box.right = Math.min(box.right, edge.right);
      }
      if (overflowY !== "visible") {
        box.top = Math.max(box.top, edge.top);
        box.bottom = Math.min(box.bottom, edge.bottom);
      }
    }
    return { it, ...box, width: box.right - box.left, height: box.bottom - box.top, whole };
  };
  const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const controls = [...view.querySelectorAll(CONTROLS)]
    .filter(isShown)
    .map(target)
    // What only the keyboard brings into the window waits above it.
    .filter(({ width, height, bottom }) => width > 0 && height > 0 && bottom + scrollY > 0)
    .map((one) => ({ ...one, layer: layer(one.it) }));
  controls.forEach((one, number) => {
    for (const other of controls.slice(number + 1)) {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const isInside = one.it.contains(other.it) || other.it.contains(one.it);
      if (across > 1 && down > 1 && one.layer === other.layer && !isInside) {
        found.push(`one over the other: ${told(one.it)} and ${told(other.it)}`);
      }
    }
  });

  if (isTouch) {
    const isInline = ({ it }) => {
      const { display, textDecorationLine } = getComputedStyle(it);
      return display === "inline" || textDecorationLine.includes("underline");
    };
    const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
    /** Whether a circle of 24 px around its middle meets no other target. */
    const isApart = (one) => {
      const [x, y] = middle(one);
      return controls.every((other) => {
        if (other === one) return true;
        const away_x = Math.max(other.left - x, 0, x - other.right);
        const away_y = Math.max(other.top - y, 0, y - other.bottom);
        return Math.hypot(away_x, away_y) >= INLINE_PX / 2;
      });
    };
    for (const one of controls) {
      const { whole: box } = one;
      const size = `${Math.round(box.width)} x ${Math.round(box.height)} px`;
      // A place to scroll is no target.
      if (one.it.matches("[role=group]")) continue;
      const least = isInline(one) ? INLINE_PX : TARGET_PX;
      const isLarge = box.width >= least - 0.5 && box.height >= least - 0.5;
      if (!isLarge && !(isInline(one) && isApart(one))) found.push(`too small, ${size}: ${told(one.it)}`);
    }
  }
  return found;
};
