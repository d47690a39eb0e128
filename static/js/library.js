// Picking from the library: the fields of a KPI come when its box is ticked and go when it is not.
// What was typed is kept, should it be picked again. Without this file a button does the same.

const form = document.querySelector("form[data-setup]");
const picked = form.querySelector("[data-picked]");
const announcement = form.querySelector("[data-announce]");
const put = new Map();

function blockOf(code) {
  return picked.querySelector(`[data-pick="${CSS.escape(code)}"]`);
}

function announce(kind, box) {
  const name = form.querySelector(`label[for="${CSS.escape(box.id)}"]`).textContent;
  announcement.textContent = announcement.dataset[kind].replace("%(name)s", name);
}

async function fetchBlock(code) {
  const answer = await fetch(`${form.getAttribute("action")}?block=${encodeURIComponent(code)}`);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content.querySelector("[data-pick]");
}

async function add(box) {
  try {
    const block = put.get(box.value) ?? (await fetchBlock(box.value));
    put.set(box.value, block);
    // Meanwhile the box may have been ticked off again.
    if (!box.checked || blockOf(box.value)) return;
    picked.append(block);
    announce("added", box);
  } catch {
    form.querySelector("button[name=narrow]").click();
  }
}

function remove(box) {
  const block = blockOf(box.value);
  if (!block) return;
  put.set(box.value, block);
  block.remove();
  announce("removed", box);
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "pick") return;
  if (target.checked) add(target);
  else remove(target);
});
