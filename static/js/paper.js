/* 版记 on the lower edge of the last page (GB/T 9704, 7.4). The paper is laid out once more, unseen, in columns as wide
   and as high as the text area: a browser breaks columns as it breaks pages, but for the heads of tables, which only
   pages repeat. Without this script 版记 follows the text. */
(function () {
  "use strict";
  /* Pixels that a page may take more than its columns: lines of tables are drawn to the dot of what shows them. */
  var SPARE = 8;
  var paper = document.querySelector(".sheet .paper"), foot = paper && paper.querySelector(".pp-foot");
  if (!foot || window.innerWidth < 860) return;

  function left(element) { return element.getBoundingClientRect().left; }

  function repeatHeads(copy) {
    Array.from(copy.querySelectorAll("thead")).forEach(function (head) {
      var at = null;
      Array.from(head.parentNode.rows).slice(head.rows.length).forEach(function (row) {
        if (at !== null && left(row) > at + 1) {
          var again = head.rows[0].cloneNode(true);
          again.style.breakBefore = "column";
          row.parentNode.insertBefore(again, row);
        }
        at = left(row);
      });
    });
  }

  function place() {
    var page = paper.parentNode, copy = paper.cloneNode(true), above = document.createElement("div");
    /* What stands over the paper on its first page. */
    above.style.height = paper.getBoundingClientRect().top - page.getBoundingClientRect().top -
      parseFloat(getComputedStyle(page).paddingTop) + "px";
    copy.insertBefore(above, copy.firstChild);
    copy.classList.add("pp-measured");
    page.appendChild(copy);
    repeatHeads(copy);
    var room = copy.getBoundingClientRect().bottom - copy.querySelector(".pp-foot").getBoundingClientRect().bottom;
    page.removeChild(copy);
    if (room > SPARE) foot.style.paddingTop = room - SPARE + "px";
  }

  document.fonts.ready.then(place);
})();
