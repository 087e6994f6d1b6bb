"use strict";
// While `detente study --watch` runs, this page is loaded anew when another was written: the width of
// a small picture beside it is the number of the last page. Where the picture is gone, nobody watches.
(() => {
  const own = Number("NUMBER");
  const look = () => {
    const mark = new Image();
    mark.onload = () => {
      if (mark.naturalWidth === own) setTimeout(look, 700);
      else location.reload();
    };
    mark.src = `follow.svg?${Date.now()}`;
  };
  look();
})();
