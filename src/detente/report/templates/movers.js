"use strict";
(() => {
  const slider = document.getElementById("period");
  const shown = document.getElementById("shown");
  const net = document.querySelector(".world-net");
  if (!slider || !net) return;
  const frames = net.dataset.frames.split("|");
  const ties = [...net.querySelectorAll(".tie")].map((tie) => ({
    tie, close: tie.dataset.close.split(" ").map(Number), size: tie.dataset.size.split(" ").map(Number),
  }));
  const show = () => {
    const at = Number(slider.value) - Number(slider.min);
    shown.textContent = frames[at];
    slider.setAttribute("aria-valuetext", frames[at]);
    for (const { tie, close, size } of ties) {
      tie.classList.toggle("closer", close[at] > 0.33);
      tie.classList.toggle("apart", close[at] < -0.33);
      tie.setAttribute("stroke-width", String(size[at]));
    }
  };
  slider.addEventListener("input", show);
  // Where the period is part of the address, the address follows.
  slider.addEventListener("change", () => {
    if (!slider.name) return;
    const address = new URL(location.href);
    if (slider.value === slider.max) address.searchParams.delete(slider.name);
    else address.searchParams.set(slider.name, slider.value);
    history.replaceState(null, "", address);
  });
  show();
})();
