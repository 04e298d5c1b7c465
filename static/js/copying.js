/* Copying from a table gives clean cells to WPS and Excel: no buttons and columns of them, no hidden words,
   real minus numbers. */
(function () {
  "use strict";

  function text(cell) {
    var copy = cell.cloneNode(true);
    Array.prototype.forEach.call(copy.querySelectorAll("svg, button, .visually-hidden, .no-copy"), function (part) { part.remove(); });
    var words = copy.textContent.replace(/\s+/g, " ").trim();
    return /^−[\d,.]+$/.test(words) ? words.replace("−", "-") : words;
  }
  function escaped(words) {
    return words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  }
  function cellHtml(words) {
    // A code of eleven or more digits stays text, else it arrives as 4.31E+11.
    var style = /^\d{11,}$/.test(words) ? " style=\"mso-number-format:'\\@'\"" : "";
    return "<td" + style + ">" + escaped(words) + "</td>";
  }

  document.addEventListener("copy", function (event) {
    var selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    var picked = selection.getRangeAt(0).cloneContents();
    if (!picked.querySelector("tr")) {
      if (picked.querySelectorAll("td, th").length < 2) return;  // words within one cell: the browser's own copy
      var row = document.createElement("tr");
      row.appendChild(picked);
      picked = document.createElement("table");
      picked.appendChild(row);
    }
    if (picked.querySelectorAll("table").length > 1 || picked.querySelector("h1, form")) return;  // more than a table
    var rows = Array.prototype.map.call(picked.querySelectorAll("tr"), function (line) {
      return Array.prototype.map.call(line.querySelectorAll("th:not(.no-print), td:not(.no-print)"), text);
    });
    event.clipboardData.setData("text/plain", rows.map(function (cells) { return cells.join("\t"); }).join("\r\n"));
    event.clipboardData.setData("text/html", "<table>" + rows.map(function (cells) {
      return "<tr>" + cells.map(cellHtml).join("") + "</tr>";
    }).join("") + "</table>");
    event.preventDefault();
  });
})();
