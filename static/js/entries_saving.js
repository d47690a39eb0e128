// Keeps what is typed in My entries: at once in this browser, row by row at the server. What the server did not take
// (no connection, logged out, a crash) is offered again.

const RETRY = 15000;

export function makeSaver(form, say) {
  const key = form.dataset.keep;
  const waiting = new Map(); // row → what its button asks for
  let sending = false;
  let timer = 0;
  let kept = readKept();

  // ---- kept in this browser

  function readKept() {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }

  function writeKept() {
    try {
      if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store: the server still gets every row */ }
  }

  const idOf = (element) => element.id || element.name;
  const isDirty = (element) => element.value !== element.defaultValue;

  function keep(elements) {
    for (const element of elements) {
      if (isDirty(element)) {
        kept[idOf(element)] = { text: element.value, name: element.name, at: Date.now(), view: location.search };
      } else delete kept[idOf(element)];
    }
    writeKept();
  }

  function forget(ids) {
    for (const id of ids) delete kept[id];
    writeKept();
  }

  // ---- to the server

  const texts = (row) => [...row.querySelectorAll("input[type=text]")];

  function later(row, pause = 3000) {
    if (!waiting.has(row)) waiting.set(row, "save");
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  }

  function now(rows, action) {
    // What a button asked for is not taken back by the row's own saving.
    for (const row of rows) if (action !== "save" || !waiting.has(row)) waiting.set(row, action);
    return flush();
  }

  async function flush() {
    clearTimeout(timer);
    if (sending || !waiting.size) return;
    // One request for all that ask for the same.
    const action = [...waiting.values()].find((word) => word !== "save") ?? "save";
    const rows = [...waiting].filter(([, word]) => word === action).map(([row]) => row);
    for (const row of rows) waiting.delete(row);
    sending = true;
    say("saving");
    const sent = new Map(rows.flatMap(texts).filter(isDirty).map((element) => [idOf(element), element.value]));
    const answer = await send(rows, action);
    sending = false;
    if (answer.failure) {
      // An action is a decision of that moment: later only what was typed is kept.
      for (const row of rows) if (!waiting.has(row)) waiting.set(row, "save");
      say(answer.failure);
      timer = setTimeout(flush, RETRY);
      return;
    }
    take(answer, rows, sent);
    if (waiting.size) flush();
  }

  async function send(rows, action) {
    // Not FormData: the server reads hundreds of these fields three times as fast.
    const body = new URLSearchParams();
    body.set("action", action);
    for (const row of rows) for (const element of row.querySelectorAll("[name]:not(button)")) body.set(element.name, element.value);
    return post(form.getAttribute("action"), body);
  }

  function take(answer, rows, sent) {
    for (const [pk, html] of Object.entries(answer.rows)) {
      const row = document.getElementById(`row-${pk}`);
      if (row) redraw(row, html, sent);
    }
    const left = new Set(answer.left);
    forget([...sent.keys()].filter((id) => !left.has(id)));
    keep(rows.flatMap(texts).filter(isDirty));
    document.getElementById("entries-heading").textContent = answer.heading;
    document.getElementById("entries-announcement").textContent = answer.announcement;
    say(answer.problems ? "look" : "saved", { time: answer.saved, count: answer.problems });
  }

  // ---- after a crash, a log-out, a closed window

  function offered() {
    const here = [];
    const elsewhere = new Map();
    for (const [id, item] of Object.entries(kept)) {
      const element = document.getElementById(id) ?? form.elements[id];
      if (!element) elsewhere.set(item.view, item);
      else if (element.value === item.text || element.readOnly) delete kept[id];
      else here.push([element, item]);
    }
    writeKept();
    return { here, elsewhere };
  }

  function putBack(here) {
    for (const [element, item] of here) {
      element.value = item.text;
      // Under the version it was based on: what somebody else wrote since shows as a conflict.
      element.name = item.name;
    }
    now(new Set(here.map(([element]) => element.closest("tr"))), "save");
  }

  addEventListener("online", flush);
  addEventListener("focus", flush);
  document.addEventListener("visibilitychange", flush);
  addEventListener("offline", () => {
    if (waiting.size || Object.keys(kept).length) say("offline");
  });

  return { keep, later, now, offered, putBack, forget: () => { kept = {}; writeKept(); }, isDirty };
}

// The answer of the server, or { failure } when it was none: a redirect is the way to the log-in.
export async function post(address, body) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const headers = { Accept: "application/json", ...(token && { "X-CSRFToken": token[1] }) };
  try {
    const response = await fetch(address, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(30000) });
    if (response.type === "opaqueredirect" || response.status === 401) return { failure: "logIn" };
    return response.ok ? await response.json() : { failure: "failed" };
  } catch {
    return { failure: "offline" };
  }
}

// The server's row, without taking away the cell a person is in, or what they typed since it was sent.
function redraw(row, html, sent) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("tr");
  row.className = fresh.className;
  row.dataset.submits = fresh.dataset.submits;
  const cells = [...fresh.querySelectorAll("td.entry")];
  [...row.querySelectorAll("td.entry")].forEach((cell, place) => redrawCell(cell, cells[place], sent));
  redrawState(row.querySelector(".entry-state"), fresh.querySelector(".entry-state"), sent);
}

const ATTRIBUTES = ["title", "placeholder", "readonly", "aria-describedby", "aria-invalid"];

function redrawCell(cell, fresh, sent) {
  const [input, other] = [cell, fresh].map((one) => one.querySelector("input"));
  const selected = cell.classList.contains("is-selected");
  cell.className = fresh.className;
  cell.classList.toggle("is-selected", selected);
  for (const name of ATTRIBUTES) {
    if (other.hasAttribute(name)) input.setAttribute(name, other.getAttribute(name));
    else input.removeAttribute(name);
  }
  // Typed since the request left, or, where it was not in the request, typed and still to be sent: that one keeps
  // the version it was based on.
  const isNewer = input.value !== (sent.get(input.id) ?? input.defaultValue);
  if (isNewer && !sent.has(input.id)) return;
  input.name = other.name;
  const text = isNewer ? input.value : other.value;
  input.defaultValue = other.defaultValue;
  if (input.value !== text) input.value = text;
}

function redrawState(cell, fresh, sent) {
  const active = cell.contains(document.activeElement) ? document.activeElement : null;
  for (const old of cell.querySelectorAll("input[type=text]")) {
    const other = fresh.querySelector(`[name="${old.name}"]`);
    if (other && old.value !== old.defaultValue && old.value !== sent.get(old.name)) other.value = old.value;
  }
  if (active?.closest("details") && !sent.has(active.name)) fresh.querySelector("details").open = true;
  cell.replaceWith(fresh);
  const again = active?.name && [...fresh.querySelectorAll("[name]")].find((one) => one.name === active.name && one.value === active.value);
  (again ?? null)?.focus();
}
