// One box ticks a whole group; what somebody else has to verify stays as it is.

document.addEventListener("change", ({ target }) => {
  const group = target.closest("[data-select-group]");
  if (!group) return;
  const boxes = [...group.querySelectorAll("input[name]:not([data-blocked], :disabled)")];
  const all = group.querySelector("[data-select-all]");
  if (target === all) {
    for (const box of boxes) box.checked = all.checked;
  } else if (all) {
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  }
});
