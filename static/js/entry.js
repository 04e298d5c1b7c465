/* A screenshot pasted with Ctrl+V anywhere on the page goes to the field of files, beside what was chosen before. */
(function () {
  "use strict";
  var input = document.querySelector("input[type=file][data-paste]");
  if (!input || typeof DataTransfer !== "function") return;
  var line = input.parentNode.appendChild(document.createElement("p"));
  line.className = "hint";
  line.setAttribute("role", "status");

  function say() {
    var names = Array.prototype.map.call(input.files, function (file) { return file.name; });
    line.textContent = names.length ? "已选" + names.length + "个：" + names.join("、") : "";
  }
  document.addEventListener("paste", function (event) {
    var pasted = event.clipboardData ? event.clipboardData.files : [];
    if (!pasted.length) return;
    event.preventDefault();
    var all = new DataTransfer(), count = input.files.length;
    Array.prototype.forEach.call(input.files, function (file) { all.items.add(file); });
    Array.prototype.forEach.call(pasted, function (file, place) {
      var ending = file.type === "image/jpeg" ? "jpg" : file.type === "image/png" ? "png" : "";
      all.items.add(ending ? new File([file], "粘贴" + (count + place + 1) + "." + ending, { type: file.type }) : file);
    });
    input.files = all.files;
    say();
  });
  input.addEventListener("change", say);
})();
