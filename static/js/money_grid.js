// The grid of a project's money: keys, paste and taking back as in My entries; saved by its button, all at once.

const form = document.getElementById("money");
const { gridModule, pasteModule, saysChanged, saysOutside } = form.dataset;
const [{ makeGrid }, { clipboardOf }] = await Promise.all([gridModule, pasteModule].map((address) => import(address)));

const inputs = [...form.querySelectorAll("td.entry > input")];
const state = document.getElementById("money-state");
let isSending = false;

function count() {
  const changed = inputs.filter((input) => input.value !== input.defaultValue);
  state.textContent = changed.length ? saysChanged.replace("{count}", changed.length) : "";
  return changed.length;
}

const grid = makeGrid(form, {
  changed(cells) {
    for (const input of cells) input.parentElement.classList.toggle("draft", input.value !== input.defaultValue);
    count();
  },
  facts() {},
  pasted: clipboardOf((pairs, outside) => {
    grid.write(pairs);
    if (outside) state.textContent += ` ${saysOutside.replace("{count}", outside)}`;
  }),
});

form.addEventListener("submit", () => { isSending = true; });
window.addEventListener("beforeunload", (event) => {
  if (!isSending && count()) event.preventDefault();
});
form.dataset.ready = "";
