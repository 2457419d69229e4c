
"use strict";
(() => {
  const panel = document.getElementById("panel");
  const inside = panel.querySelector("div");
  const parts = "a.item, a.block";
  const id = (link) => link.getAttribute("href").slice(1);

  // Lights what belongs together: the same call elsewhere, the segments that it sent, the call that sent this segment.
  const light = (link) => {
    const own = id(link);
    const cause = document.querySelector(`a.item[href="#${own}"]`)?.dataset.cause;
    for (const other of document.querySelectorAll(parts)) {
      const its = id(other);
      other.classList.toggle("lit", its === own || its === cause || other.dataset.cause === own);
    }
  };

  const show = (link) => {
    const words = document.getElementById(id(link));
    if (!words) return;
    inside.replaceChildren(...words.cloneNode(true).childNodes);
    panel.hidden = false;
    document.body.classList.add("chosen");
    light(link);
  };

  const hide = () => {
    panel.hidden = true;
    document.body.classList.remove("chosen");
    document.querySelectorAll(".lit").forEach((link) => link.classList.remove("lit"));
  };

  const at = (event) => (event.target instanceof Element ? event.target.closest(parts) : null);
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => at(event) && show(at(event)));
  }
  document.addEventListener("click", (event) => {
    const link = at(event);
    if (!link) return;
    event.preventDefault();
    show(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const link = step ? at(event) : null;
    if (!link) return;
    const all = [...link.closest("svg").querySelectorAll(parts)];
    const next = all[all.indexOf(link) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  panel.querySelector("button").addEventListener("click", hide);
})();
