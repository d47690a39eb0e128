// Small comforts on every page. Each works on what the server sent; without this file nothing is lost.

document.documentElement.classList.add("has-script");

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) {
    const message = dismiss.closest("li, .notice");
    message.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  const fill = event.target.closest("[data-fill-login]");
  if (fill) fillLogin(fill.dataset);
  closeMenus(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

function fillLogin({ fillLogin: email, password }) {
  const form = document.querySelector("form[data-login]");
  form.querySelector("[name=login]").value = email;
  form.querySelector("[name=password]").value = password;
  form.querySelector("[type=submit]").focus();
}

// One press, one request. A press on "Save" twice must not create two projects.
// Forms that answer with a download keep their page: mark them data-repeatable.
const sending = new Set();

function release(form) {
  sending.delete(form);
  for (const button of form.querySelectorAll("[data-sending]")) {
    button.removeAttribute("data-sending");
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  // After the browser has read the form: a disabled button would not send its own name and value.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button], :disabled)")) {
      button.dataset.sending = "";
      button.disabled = true;
    }
  });
  setTimeout(() => release(form), 15000);
});

// Back from the next page: the browser may show this one exactly as it was left.
window.addEventListener("pageshow", () => [...sending].forEach(release));

// Profile: show a theme or palette as soon as it is picked; it is kept only when saved.
document.addEventListener("change", (event) => {
  const { name, value } = event.target;
  if (event.target.closest("form[data-appearance]") && ["theme", "palette"].includes(name)) {
    document.documentElement.dataset[name] = value;
  }
});

// The error summary comes first for who cannot see it.
document.querySelector(".error-summary")?.focus();
