"use strict";
// A claim is checked while it is written, and a point of a picture leads to its events. Both pages
// are complete without it: the form has a button, and the day stands in a field.
(() => {
  const form = document.getElementById("draft-form");
  const byId = (id) => document.getElementById(id);

  const written = () => {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) asked.append(name, value);
    return asked;
  };
  const line = (parent, tag, text) => parent.appendChild(
    Object.assign(document.createElement(tag), { textContent: text }));
  const tell = (answer) => {
    const problems = byId("problems");
    problems.replaceChildren();
    const texts = answer.checks.map((check) => check.text);
    line(problems, "p", texts.length ? `${texts.length} to mend` : answer.text || "Nothing is written yet.");
    const list = problems.appendChild(document.createElement("ul"));
    texts.forEach((text) => line(list, "li", text));
    byId("block").textContent = answer.notes.block;
  };
  let waiting = 0, last = "";
  const check = async () => {
    const asked = written();
    const query = asked.toString();
    if (query === last) return;
    last = query;
    try {
      const answer = await fetch(`${form.dataset.check}?${query}`, { headers: { accept: "application/json" } });
      if (answer.status === 202) { last = ""; waiting = setTimeout(check, 1000); return; }
      const said = await answer.json();
      if (query !== last) return;
      if (answer.ok) tell(said.sections[0].answers[0]);
      else if (answer.status !== 429) byId("problems").textContent = [said.error, said.seen, said.next].join(" ");
      else { last = ""; waiting = setTimeout(check, 3000); }
      history.replaceState(null, "", `?${query}`);
    } catch { /* the server may be away for a moment */ }
  };
  if (form) {
    byId("block-tools").hidden = false;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(check, 700); });
    form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); check(); });
    document.querySelector("[data-copy]").addEventListener("click", async () => {
      await navigator.clipboard.writeText(byId("block").textContent);
      byId("copied").textContent = "Copied.";
    });
    document.querySelector("[data-download]").addEventListener("click", () => {
      const file = new Blob([byId("block").textContent], { type: "application/toml" });
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "claim.toml" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  // Rows of the table under a picture of levels, by where their points stand from left to right.
  const at = document.querySelector("input[name=at]");
  const nearest = (figure, x) => {
    const drawn = [...figure.querySelectorAll(".drawing svg")].find((svg) => svg.getClientRects().length);
    const dots = [...drawn.querySelectorAll("circle")];
    const days = [...figure.querySelectorAll("tbody tr")]
      .map((row) => row.querySelector("th data")?.value && row)
      .filter((row) => row && /\d/.test(row.children[1].textContent))
      .map((row) => row.querySelector("th data").value);
    const apart = (dot) => { const box = dot.getBoundingClientRect(); return Math.abs((box.left + box.right) / 2 - x); };
    const place = dots.reduce((best, dot, i) => apart(dot) < apart(dots[best]) ? i : best, 0);
    return dots.length === days.length ? days[place] : "";
  };
  if (document.querySelector("[data-points]") && at) {
    for (const kind of ["cooperation", "conflict"]) {
      const figure = document.querySelector(`figure[id$="-${kind}"]`);
      if (!figure) continue;
      const drawing = figure.querySelectorAll(".drawing");
      drawing.forEach((each) => {
        each.classList.add("points");
        each.title = "Choose a point to see its events";
        each.addEventListener("click", (event) => {
          const day = nearest(figure, event.clientX);
          if (!day) return;
          at.value = day;
          at.form.elements.kind.value = kind;
          at.form.requestSubmit();
        });
      });
    }
  }
})();
