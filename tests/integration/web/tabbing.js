// Run in the page, before the first Tab (`begin`), after each (`look`) and after the last (`end`): whether the control that
// has the focus can be seen to have it, and which never had it. The first gives the key that leads on; the second null
// where nothing has the focus, and else whether it was there before and what is wrong; the third a line for each control
// that was not come to.
async (step) => {
  const PARTS = [null, "::before", "::after"];
  const WIDTH_PX_MIN = 2;
  const CONTRAST_MIN = 3;

  /** Red, green, blue and how much of it. Chromium tells colours as it computed them. */
  const colour = (text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    const whole = text.startsWith("color(") ? 255 : 1;
    return { parts: [red * whole, green * whole, blue * whole], alpha };
  };
  const luminance = ({ parts }) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const found = colour(getComputedStyle(it).backgroundColor);
      if (found.alpha === 1) return found;
    }
    return { parts: [255, 255, 255], alpha: 1 };
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  /** The outlines that an element and its made-up parts have, by part. */
  const outlines = (element) =>
    PARTS.map((part) => {
      const style = getComputedStyle(element, part);
      const isThere = part === null || style.content !== "none";
      const line = colour(style.outlineColor);
      const width_px = parseFloat(style.outlineWidth);
      const isDrawn = isThere && style.outlineStyle !== "none" && width_px >= WIDTH_PX_MIN && line.alpha > 0;
      return isDrawn ? { width_px, offset_px: parseFloat(style.outlineOffset), line } : null;
    });

  /** Of radio buttons the group is one stop. */
  const groupOf = (it) => (it.type === "radio" ? it.name : it);
  /** Every control that is seen and takes part. Behind a dialog nothing does. */
  const controls = () => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const view = document.querySelector("dialog[open]") ?? document;
    return [...view.querySelectorAll(wanted)].filter(
      (it) => it.checkVisibility({ visibilityProperty: true }) && !it.matches(":disabled, [role=menuitem]"),
    );
  };
  const entriesOf = (menu) => [...menu.querySelectorAll("[role=menuitem]:not(:disabled)")];

  // A menu has the focus as long as it is open, and arrows go through it.
  const menu = document.querySelector("[role=menu]:popover-open");
  if (step !== "look" && !menu) document.activeElement?.blur();

  if (step === "begin") {
    window.met = new Set();
    // What is drawn without a focus says nothing of it.
    const others = [...document.querySelectorAll("*")].filter((it) => it !== document.activeElement);
    window.always = new Set(others.filter((it) => outlines(it).some(Boolean)));
    window.left = new Map((menu ? entriesOf(menu) : controls()).map((it) => [groupOf(it), it]));
    return menu ? "ArrowDown" : "Tab";
  }

  if (step === "end") {
    return [...window.left.values()].map((it) => `no way leads to it: ${it.outerHTML.slice(0, 160)}`);
  }

  // Until it is drawn: what lies over what has the focus now gives way.
  await new Promise((go) =>
    requestAnimationFrame(() => {
      const drawn = new MessageChannel();
      drawn.port1.onmessage = go;
      drawn.port2.postMessage(null);
    }),
  );

  /** How many sides of an outline at least two pixels of it are not cut off of, by what lies around. */
  const sidesSeen = (element, { offset_px }) => {
    const box = element.getBoundingClientRect();
    const inner = { left: -offset_px, top: -offset_px, right: offset_px, bottom: offset_px };
    for (const side of ["left", "top", "right", "bottom"]) inner[side] += box[side];
    const cut = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
    for (let it = element.parentElement; it && it !== document.body; it = it.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(it);
      if (overflowX === "visible" && overflowY === "visible") continue;
      const around = it.getBoundingClientRect();
      cut.left = Math.max(cut.left, around.left);
      cut.top = Math.max(cut.top, around.top);
      cut.right = Math.min(cut.right, around.right);
      cut.bottom = Math.min(cut.bottom, around.bottom);
    }
    return [inner.left - cut.left, inner.top - cut.top, cut.right - inner.right, cut.bottom - inner.bottom].filter(
      (room_px) => room_px >= WIDTH_PX_MIN - 0.5,
    ).length;
  };

  /** Some controls leave the drawing to what stands around or beside them. */
  const isSeen = (it) => {
    const near = [it, it.nextElementSibling, it.parentElement, it.parentElement?.parentElement].filter(Boolean);
    for (const element of near) {
      if (window.always.has(element)) continue;
      for (const outline of outlines(element)) {
        if (!outline) continue;
        const back = outline.offset_px < 0 ? ground(element) : ground(element.parentElement);
        if (contrast(outline.line, back) >= CONTRAST_MIN && sidesSeen(element, outline) === 4) return true;
      }
    }
    return false;
  };

  /** Whether it lies in the window, and nothing that stays in place lies over its middle. */
  const isCovered = (it) => {
    const box = it.getBoundingClientRect();
    const left = Math.max(0, box.left);
    const right = Math.min(innerWidth, box.right);
    const top = Math.max(0, box.top);
    const bottom = Math.min(innerHeight, box.bottom);
    if (right <= left || bottom <= top) return true;
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return !there || !(it.contains(there) || (there.contains(it) && there !== document.body));
  };

  const it = document.activeElement;
  if (!it || it === document.body || it === document.documentElement) return null;
  const isAgain = window.met.has(it);
  window.met.add(it);
  window.left.delete(groupOf(it));
  const wrong = [!isSeen(it) && "no focus is seen", isCovered(it) && "covered"].filter(Boolean);
  return { isAgain, wrong: wrong.map((fault) => `${fault}: ${it.outerHTML.slice(0, 160)}`) };
};
