/* 今天 and 昨天 (data-days="tomorrow": 明天) beside a date. `data-today` is the server's day, since a phone's clock may be wrong. */
(function () {
  "use strict";

  function addButtons(input) {
    var box = document.createElement("div");
    input.dataset.ready = "";
    box.className = "day";
    input.parentNode.insertBefore(box, input);
    box.appendChild(input);
    var step = input.dataset.days === "tomorrow" ? 1 : -1;
    ["今天", step > 0 ? "明天" : "昨天"].forEach(function (word, place) {
      var day = new Date(Date.parse(input.dataset.today) + step * place * 864e5).toISOString().slice(0, 10);
      if ((input.max && day > input.max) || (input.min && day < input.min) || input.disabled) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link";
      button.textContent = word;
      button.addEventListener("click", function () {
        input.value = day;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      box.appendChild(button);
    });
  }

  function prepare(within) {
    Array.prototype.forEach.call(within.querySelectorAll(".field input[data-today]:not([data-ready])"), addButtons);
  }
  prepare(document);
  document.body.addEventListener("htmx:load", function (event) { prepare(event.target); });
})();
