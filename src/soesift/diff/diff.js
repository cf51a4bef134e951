"use strict";
// Both grids of a table scroll together, and what stands beside each other is as high and as wide.
for (const pair of document.querySelectorAll(".pair")) {
  const frames = [...pair.querySelectorAll(".frame")];
  const size = (one, side) => one.getBoundingClientRect()[side];
  const level = (lists, side, set) => {
    for (const one of lists.flat()) one.style[set] = "";
    const sizes = lists.map((list) => list.map((one) => size(one, side)));
    lists.forEach((list) => list.forEach((one, n) => { one.style[set] = `${Math.max(...sizes.map((all) => all[n] ?? 0))}px`; }));
  };
  const all = () => {
    level(frames.map((frame) => [...(frame.querySelector("tbody tr")?.children ?? [])]), "width", "minWidth");
    const heads = frames.map((frame) => [...frame.querySelectorAll("thead tr")]);
    for (const row of heads.flat()) row.style.height = "";
    const high = heads.map((rows) => rows.reduce((sum, row) => sum + size(row, "height"), 0));
    heads.forEach((rows, n) => { const last = rows.at(-1); if (last) last.style.height = `${size(last, "height") + Math.max(...high) - high[n]}px`; });
    level(frames.map((frame) => [...frame.querySelectorAll("tbody tr")]), "height", "height");
  };
  all();
  addEventListener("resize", all);
  let led = null;
  for (const frame of frames) {
    for (const begins of ["pointerenter", "wheel", "focusin", "touchstart"]) frame.addEventListener(begins, () => { led = frame; }, { passive: true });
    frame.addEventListener("scroll", () => {
      if (led !== null && led !== frame) return; // this one follows
      for (const other of frames) if (other !== frame) other.scrollTo({ left: frame.scrollLeft, top: frame.scrollTop, behavior: "instant" });
    }, { passive: true });
  }
}
