// Moving, selecting, filling and taking back in the tables of My entries. Knows nothing of saving: whoever listens
// is told which inputs have changed.

const STEPS = 200;

export function makeGrid(form, { changed, pasted, facts }) {
  const places = new Map();
  const tables = [...form.querySelectorAll("table[data-entry-grid]")].map((table) =>
    [...table.querySelectorAll("tr[data-row]")].map((row) => [...row.querySelectorAll("td.entry > input")]));
  tables.forEach((rows, table) => rows.forEach((cells, row) => cells.forEach((input, column) => {
    places.set(input, { table, row, column });
  })));
  for (const link of form.querySelectorAll("a.cell-more")) link.tabIndex = -1;

  const inputAt = ({ table, row, column }) => tables[table][row]?.[column];
  const past = [];
  let future = [];
  let editing = null; // { input, before }: the cell with the focus, as it was when it got it
  let anchor = null; // where a selection began
  let head = null; // where it ends

  // ---- steps

  function remember(pairs) {
    past.push(pairs);
    if (past.length > STEPS) past.shift();
    future = [];
  }

  // What was typed into the cell with the focus becomes a step of its own.
  function commit() {
    if (!editing || editing.input.value === editing.before) return;
    const { input, before } = editing;
    remember([{ input, before, after: input.value }]);
    editing.before = input.value;
  }

  function write(pairs) {
    commit();
    const step = pairs.filter(([input, text]) => !input.readOnly && input.value !== text)
      .map(([input, after]) => ({ input, before: input.value, after }));
    if (!step.length) return;
    remember(step);
    show(step.map(({ input, after }) => [input, after]));
  }

  function show(pairs) {
    for (const [input, text] of pairs) {
      input.value = text;
      if (editing?.input === input) editing.before = text;
    }
    changed(pairs.map(([input]) => input));
  }

  function travel(from, to, side) {
    commit();
    const step = from.pop();
    if (!step) return;
    to.push(step);
    show(step.map((part) => [part.input, part[side]]));
    const { input } = step.at(-1);
    input.focus();
    input.select();
  }

  // ---- selection: the block between anchor and head, in one table

  function block() {
    if (!anchor || !head) return [];
    const range = (one, other) => Array.from({ length: Math.abs(one - other) + 1 }, (_, step) => Math.min(one, other) + step);
    return range(anchor.row, head.row).map((row) =>
      range(anchor.column, head.column).map((column) => inputAt({ table: anchor.table, row, column })).filter(Boolean));
  }

  function paint() {
    for (const cell of form.querySelectorAll("td.is-selected")) cell.classList.remove("is-selected");
    const cells = block().flat();
    if (cells.length > 1) for (const input of cells) input.parentElement.classList.add("is-selected");
  }

  function select(from, to) {
    [anchor, head] = [from, to];
    paint();
  }

  function extend(place) {
    if (!place || !anchor || place.table !== anchor.table || !inputAt(place)) return false;
    select(anchor, place);
    return true;
  }

  const isBlock = () => block().flat().length > 1;

  // ---- keys

  function go(input) {
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  }

  // The cell above or below; from the last row of a table into the next one.
  function below(place, step) {
    const next = inputAt({ ...place, row: place.row + step });
    if (next) return next;
    const rows = tables[place.table + step];
    return rows && rows.at(step > 0 ? 0 : -1)[place.column];
  }

  function arrow(event, input) {
    const { selectionStart: start, selectionEnd: end, value } = input;
    const whole = start === 0 && end === value.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const place = places.get(input);
    if (step[1] && !whole && !(event.key === "ArrowLeft" ? end === 0 : start === value.length)) return false;
    if (event.shiftKey) return extend({ ...head, row: head.row + step[0], column: head.column + step[1] });
    return go(step[0] ? below(place, step[0]) : inputAt({ ...place, column: place.column + step[1] }));
  }

  function fillDown() {
    const rows = block();
    if (rows.length === 1) {
      const above = rows[0].map((input) => inputAt({ ...places.get(input), row: places.get(input).row - 1 }));
      write(rows[0].flatMap((input, column) => (above[column] ? [[input, above[column].value]] : [])));
    } else write(rows.slice(1).flatMap((row) => row.map((input, column) => [input, rows[0][column].value])));
  }

  const withControl = {
    z: (event) => (event.shiftKey ? travel(future, past, "after") : travel(past, future, "before")),
    y: () => travel(future, past, "after"),
    d: fillDown,
  };

  function onKey(event) {
    const input = event.target;
    if (event.isComposing || !places.has(input)) return;
    let done = false;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      const act = withControl[event.key.toLowerCase()];
      if (act) act(event);
      done = Boolean(act);
    } else if (event.altKey && event.key === "Enter") {
      input.nextElementSibling?.click();
      done = true;
    } else if (event.key.startsWith("Arrow") && !event.altKey) done = arrow(event, input);
    else if (event.key === "Enter") {
      go(below(places.get(input), event.shiftKey ? -1 : 1)) || input.blur();
      done = true;
    } else if (event.key === "Escape") {
      input.value = editing?.before ?? input.value;
      changed([input]);
      select(places.get(input), places.get(input));
      input.select();
      done = true;
    } else if (["Delete", "Backspace"].includes(event.key) && isBlock()) {
      write(block().flat().map((cell) => [cell, ""]));
      done = true;
    }
    if (done) event.preventDefault();
  }

  form.addEventListener("keydown", onKey);
  form.addEventListener("input", (event) => {
    if (places.has(event.target)) changed([event.target]);
  });
  form.addEventListener("focusin", (event) => {
    const input = event.target;
    if (!places.has(input)) return;
    if (editing?.input !== input) {
      commit();
      editing = { input, before: input.value };
    }
    select(places.get(input), places.get(input));
    facts(input);
  });
  form.addEventListener("focusout", commit);
  form.addEventListener("mousedown", (event) => {
    if (!event.shiftKey || !places.has(event.target)) return;
    if (extend(places.get(event.target))) event.preventDefault();
  });
  form.addEventListener("mouseover", (event) => {
    if (event.buttons !== 1 || !places.has(event.target) || !places.has(document.activeElement)) return;
    if (event.target !== document.activeElement || isBlock()) extend(places.get(event.target));
    if (isBlock()) getSelection().removeAllRanges();
  });

  // ---- clipboard

  form.addEventListener("copy", (event) => {
    if (!places.has(event.target) || !isBlock()) return;
    pasted.copy(event, block().map((row) => row.map((input) => input.value)));
  });
  form.addEventListener("paste", (event) => {
    if (!places.has(event.target)) return;
    const cells = block();
    const origin = cells[0]?.[0] ?? event.target;
    const { table, row, column } = places.get(origin);
    const at = (down, across) => inputAt({ table, row: row + down, column: column + across });
    pasted.paste(event, cells, at);
  });

  return { write, has: (input) => places.has(input) };
}
