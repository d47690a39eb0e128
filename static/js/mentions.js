// Names while writing a comment: after "@" the members whose name goes on so are offered. What is chosen is typed into
// the text; the server reads the names there, so nothing is lost without this file.

function attach(form) {
  const area = form.querySelector("textarea[data-mention]");
  const people = [...form.querySelectorAll("input[name=tell]")].map((box) => ({
    box,
    name: box.closest("label")?.textContent.trim() ?? "",
  }));
  if (!area || !people.length) return;

  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${area.id}-names`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("legend")?.textContent.trim() ?? "@");
  list.hidden = true;
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");
  let at = -1;
  let place = 0;

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    at = -1;
    area.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    place = next;
    options().forEach((option, index) => option.setAttribute("aria-selected", index === next));
    area.setAttribute("aria-activedescendant", options()[next].id);
  }

  function offer() {
    const before = area.value.slice(0, area.selectionStart);
    const found = /[@＠]([^@＠\n]{0,40})$/u.exec(before);
    const typed = found?.[1].toLowerCase();
    const fitting = found
      ? people.filter(({ name }) => name.toLowerCase().includes(typed) && name.toLowerCase() !== typed).slice(0, 6)
      : [];
    if (!fitting.length) return close();
    at = before.length - found[1].length;
    list.replaceChildren(
      ...fitting.map(({ name, box }, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.textContent = name;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(name, box);
        });
        return option;
      }),
    );
    list.hidden = false;
    mark(0);
  }

  function choose(name, box) {
    const end = area.selectionStart;
    area.setRangeText(`${name} `, at, end, "end");
    box.checked = true;
    close();
  }

  area.addEventListener("input", offer);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const count = options().length;
    if (event.key === "ArrowDown") mark((place + 1) % count);
    else if (event.key === "ArrowUp") mark((place + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") options()[place].dispatchEvent(new MouseEvent("mousedown"));
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-mentions]")) attach(form);
