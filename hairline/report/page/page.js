"use strict";
// Tables that sort and filter, galleries that flip, a viewer that enlarges. Without it the page still says all.

const PREFIX = "data:image/png;base64,";
const HEAD = 44; // letters of base64 before the palette: the PNG's signature and its header
const VIEWS = ["photograph", "truth", "prediction", "verdict"];

// --- tables ---------------------------------------------------------------------------------------------------------

for (const box of document.querySelectorAll(".sortable")) {
  const body = box.querySelector("tbody");
  const rows = [...body.rows];
  const heads = [...box.querySelectorAll("thead th")];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const values = new Map(rows.map((row) => [row, row.cells[column].dataset.value]));
      const numeric = column > 0;
      const turns = numeric ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
      const turn = turns[(turns.indexOf(head.getAttribute("aria-sort")) + 1) % turns.length];
      for (const other of heads) other.setAttribute("aria-sort", other === head ? turn : "none");
      body.append(...(turn === "none" ? rows : sorted(rows, values, numeric, turn === "descending" ? -1 : 1)));
    });
  });
  const field = box.querySelector("input[type=search]");
  field?.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
    const count = rows.filter((row) => !row.hidden).length;
    box.querySelector("output").textContent = wanted ? `${count} of ${rows.length} arms` : `${rows.length} arms`;
  });
}

function sorted(rows, values, numeric, sign) {
  const absent = rows.filter((row) => values.get(row) === "");
  const present = rows.filter((row) => values.get(row) !== "");
  const compare = numeric ? (a, b) => a - b : (a, b) => a.localeCompare(b, "en", { numeric: true });
  present.sort((one, other) => sign * compare(values.get(one), values.get(other)));
  return [...present, ...absent]; // what has no value is neither the best nor the worst
}

// --- galleries ------------------------------------------------------------------------------------------------------

const viewer = document.getElementById("viewer");
const galleries = [...document.querySelectorAll(".gallery")].map((section) => {
  const data = JSON.parse(section.querySelector(".gallery-data").textContent);
  const shots = [...section.querySelectorAll(".shot")].map((figure) => {
    const [photograph, layer] = figure.querySelectorAll("img");
    return { figure, photograph, layer, head: layer.src.slice(PREFIX.length, PREFIX.length + HEAD) };
  });
  const drawn = PREFIX.length + HEAD + data.palettes.verdict.length;
  data.runs[0].layers = shots.map((shot) => shot.layer.src.slice(drawn));
  return { section, data, shots, view: "verdict", run: 0 };
});
let open = null; // what the viewer shows: a gallery and the place of a picture

function layerOf(gallery, place) {
  const colours = gallery.data.palettes[gallery.view] ?? gallery.data.palettes.verdict;
  return PREFIX + gallery.shots[place].head + colours + gallery.data.runs[gallery.run].layers[place];
}

function describe(gallery) {
  const name = gallery.data.runs[gallery.run].name;
  return { photograph: "", truth: "drawn truth", prediction: `prediction of ${name}`,
    verdict: `what ${name} found, missed and imagined` }[gallery.view];
}

function show(gallery) {
  gallery.section.dataset.view = gallery.view;
  gallery.shots.forEach((shot, place) => {
    shot.layer.src = layerOf(gallery, place);
    shot.layer.alt = describe(gallery);
    const lines = gallery.data.runs[gallery.run].scores[place];
    [...shot.figure.querySelectorAll(".scores span")].forEach((line, index) => { line.textContent = lines[index]; });
  });
  mark(gallery.section, gallery);
  if (open?.gallery === gallery) enlarge(gallery, open.place);
}

function mark(place, gallery) {
  for (const button of place.querySelectorAll(".views button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === gallery.view));
  }
  place.querySelector("select").value = gallery.run;
}

function enlarge(gallery, place) {
  const moved = open?.gallery !== gallery;
  open = { gallery, place };
  const shot = gallery.shots[place];
  const frame = viewer.querySelector(".frame");
  frame.replaceChildren(shot.photograph.cloneNode(), shot.layer.cloneNode());
  frame.style.setProperty("--ratio", shot.photograph.getAttribute("width") / shot.photograph.getAttribute("height"));
  viewer.dataset.view = gallery.view;
  const name = shot.figure.querySelector("strong").textContent;
  viewer.querySelector("h2").textContent = `${name} (${place + 1} of ${gallery.shots.length})`;
  viewer.querySelector(".scores").textContent = gallery.data.runs[gallery.run].scores[place].join(" · ");
  if (moved || !viewer.open) {
    viewer.querySelector("select").replaceChildren(
      ...[...gallery.section.querySelector("select").children].map((each) => each.cloneNode(true)));
    viewer.querySelector(".legend-place").replaceChildren(gallery.section.querySelector(".legends").cloneNode(true));
  }
  mark(viewer, gallery);
  if (!viewer.open) {
    viewer.showModal();
    viewer.querySelector("[data-step='1']").focus();
  }
}

function step(by) {
  const count = open.gallery.shots.length;
  enlarge(open.gallery, (open.place + by + count) % count);
}

function turn(gallery, view) {
  gallery.view = view;
  show(gallery);
}

for (const gallery of galleries) {
  listen(gallery.section, () => gallery);
  gallery.shots.forEach((shot, place) => {
    shot.figure.querySelector(".frame").addEventListener("click", () => enlarge(gallery, place));
  });
}

function listen(place, which) {
  for (const button of place.querySelectorAll(".views button")) {
    button.addEventListener("click", () => turn(which(), button.dataset.view));
  }
  place.querySelector("select").addEventListener("change", (event) => {
    which().run = Number(event.target.value);
    show(which());
  });
}

if (viewer) {
  listen(viewer, () => open.gallery);
  for (const button of viewer.querySelectorAll(".step")) {
    button.addEventListener("click", () => step(Number(button.dataset.step)));
  }
  viewer.querySelector(".close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
  viewer.addEventListener("close", () => {
    open.gallery.shots[open.place].figure.querySelector(".frame").focus();
    open = null;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select")) return;
  const near = galleries.find((gallery) => gallery.section.contains(document.activeElement));
  const view = VIEWS[Number(event.key) - 1];
  if (view) {
    for (const gallery of open ? [open.gallery] : near ? [near] : galleries) turn(gallery, view);
    return;
  }
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  if (open) {
    step(by);
  } else {
    const frames = near?.shots.map((shot) => shot.figure.querySelector(".frame")) ?? [];
    const at = frames.indexOf(document.activeElement);
    if (at < 0) return;
    frames[(at + by + frames.length) % frames.length].focus();
  }
  event.preventDefault();
});

// On paper: where the best run is right and wrong, whatever the screen shows.
const paper = window.matchMedia("print");
let kept = null;

function toPaper() {
  if (kept) return;
  kept = galleries.map(({ view, run }) => ({ view, run }));
  for (const gallery of galleries) show(Object.assign(gallery, { view: "verdict", run: 0 }));
}

function fromPaper() {
  galleries.forEach((gallery, place) => show(Object.assign(gallery, kept?.[place])));
  kept = null;
}

paper.addEventListener("change", () => (paper.matches ? toPaper() : fromPaper()));
window.addEventListener("beforeprint", toPaper);
window.addEventListener("afterprint", fromPaper);
