"use strict";
// Downloads of charts and tables. The page is complete without this script.
(() => {
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const shownDrawing = (figure) =>
    [...figure.querySelectorAll(".drawing svg")].find((svg) => svg.getClientRects().length) ||
    figure.querySelector(".drawing svg");

  // A file has no style sheet: colours are resolved, the title and a background are drawn in.
  const standalone = (figure) => {
    const source = shownDrawing(figure);
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    const [, , width, height] = source.getAttribute("viewBox").split(" ").map(Number);
    const head = 30, edge = 10;
    const copy = source.cloneNode(true);
    const size = { x: -edge, y: -head, w: width + 2 * edge, h: height + head + edge };
    copy.setAttribute("viewBox", `${size.x} ${size.y} ${size.w} ${size.h}`);
    copy.setAttribute("width", size.w);
    copy.setAttribute("height", size.h);
    copy.setAttribute("font-family", "Arial, Helvetica, sans-serif");
    const make = (name, attributes, text) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(attributes).forEach(([key, v]) => node.setAttribute(key, v));
      if (text) node.textContent = text;
      return node;
    };
    const title = figure.querySelector(".chart-title").textContent;
    const letters = Math.max(title.length, 1);
    copy.prepend(
      make("rect", { x: size.x, y: size.y, width: size.w, height: size.h, fill: "var(--c-paper)" }),
      make("text", {
        x: 2, y: 12 - head + 6, "font-weight": "bold", fill: "var(--c-ink)",
        "font-size": Math.min(13, (width - 4) / (letters * 0.6)).toFixed(1),
      }, title),
    );
    copy.querySelectorAll("text").forEach((text) => {
      text.setAttribute("paint-order", "stroke");
      text.setAttribute("stroke", "var(--c-paper)");
      text.setAttribute("stroke-width", "3");
      text.setAttribute("stroke-linejoin", "round");
    });
    const raw = new XMLSerializer().serializeToString(copy);
    return { text: raw.replace(/var\((--[\w-]+)\)/g, (_, name) => value(name)), size };
  };

  const saveSvg = (figure) => {
    const blob = new Blob([standalone(figure).text], { type: "image/svg+xml" });
    save(blob, `${figure.id}.svg`);
  };

  const savePng = (figure) => {
    const { text, size } = standalone(figure);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      const scale = 3;
      canvas.width = Math.round(size.w * scale);
      canvas.height = Math.round(size.h * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, `${figure.id}.png`), "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  };

  const cellText = (cell) => {
    const data = cell.querySelector("data");
    const text = data ? data.value : cell.textContent.trim();
    return text === "–" ? "" : text;
  };
  // As detente.spreadsheets: what begins like a formula gets an apostrophe, also after ; and tabs.
  const formula = /^[\x00-\x08\x0b\x0c\x0e-\x20\u00a0\ufeff]*[=+\-@＝＋－＠]/;
  const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?%?\s*$/i;
  const part = (text) => (formula.test(text) && !number.test(text) ? `'${text}` : text);
  const harmless = (text) => {
    const joined = text.split(/([;\t\r\n])/).map((text, n) => (n % 2 ? text : part(text))).join("");
    return /^[\t\r\n]/.test(joined) ? `'${joined}` : joined;
  };
  const told = "safeCsv" in document.body.dataset ? harmless : (text) => text;
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const saveCsv = (figure) => {
    const rows = [...figure.querySelectorAll("table tr")];
    const lines = rows.map((row) => [...row.cells].map((cell) => quoted(told(cellText(cell)))).join(","));
    save(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }), `${figure.id}.csv`);
  };

  const savers = { png: savePng, svg: saveSvg, csv: saveCsv };
  document.querySelectorAll("figure .tools").forEach((tools) => {
    const title = tools.closest("figure").querySelector(".chart-title").textContent;
    tools.replaceChildren(...Object.keys(savers).map((kind) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.save = kind;
      button.textContent = kind.toUpperCase();
      button.setAttribute("aria-label", `Download ${button.textContent}: ${title}`);
      return button;
    }));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-save]");
    if (button) savers[button.dataset.save](button.closest("figure"));
  });
})();
