/* A long <select data-combobox> becomes an ARIA combobox: type Chinese, or initials from data-py on its options.
   The select stays in the form and carries the value; without this file it is simply a select. */
(function () {
  "use strict";
  var count = 0;

  function make(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    return element;
  }

  function enhance(select) {
    if (select.multiple || select.dataset.ready) return;
    select.dataset.ready = "1";
    var id = select.id || "combo" + ++count, label = document.querySelector("label[for='" + id + "']");
    var box = make("div", { "class": "combo" });
    var input = make("input", {
      type: "text", id: id, role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id + "-list"
    });
    var list = make("ul", { id: id + "-list", role: "listbox", "aria-label": label ? label.textContent.trim() : "可选项" });
    var status = make("span", { "class": "visually-hidden", role: "status" });
    var shown = [], active = -1;

    ["aria-describedby", "aria-invalid", "aria-label"].forEach(function (name) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    });
    input.required = select.required;
    input.disabled = select.disabled;
    input.placeholder = select.dataset.placeholder || "输入汉字或拼音首字母";
    select.required = false;
    select.id = id + "-select";
    select.hidden = true;
    list.hidden = true;
    select.parentNode.insertBefore(box, select);
    [input, list, status, select].forEach(function (part) { box.appendChild(part); });
    showChosen();

    function chosen() { return select.options[select.selectedIndex]; }
    function showChosen() {
      var option = chosen();
      input.value = option && (option.value || select.dataset.showEmpty) ? option.text.trim() : "";
    }
    function matches(typed) {
      var words = typed.trim().toLowerCase();
      return Array.prototype.filter.call(select.options, function (option) {
        if (option.disabled || (!option.value && words)) return false;
        return !words || option.text.toLowerCase().indexOf(words) >= 0 ||
          (option.dataset.py || "").toLowerCase().split(" ").some(function (py) { return py.indexOf(words) === 0; });
      });
    }
    function open(typed) {
      shown = matches(typed);
      list.textContent = "";
      shown.forEach(function (option, place) {
        var item = make("li", { role: "option", id: id + "-o" + place, "aria-selected": String(option === chosen()) });
        var group = option.parentNode.label, before = place && shown[place - 1].parentNode.label;
        if (group && group !== before) item.dataset.group = group;
        item.textContent = option.text.trim();
        item.addEventListener("mousedown", function (event) { event.preventDefault(); });
        item.addEventListener("click", function () { choose(option); });
        list.appendChild(item);
      });
      if (!shown.length) {
        var none = make("li", { "class": "none", role: "option", "aria-disabled": "true", "aria-selected": "false" });
        none.textContent = "没有相符的选项";
        list.appendChild(none);
      }
      status.textContent = typed ? (shown.length ? "有" + shown.length + "项相符" : "没有相符的选项") : "";
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      move(typed && shown.length ? 0 : shown.indexOf(chosen()));
    }
    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      move(-1);
    }
    function move(place) {
      active = place;
      Array.prototype.forEach.call(list.children, function (item, at) { item.classList.toggle("active", at === place); });
      if (place < 0) { input.removeAttribute("aria-activedescendant"); return; }
      input.setAttribute("aria-activedescendant", id + "-o" + place);
      var item = list.children[place];
      if (item.offsetTop < list.scrollTop) list.scrollTop = item.offsetTop;
      else if (item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight) {
        list.scrollTop = item.offsetTop + item.offsetHeight - list.clientHeight;
      }
    }
    function choose(option) {
      var changed = option !== chosen();
      select.selectedIndex = Array.prototype.indexOf.call(select.options, option);
      showChosen();
      close();
      if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function leave() {
      var typed = input.value.trim(), exact = matches(typed).filter(function (option) { return option.text.trim() === typed; });
      var empty = Array.prototype.filter.call(select.options, function (option) { return !option.value; });
      if (!typed && empty.length) choose(empty[0]);
      else if (exact.length) choose(exact[0]);
      else { showChosen(); close(); }
    }

    input.addEventListener("input", function () { open(input.value); });
    input.addEventListener("click", function () { if (list.hidden) open(""); });
    input.addEventListener("focus", function () { input.select(); });
    input.addEventListener("blur", leave);
    // The text typed here is no answer: only the select tells that something was chosen. Heard further up when the
    // focus leaves, it would have questions asked anew over what is being typed there already.
    input.addEventListener("change", function (event) { event.stopPropagation(); });
    input.addEventListener("keydown", function (event) {
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey) return;
      var key = event.key;
      if (key === "ArrowDown" || key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { open(""); if (active < 0) move(key === "ArrowDown" ? 0 : shown.length - 1); }
        else if (shown.length) move((active + (key === "ArrowDown" ? 1 : shown.length - (active < 0 ? 0 : 1))) % shown.length);
      } else if (key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (shown[active]) choose(shown[active]);
      } else if (key === "Tab" && !list.hidden && shown[active] && input.value.trim()) choose(shown[active]);
      else if (key === "Escape" && !list.hidden) { event.stopPropagation(); showChosen(); close(); }
    });
    select.form && select.form.addEventListener("reset", function () { setTimeout(showChosen); });
    select.addEventListener("change", showChosen);
    if (select.autofocus) input.focus();
  }

  function prepare(within) { Array.prototype.forEach.call(within.querySelectorAll("select[data-combobox]"), enhance); }
  prepare(document);
  document.body.addEventListener("htmx:load", function (event) { prepare(event.target); });
})();
