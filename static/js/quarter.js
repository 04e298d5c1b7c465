/* ←/→ lead to the neighbouring team; what was changed is saved on the way. In a field the arrows stay the field's. */
(function () {
  "use strict";
  var form = document.querySelector("[data-quarter-form]"), dirty = false;
  if (form) {
    form.querySelector("[data-quarter-hint]").hidden = false;
    form.addEventListener("input", function () { dirty = true; });
    form.addEventListener("submit", function () { dirty = false; });
  }
  function inField(element) {
    return element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "submit";
  }
  function go(way) {
    var link = document.querySelector("a[rel=" + way + "]");
    if (!link) return;
    if (!dirty) { link.click(); return; }
    var wanted = document.createElement("input");
    wanted.type = "hidden";
    wanted.name = "go";
    wanted.value = way === "next" ? "next" : "previous";
    form.appendChild(wanted);
    dirty = false;
    form.submit();
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var active = document.activeElement;
    if (event.key === "Escape" && inField(active)) active.blur();
    else if (!inField(active) && event.key === "ArrowRight") { event.preventDefault(); go("next"); }
    else if (!inField(active) && event.key === "ArrowLeft") { event.preventDefault(); go("prev"); }
  });
})();
