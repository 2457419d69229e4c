
"use strict";
(() => {
  const table = document.getElementById("class");
  const body = document.getElementById("students");
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];

  // Sorts by a column: names and ids as texts, all else from the most to the least. Equal rows keep the order by name.
  const text = (row, n) => row.cells[n].textContent;
  const number = (row, n) => Number(row.cells[n].dataset.n);
  const sort = (n) => {
    const isText = !rows.some((row) => row.cells[n].dataset.n);
    const was = heads[n].getAttribute("aria-sort");
    const first = isText ? "ascending" : "descending";
    const second = isText ? "descending" : "ascending";
    const order = was === first ? second : first;
    const way = order === "ascending" ? 1 : -1;
    const compare = isText
      ? (a, b) => text(a, n).localeCompare(text(b, n), undefined, { numeric: true })
      : (a, b) => number(a, n) - number(b, n);
    body.append(...[...rows].sort((a, b) => way * compare(a, b)));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[n].setAttribute("aria-sort", order);
  };
  heads.forEach((head, n) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(n));
    head.append(button);
  });

  const tools = document.getElementById("tools");
  const find = document.createElement("input");
  find.type = "search";
  find.placeholder = "find a student";
  find.setAttribute("aria-label", "Find a student");
  const shown = document.createElement("span");
  shown.setAttribute("role", "status");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    const roster = heads[1] && !heads[1].classList.contains("lesson") ? [0, 1] : [0];
    let count = 0;
    for (const row of rows) {
      const is = roster.some((n) => text(row, n).toLowerCase().includes(wanted));
      row.hidden = !is;
      count += is ? 1 : 0;
    }
    shown.textContent = wanted ? `${count} of ${rows.length} shown` : "";
  });
  tools.append(find, shown);
  tools.hidden = false;

  // On paper nothing is folded.
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
})();
