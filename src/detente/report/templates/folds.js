
// Folds: links open what they point to, a reader's choice is kept, paper shows all; of long
// tables that nobody opened, the first rows.
// Without this script all of it opens by hand.
(() => {
  const folds = [...document.querySelectorAll("details")];
  const button = document.getElementById("unfold");
  const place = `detente:${location.pathname}`;
  const tallest = 9000;
  const name = (fold) => fold.id || folds.indexOf(fold);

  const chosen = () => {
    try { return JSON.parse(localStorage.getItem(place)); } catch { return null; }
  };
  const keep = () => {
    const open = folds.filter((fold) => fold.open).map(name);
    try { localStorage.setItem(place, JSON.stringify(open)); } catch { /* private windows */ }
  };

  // On a desk, sections stand open as far as the page stays short.
  const openWhatFits = () => {
    if (!matchMedia("(min-width: 60rem)").matches) return;
    for (const fold of document.querySelectorAll("details.shelf")) {
      fold.open = true;
      fold.open = document.documentElement.scrollHeight <= tallest;
    }
  };

  const reveal = (address) => {
    let id;
    try { id = decodeURIComponent(address.slice(1)); } catch { return; }
    const target = document.getElementById(id);
    const nearest = target?.closest("details");
    for (let fold = nearest; fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (nearest) (target.parentElement === nearest ? nearest : target).scrollIntoView();
  };

  const allOpen = () => folds.every((fold) => fold.open);
  const label = () => { button.textContent = allOpen() ? "Fold all" : "Unfold all"; };

  document.addEventListener("toggle", () => button && label(), true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("summary")) setTimeout(keep);
    const link = event.target.closest("a[href^='#']");
    if (link) setTimeout(() => reveal(link.hash));
  });
  button?.addEventListener("click", () => {
    const open = !allOpen();
    folds.forEach((fold) => { fold.open = open; });
    keep();
  });
  addEventListener("hashchange", () => reveal(location.hash));

  // Style alone does it where it can reach into a fold.
  let folded = [];
  addEventListener("beforeprint", () => {
    if (CSS.supports("selector(::details-content)")) return;
    folded = folds.filter((fold) => !fold.open);
    folded.forEach((fold) => { fold.dataset.folded = ""; fold.open = true; });
  });
  addEventListener("afterprint", () => { folded.forEach((fold) => { delete fold.dataset.folded; fold.open = false; }); });

  const choice = chosen();
  if (choice) folds.forEach((fold) => { fold.open = choice.includes(name(fold)); });
  else openWhatFits();
  if (button) { button.hidden = false; label(); }
  if (location.hash) reveal(location.hash);
})();
