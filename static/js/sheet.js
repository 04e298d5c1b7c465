/* Tables to type and paste into (lianzhen/pages/sheets.py): a block from WPS fills from the focused cell, arrows,
   Tab and Enter go as in WPS, Esc leaves, Shift extends a range that copies out. Judging is the server's affair. */
(function () {
  "use strict";

  function list(nodes) { return Array.prototype.slice.call(nodes); }
  // As lianzhen/pages/blocks.py reads and writes it.
  function readBlock(text) {
    var cell = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/g, rows = [[]], found;
    while (cell.lastIndex < text.length) {
      found = cell.exec(text);
      rows[rows.length - 1].push(found[1] === undefined ? found[2] : found[1].replace(/""/g, '"'));
      if (found[3] === "\t" && cell.lastIndex === text.length) rows[rows.length - 1].push("");
      else if (found[3] && found[3] !== "\t") rows.push([]);
    }
    return rows.filter(function (row) { return row.length; });
  }
  function writeBlock(rows) {
    return rows.map(function (row) {
      return row.map(function (text) { return /[\t\r\n]|^"/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }).join("\t");
    }).join("\r\n");
  }
  function tidy(text) {
    return text.replace(/[\u200b-\u200d\ufeff\u00ad]/g, "").replace(/[\u3000\u00a0]/g, " ")
      .replace(/[\uff10-\uff19\uff21-\uff3a\uff0e]/g, function (sign) { return String.fromCharCode(sign.charCodeAt(0) - 0xfee0); })
      .replace(/\s*[\r\n]+\s*/g, " ").trim();
  }
  function together(text) { return tidy(text).replace(/\s+/g, ""); }

  function enhance(table) {
    if ("ready" in table.dataset) return;
    table.dataset.ready = "";
    var body = table.tBodies[0], form = table.closest("form"), fixed = "fixed" in table.dataset, prefix = table.dataset.sheet;
    var heads = list(table.tHead.rows[0].cells).slice(1, -1), status = form.querySelector("[data-sheet-status='" + prefix + "']");
    var allowed = heads.map(function (head) { return head.dataset.allowed ? new RegExp("^(?:" + head.dataset.allowed + ")$") : null; });
    var anchor = null, picked = [], undo = null, before = "";
    list(form.querySelectorAll(".sheet-block")).forEach(function (part) { part.hidden = true; });

    // --- Cells -----------------------------------------------------------------------------------
    function input(row, column) {
      var line = body.rows[row];
      return line && column >= 0 && column < heads.length ? line.cells[column + 1].querySelector("input") : null;
    }
    function at(cell) {
      var td = cell.closest("td");
      return { row: td.parentNode.sectionRowIndex, column: td.cellIndex - 1 };
    }
    function cellOf(event) { return event.target.matches && event.target.matches("td input") ? event.target : null; }
    function addRow() {
      if (fixed || body.rows.length >= +table.dataset.most) return false;
      var last = body.rows[body.rows.length - 1], row = last.cloneNode(true), number = body.rows.length + 1;
      row.cells[0].textContent = number;
      list(row.querySelectorAll("[id]")).forEach(function (part) { part.id = part.id.replace(/-\d+-/, "-" + number + "-"); });
      list(row.querySelectorAll("input")).forEach(function (part) {
        part.name = part.name.replace(/-\d+-/, "-" + number + "-");
        part.setAttribute("aria-label", part.getAttribute("aria-label").replace(/\d+/, number));
        part.setAttribute("value", "");
        part.value = "";
        part.readOnly = false;
        clear(part);
      });
      row.lastElementChild.textContent = "";
      body.appendChild(row);
      return true;
    }
    function clear(cell) {
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("aria-describedby");
      cell.closest("td").classList.remove("bad-cell");
    }
    /* Tidies what stands in a cell and marks it where it cannot be meant; answers whether it is marked. */
    function mark(cell) {
      var rule = allowed[at(cell).column], text = tidy(cell.value);
      if (text !== cell.value) cell.value = text;
      var bad = !!(rule && text && !rule.test(text) && !rule.test(together(text)));
      if (bad) { cell.setAttribute("aria-invalid", "true"); cell.closest("td").classList.add("bad-cell"); } else clear(cell);
      return bad;
    }
    function go(row, column, extend) {
      var cell = input(row, column) || (row === body.rows.length && addRow() && input(row, column));
      if (!cell) return;
      if (extend) { pick(cell); return; }
      cell.focus();
      cell.select();
    }
    function say(text) { if (status) status.textContent = text; }

    // --- A range ---------------------------------------------------------------------------------
    function unpick() {
      picked.forEach(function (row) { row.forEach(function (cell) { cell.closest("td").classList.remove("picked"); }); });
      picked = [];
    }
    function pick(to) {
      var from = at(anchor || to), end = at(to), row, column;
      unpick();
      for (row = Math.min(from.row, end.row); row <= Math.max(from.row, end.row); row++) {
        picked.push([]);
        for (column = Math.min(from.column, end.column); column <= Math.max(from.column, end.column); column++) {
          picked[picked.length - 1].push(input(row, column));
          input(row, column).closest("td").classList.add("picked");
        }
      }
      picked.end = end;
      if (picked.length * picked[0].length === 1) unpick();
    }
    function set(changes) {
      undo = changes.map(function (change) { return [change[0], change[0].value]; });
      var bad = changes.filter(function (change) {
        change[0].value = change[1];
        return mark(change[0]);
      }).length;
      if (changes.length) changes[0][0].dispatchEvent(new Event("change", { bubbles: true }));
      return bad;
    }

    // --- Paste, copy, cut ------------------------------------------------------------------------
    function paste(text, start) {
      var block = readBlock(text), changes = [], wide = 0, low = 0, kept = 0, rows = start.row, titles = {}, titled;
      var first = block[0].map(together), names = heads.map(function (head) { return together(head.textContent); });
      if (first.slice(-names.length).join("\t") === names.join("\t")) block.shift();
      if (fixed) {
        list(body.rows).forEach(function (row) { titles[together(row.cells[0].firstChild.textContent)] = row.sectionRowIndex; });
        titled = block.length && Object.keys(titles).length === body.rows.length && block.some(function (cells) { return together(cells[0]); }) &&
          block.every(function (cells) { return !together(cells[0]) || together(cells[0]) in titles; });
      }
      block.forEach(function (cells, place) {
        var row = rows + place, column = start.column;
        if (titled) {
          if (!together(cells[0])) return;
          row = titles[together(cells[0])];
          cells = cells.slice(1);
          column = 0;
        }
        while (row >= body.rows.length && addRow()) { /* one line more */ }
        if (row >= body.rows.length) { low++; return; }
        wide = Math.max(wide, column + cells.length - heads.length);
        cells.forEach(function (text, step) {
          var cell = input(row, column + step);
          if (cell && cell.readOnly) kept++;
          else if (cell) changes.push([cell, tidy(text)]);
        });
      });
      var bad = set(changes), told = ["已粘贴" + (block.length - low) + "行"];
      if (bad) told.push("有" + bad + "格需修改");
      if (wide > 0) told.push("右边多出的" + wide + "列没有粘贴");
      if (low) told.push("下面多出的" + low + "行没有粘贴");
      if (kept) told.push("已保存的行没有改动");
      say(told.join("，") + "。还没有保存，按Ctrl+Z可撤回。");
    }
    table.addEventListener("paste", function (event) {
      var cell = cellOf(event), text = event.clipboardData.getData("text/plain");
      if (!cell || !/[\t\r\n]/.test(text)) return;  // words for one cell: the browser's own paste
      event.preventDefault();
      paste(text, at(picked.length ? picked[0][0] : cell));
      unpick();
    });
    ["copy", "cut"].forEach(function (kind) {
      table.addEventListener(kind, function (event) {
        if (!picked.length) return;
        event.preventDefault();
        event.clipboardData.setData("text/plain", writeBlock(picked.map(function (row) {
          return row.map(function (cell) { return cell.value; });
        })));
        if (kind === "cut") empty();
      });
    });
    function empty() {
      set([].concat.apply([], picked).filter(function (cell) { return !cell.readOnly; }).map(function (cell) { return [cell, ""]; }));
    }

    // --- Keys and mouse --------------------------------------------------------------------------
    function edge(cell, key) {
      var whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
      return whole || (key === "ArrowLeft" ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length);
    }
    table.addEventListener("keydown", function (event) {
      var cell = cellOf(event), key = event.key;
      if (!cell || event.isComposing || event.keyCode === 229 || event.altKey) return;
      if (event.ctrlKey || event.metaKey) {
        if (key.toLowerCase() === "z" && undo) { event.preventDefault(); set(undo); undo = null; say("已撤回。"); }
        return;
      }
      var extend = event.shiftKey && key.indexOf("Arrow") === 0, here = extend && picked.end || at(cell);
      var steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [event.shiftKey ? -1 : 1, 0] };
      if (key in steps) {
        if (/Left|Right/.test(key) && !picked.length && !edge(cell, key)) return;
        event.preventDefault();
        if (!extend) unpick();
        if (extend && !input(here.row + steps[key][0], here.column + steps[key][1])) return;
        go(here.row + steps[key][0], here.column + steps[key][1], extend);
      } else if (key === "F2") cell.setSelectionRange(cell.value.length, cell.value.length);
      else if (/^(Delete|Backspace)$/.test(key) && picked.length) { event.preventDefault(); empty(); }
      else if (key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        if (picked.length) unpick();
        else if (cell.value !== before) { cell.value = before; mark(cell); cell.select(); }
        else form.querySelector("[type=submit]").focus();
      } else if (key.length === 1 || key === "Tab") unpick();
    });
    table.addEventListener("focusin", function (event) {
      var cell = cellOf(event);
      if (!cell) return;
      anchor = cell;
      before = cell.value;
    });
    table.addEventListener("mousedown", function (event) {
      var cell = cellOf(event);
      if (cell && event.shiftKey && anchor) { event.preventDefault(); pick(cell); } else unpick();
    });
    table.addEventListener("mouseover", function (event) {
      var cell = cellOf(event);
      if (cell && event.buttons === 1 && anchor && cell !== anchor && table.contains(document.activeElement)) pick(cell);
    });
    table.addEventListener("input", function (event) { if (cellOf(event)) undo = null; });
    table.addEventListener("change", function (event) { if (cellOf(event)) mark(event.target); });

    // What the end of a session had cut off comes back with its lines (app.js).
    (form.kept || []).forEach(function (was) {
      var place = was[0].indexOf(prefix + "-") === 0 ? +was[0].split("-")[1] : 0;
      while (was[2] && place > body.rows.length && addRow()) { /* one line more */ }
      if (place && form.elements[was[0]] && !form.elements[was[0]].readOnly) form.elements[was[0]].value = was[2];
    });
    say("可从WPS或Excel复制一块，点到一格后粘贴。Enter到下一行，Esc离开表格。");
  }

  function prepare(within) { list(within.querySelectorAll("table[data-sheet]")).forEach(enhance); }
  prepare(document);
  document.body.addEventListener("htmx:load", function (event) { prepare(event.target); });
})();
