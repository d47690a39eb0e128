// My entries: what is typed is saved row by row as drafts, and submitted by a button. The page works without this
// file; what it adds is in three modules (moving and taking back, the clipboard, saving), joined here.

const form = document.getElementById("entries");
const { gridModule, pasteModule, savingModule } = form.dataset;
const [{ makeGrid }, { clipboardOf }, { makeSaver, post }] = await Promise.all(
  [gridModule, pasteModule, savingModule].map((address) => import(address)));

const rowOf = (element) => element.closest("tr[data-row]");
const rowsOf = (elements) => new Set(elements.map(rowOf));
const stateLine = document.getElementById("entries-state");
const words = { saving: "saysSaving", saved: "saysSaved", look: "saysLook", typing: "saysTyping", offline: "saysOffline", logIn: "saysLogIn", failed: "saysFailed" };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function say(word, values = {}) {
  stateLine.textContent = fill(form.dataset[words[word]], values);
  stateLine.dataset.state = word;
  document.getElementById("entries-log-in").hidden = word !== "logIn";
  countDrafts();
}

const allRows = [...form.querySelectorAll("tr[data-row]")];
const inputsOf = (row) => [...row.querySelectorAll("td.entry > input")];

// Drafts and what is on its way to become one: what "Submit all" would hand in.
function countDrafts() {
  let all = 0;
  for (const row of allRows) {
    const count = inputsOf(row).filter((input) => !input.readOnly &&
      (saver.isDirty(input) ? input.value.trim() : input.parentElement.classList.contains("draft"))).length;
    row.classList.toggle("has-drafts", count > 0);
    all += count;
  }
  for (const place of document.querySelectorAll("[data-drafts]")) place.textContent = all || "";
  for (const button of document.querySelectorAll("[data-submit-all]")) button.disabled = !all;
}

const saver = makeSaver(form, say);

const grid = makeGrid(form, {
  changed(inputs) {
    saver.keep(inputs);
    say("typing");
    const here = rowOf(document.activeElement ?? form);
    const rows = rowsOf(inputs);
    const others = [...rows].filter((row) => row !== here);
    if (others.length) saver.now(others, "save");
    if (rows.has(here)) saver.later(here);
  },
  facts(input) {
    document.getElementById("entries-facts").textContent = [input.getAttribute("aria-label"), input.title].filter(Boolean).join(": ");
  },
  pasted: clipboardOf(preview),
});

// ---- a paste is shown before it is written

const dialog = document.getElementById("entries-paste");

async function preview(pairs, outside) {
  if (!pairs.length && !outside) return;
  const body = new URLSearchParams();
  for (const [input, text] of pairs) body.set(input.name, text);
  body.set("outside", outside);
  const answer = await post(form.dataset.preview, body);
  if (answer.failure) {
    say(answer.failure);
    return;
  }
  dialog.innerHTML = answer.html;
  dialog.returnValue = "";
  dialog.onclose = () => {
    const ready = new Set(answer.ready);
    if (dialog.returnValue === "keep") grid.write(pairs.filter(([input]) => ready.has(input.id)));
  };
  dialog.showModal();
}

// ---- saving

form.addEventListener("input", (event) => {
  if (grid.has(event.target) || !event.target.matches("input[type=text]")) return;
  saver.keep([event.target]);
  say("typing");
});
form.addEventListener("focusout", (event) => {
  const row = rowOf(event.target);
  if (!row || row.contains(event.relatedTarget)) return;
  if ([...row.querySelectorAll("input[type=text]")].some(saver.isDirty)) saver.now([row], "save");
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || grid.has(event.target) || !event.target.matches("input[type=text]")) return;
  event.preventDefault();
  saver.now([rowOf(event.target)], "save");
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-action]");
  if (!button) return;
  event.preventDefault();
  saver.now([rowOf(button)], button.value);
});
document.querySelector("[data-submit-all]").addEventListener("click", (event) => {
  event.preventDefault();
  saver.now(allRows.filter((row) => row.classList.contains("has-drafts")), "submit");
});

// ---- what an earlier visit could not save

const notice = document.getElementById("entries-kept");
const { here, elsewhere } = saver.offered();
if (here.length || elsewhere.size) {
  const first = Math.min(...[...here.map(([, item]) => item), ...elsewhere.values()].map((item) => item.at));
  const time = new Date(first).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const text = notice.querySelector("p");
  text.textContent = fill(form.dataset.saysKept, { time, count: here.length + elsewhere.size });
  for (const view of elsewhere.keys()) {
    const link = document.createElement("a");
    link.href = view || location.pathname;
    link.textContent = form.dataset.saysElsewhere;
    text.append(" ", link);
  }
  notice.querySelector("[data-put-back]").hidden = !here.length;
  notice.hidden = false;
}
notice.addEventListener("click", (event) => {
  if (event.target.closest("[data-put-back]")) saver.putBack(here);
  else if (event.target.closest("[data-discard]")) saver.forget();
  else return;
  notice.hidden = true;
  allRows[0]?.querySelector("input").focus();
});
// Of many periods the one that is due comes into sight; the names stay where they are.
for (const due of form.querySelectorAll("th.strong")) {
  const region = due.closest(".table-scroll");
  region.scrollLeft = Math.max(0, due.offsetLeft + 2 * due.offsetWidth - region.clientWidth);
}
countDrafts();
form.dataset.ready = "";
