// My entries: arrow keys and Enter move, Esc takes back, a row is saved when the person leaves it.
// Every row also has its own button and the page one for all; both work without this file.

const grid = document.querySelector("[data-entry-grid]");

const rowOf = (element) => element.closest("[data-entry-row]");
const cells = (row) => [...row.querySelectorAll("input[data-column]")];
const isChanged = (row) => [...row.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== input.defaultValue);

function save(row) {
  if (window.htmx && row.isConnected) row.dispatchEvent(new CustomEvent("save"));
}

function neighbour(input, step) {
  const column = input.dataset.column;
  const all = [...grid.querySelectorAll(`input[data-column="${column}"]`)];
  return all[all.indexOf(input) + step];
}

function move(target, event) {
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.select();
}

function onKey(event) {
  const input = event.target;
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (input.matches("input[data-column]")) {
    const { selectionStart: start, selectionEnd: end, value } = input;
    const whole = start === 0 && end === value.length;
    const siblings = cells(rowOf(input));
    const place = siblings.indexOf(input);
    if (event.key === "ArrowDown") move(neighbour(input, 1), event);
    else if (event.key === "ArrowUp") move(neighbour(input, -1), event);
    else if (event.key === "ArrowRight" && (whole || start === value.length)) move(siblings[place + 1], event);
    else if (event.key === "ArrowLeft" && (whole || end === 0)) move(siblings[place - 1], event);
  }
  if (event.key === "Enter" && input.matches("input:not([type=hidden])")) enter(input, event);
  else if (event.key === "Escape" && input.matches("input")) {
    input.value = input.defaultValue;
    input.select();
  }
}

function enter(input, event) {
  event.preventDefault();
  const next = input.dataset.column ? neighbour(input, event.shiftKey ? -1 : 1) : undefined;
  if (next) move(next, event);
  else save(rowOf(input));
}

if (grid) {
  grid.addEventListener("keydown", onKey);
  grid.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (row && !row.contains(event.relatedTarget) && isChanged(row)) save(row);
  });
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save-row]");
    if (!button || !window.htmx) return;
    event.preventDefault();
    save(rowOf(button));
  });
  // A log-in in another tab brings a new token: the cookie has it, this page has the old one.
  grid.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (token) event.detail.headers["X-CSRFToken"] = token[1];
  });
  // A save that did not come back with a row must not look like one that did.
  const failed = document.getElementById("entries-failed");
  for (const name of ["htmx:responseError", "htmx:sendError"]) grid.addEventListener(name, () => { failed.hidden = false; });
  grid.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.shouldSwap) failed.hidden = true; });
  // Leaving with something typed and not saved (a refused value) asks first.
  let sent = false;
  document.getElementById("entries").addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && [...grid.querySelectorAll("[data-entry-row]")].some(isChanged)) event.preventDefault();
  });
}
