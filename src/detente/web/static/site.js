"use strict";
// Follows work that goes on, and sends forms as they change. The pages are complete without it.
(() => {
  const work = document.getElementById("work");
  const text = (id, value) => { document.getElementById(id).textContent = value; };

  const follow = async () => {
    try {
      const answer = await fetch(work.dataset.work, { headers: { accept: "application/json" } });
      if (!answer.ok) return location.reload();
      const state = await answer.json();
      if (state.ready) return location.reload();
      text("doing", state.doing[0].toUpperCase() + state.doing.slice(1));
      text("seconds", Math.round(state.seconds));
      const share = document.getElementById("share");
      if (state.of) { share.max = state.of; share.value = state.done; }
    } catch { /* the server may be away for a moment */ }
    setTimeout(follow, 1000);
  };
  if (work) setTimeout(follow, 500);

  // What is empty or as declared is left out of the address, which stays short enough to share.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    for (const field of event.target.elements) {
      if (field.name && ["", field.dataset.declared].includes(field.value)) field.disabled = true;
    }
  });
  document.addEventListener("input", (event) => {
    const output = event.target.parentElement?.querySelector("output:not([id])");
    if (output) output.value = event.target.value;
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form [disabled]").forEach((field) => { field.disabled = false; });
  });
})();
