// Tools under a chart: Explore (loads Plotly only now), copy or download the data, download a picture.
// Every chart is complete without this file.

const PLOTLY_STYLE_ID = "plotly.js-style-global";
// The bundle brings a style sheet for maps, which we have none of; it stays out where this id is taken.
const MAP_STYLE_ID = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "opacity"];
const WRITTEN = ["font-family", "font-size", "font-weight"];

const visible = (element) => element.getClientRects().length > 0;
const drawing = (chart) => [...chart.querySelectorAll("svg")].find(visible);
const message = (chart) => chart.querySelector(".chart-message").textContent.trim();

function say(chart, text) {
  const status = chart.querySelector(".chart-status");
  status.textContent = text;
  setTimeout(() => { if (status.textContent === text) status.textContent = ""; }, 4000);
}

function save(chart, blob, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = (message(chart).replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 80) || "chart") + ending;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---- The data, as a spreadsheet reads it

const MISSING = "—";

function plain(cell) {
  const text = cell.textContent.trim();
  if (cell.tagName === "TD" && text === MISSING) return "";
  const number = text.replace(/,/g, "").replace(/^−/, "-").replace(/[\s\u00a0]%$/, "%");
  if (cell.tagName === "TD" && /^[-+]?\d*\.?\d+(e[-+]?\d+)?%?$/.test(number)) return number.replace(/^\+/, "");
  // A name that begins like a formula stays a name.
  return /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
}

function rows(chart) {
  return [...chart.querySelectorAll(".chart-data tr")].map((row) => [...row.cells].map(plain));
}

function csv(chart) {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return rows(chart).map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
}

async function copyTable(chart, button) {
  const text = rows(chart).map((row) => row.join("\t")).join("\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the clipboard is closed; the old way still works.
    const area = document.createElement("textarea");
    area.value = text;
    chart.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  say(chart, button.dataset.copy);
}

// ---- The picture

function standalone(svg) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    const names = element.tagName === "text" ? [...DRAWN, ...WRITTEN] : DRAWN;
    for (const name of names) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("class");
  });
  return copy;
}

function picture(chart) {
  const svg = drawing(chart);
  const copy = standalone(svg);
  const { width, height } = svg.viewBox.baseVal;
  const style = getComputedStyle(chart);
  const texts = [...chart.querySelectorAll("figcaption p")].filter((line) => line.textContent.trim());
  const head = 18 * texts.length + 20;
  const make = (tag, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  copy.prepend(
    make("rect", { x: -16, y: -head, width: width + 32, height: height + head + 16, fill: colourOf(chart, "--card") }),
    ...texts.map((line, index) => {
      const look = getComputedStyle(line);
      const place = { x: 0, y: 24 - head + 18 * index, fill: look.color, "font-family": style.fontFamily };
      return make("text", { ...place, "font-size": index ? 12 : 15, "font-weight": look.fontWeight }, line.textContent.trim());
    }),
  );
  copy.setAttribute("viewBox", `-16 ${-head} ${width + 32} ${height + head + 16}`);
  copy.setAttribute("width", (width + 32) * 2);
  copy.setAttribute("height", (height + head + 16) * 2);
  copy.removeAttribute("class");
  return copy;
}

async function png(chart) {
  const svg = picture(chart);
  const source = new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  const image = new Image();
  image.src = URL.createObjectURL(source);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Number(svg.getAttribute("width"));
  canvas.height = Number(svg.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((blob) => save(chart, blob, ".png"), "image/png");
}

// ---- Explore

// A custom property may hold light-dark(); only a real colour property resolves it.
function colourOf(host, property) {
  const probe = document.createElement("span");
  probe.style.color = `var(${property})`;
  host.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function recoloured(value, colours) {
  if (typeof value === "string") return colours[value] ?? value;
  if (Array.isArray(value)) return value.map((item) => recoloured(item, colours));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recoloured(item, colours)]));
}

let plotly;

// Where these elements stand, Plotly adds no style sheets of its own, which the page's policy forbids.
function takeStyleIds(address) {
  if (document.getElementById(PLOTLY_STYLE_ID)) return;
  const sheet = document.createElement("link");
  Object.assign(sheet, { id: PLOTLY_STYLE_ID, className: "no-inline-styles", rel: "stylesheet", href: address });
  const map = document.createElement("meta");
  map.id = MAP_STYLE_ID;
  document.head.append(sheet, map);
}

function loadPlotly(button) {
  takeStyleIds(button.dataset.plotlyStyle);
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = button.dataset.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { plotly = undefined; script.remove(); reject(new Error(script.src)); };
    document.head.append(script);
  });
  return plotly;
}

async function payload(address) {
  if (address.startsWith("#")) return JSON.parse(document.getElementById(address.slice(1)).textContent);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function openDialog(chart, button) {
  const dialog = document.createElement("dialog");
  dialog.className = "chart-dialog";
  const heading = document.createElement("h2");
  heading.id = `${chart.id}-explore`;
  heading.textContent = message(chart);
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = button.dataset.close;
  close.onclick = () => dialog.close();
  const head = document.createElement("header");
  head.append(heading, close);
  const plot = document.createElement("div");
  plot.className = "chart-plot";
  dialog.append(head, plot);
  chart.append(dialog);
  dialog.showModal();
  return { dialog, plot };
}

async function explore(chart, button) {
  button.disabled = true;
  try {
    const [library, { figure, colours }] = await Promise.all([loadPlotly(button), payload(button.dataset.explore)]);
    const { dialog, plot } = openDialog(chart, button);
    dialog.onclose = () => { library.purge(plot); dialog.remove(); button.focus(); };
    const here = Object.fromEntries(Object.entries(colours).map(([hex, name]) => [hex, colourOf(chart, name)]));
    const { data, layout } = recoloured(figure, here);
    layout.font.family = getComputedStyle(chart).fontFamily;
    await library.newPlot(plot, data, layout, {
      responsive: true,
      displaylogo: false,
      // By default Plotly offers to send the figures to its own server: they stay here.
      showSendToCloud: false,
      plotlyServerURL: "",
      modeBarButtonsToRemove: ["select2d", "lasso2d"],
    });
  } catch {
    say(chart, button.dataset.failed);
  } finally {
    button.disabled = false;
  }
}

// ---- One listener for all charts, also for those that arrive later

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart] .chart-tools button");
  if (!button) return;
  const chart = button.closest("[data-chart]");
  if ("explore" in button.dataset) explore(chart, button);
  if ("copy" in button.dataset) copyTable(chart, button);
  // A spreadsheet knows by the mark at the beginning that the text is UTF-8.
  if ("csv" in button.dataset) save(chart, new Blob(["\ufeff", csv(chart)], { type: "text/csv" }), ".csv");
  if ("png" in button.dataset) png(chart);
});

const showTools = () => document.querySelectorAll(".chart-tools[hidden]").forEach((tools) => { tools.hidden = false; });
showTools();
document.addEventListener("htmx:load", showTools);
