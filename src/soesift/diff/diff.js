"use strict";
// Both grids of a table scroll together, and what stands beside each other is as high and as wide.
for (const pair of document.querySelectorAll(".pair")) {
  const frames = [...pair.querySelectorAll(".frame")];
  const rows = frames.map((frame) => [...frame.querySelectorAll("tbody tr")]);
  const level = () => {
    for (const row of rows.flat()) row.style.height = "";
    const heights = rows.map((list) => list.map((row) => row.getBoundingClientRect().height));
    rows.forEach((list) => list.forEach((row, n) => { row.style.height = `${Math.max(...heights.map((all) => all[n] ?? 0))}px`; }));
  };
  level();
  addEventListener("resize", level);
  let led = null;
  for (const frame of frames) {
    for (const begins of ["pointerenter", "wheel", "focusin", "touchstart"]) frame.addEventListener(begins, () => { led = frame; }, { passive: true });
    frame.addEventListener("scroll", () => {
      if (led !== null && led !== frame) return; // this one follows
      const share = (one, size, inner) => (one[size] - one[inner] > 0 ? one[size] - one[inner] : 1);
      for (const other of frames) {
        if (other === frame) continue;
        other.scrollLeft = (frame.scrollLeft / share(frame, "scrollWidth", "clientWidth")) * share(other, "scrollWidth", "clientWidth");
        other.scrollTop = (frame.scrollTop / share(frame, "scrollHeight", "clientHeight")) * share(other, "scrollHeight", "clientHeight");
      }
    }, { passive: true });
  }
}
