// Tables on the clipboard, as spreadsheets write them: tabs between cells, line breaks between rows, and quotes
// around a cell that holds a tab, a line break or a quote.

export function readTable(text) {
  const whole = text.replace(/(?:\r\n|\r|\n)$/, "");
  const quoted = /"([^"]*(?:""[^"]*)*)"(?=[\t\r\n]|$)/y;
  const plain = /[^\t\r\n]*/y;
  const rows = [[]];
  let place = 0;
  for (;;) {
    const pattern = whole[place] === '"' ? quoted : plain;
    pattern.lastIndex = place;
    let found = pattern.exec(whole);
    if (!found) {
      plain.lastIndex = place;
      found = plain.exec(whole);
    }
    const cell = found[1] === undefined ? found[0] : found[1].replaceAll('""', '"');
    rows.at(-1).push(cell.replace(/\s*[\r\n\t]+\s*/g, " ").trim());
    place += found[0].length;
    if (place >= whole.length) return rows;
    if (whole[place] === "\t") place += 1;
    else {
      place += whole.startsWith("\r\n", place) ? 2 : 1;
      rows.push([]);
    }
  }
}

export function writeTable(rows) {
  const cell = (text) => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join("\t")).join("\r\n");
}

// What a paste would write: pairs of input and text. An empty cell, as merged cells leave them, writes nothing;
// what lies outside the table is only counted.
function placeTable(rows, inputAt) {
  const pairs = [];
  let outside = 0;
  rows.forEach((row, down) => row.forEach((text, across) => {
    if (!text) return;
    const input = inputAt(down, across);
    if (input) pairs.push([input, text]);
    else outside += 1;
  }));
  return { pairs, outside };
}

// What the grid does with the clipboard; `show` gets the pairs of a paste and how many cells lie outside.
export function clipboardOf(show) {
  return {
    copy(event, rows) {
      event.preventDefault();
      event.clipboardData.setData("text/plain", writeTable(rows));
    },
    paste(event, cells, inputAt) {
      const rows = readTable(event.clipboardData.getData("text/plain"));
      const block = cells.flat();
      const isOne = rows.length === 1 && rows[0].length === 1;
      if (isOne && block.length < 2) return; // one cell into one: as in any input
      event.preventDefault();
      if (isOne) {
        show(block.map((input) => [input, rows[0][0]]), 0);
        return;
      }
      const { pairs, outside } = placeTable(rows, inputAt);
      show(pairs, outside);
    },
  };
}
