// Writes a KPI's code, or a function, where the cursor stands in the formula.
const field = document.querySelector("[name=expression]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button || !field) return;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
});
