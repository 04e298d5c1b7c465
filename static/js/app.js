/* The frame: sending once, keys, printing, the end of the session. Pages work without it. */
(function () {
  "use strict";
  var here = document.currentScript, body = document.body;

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function one(selector) { return document.querySelector(selector); }
  function store(name) { try { return window[name]; } catch (refused) { return null; } }

  // --- A form is sent once; the button says so -------------------------------------------------
  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter || form.querySelector("[type=submit]");
    if (event.defaultPrevented || form.method !== "post" || "noBusy" in form.dataset) return;
    if ("sending" in form.dataset) { event.preventDefault(); return; }
    form.dataset.sending = "";
    if (form.elements.once) history.replaceState({ form: all("form").indexOf(form), once: form.elements.once.value }, "");
    if (button && button.classList.contains("btn")) {
      button.setAttribute("aria-disabled", "true");
      button.dataset.text = button.innerHTML;
      button.textContent = button.dataset.busy || "正在保存…";
    }
  });
  // Going back, older browsers keep what was typed, but not the token.
  function giveTokenBack() {
    var sent = history.state, came = performance.getEntriesByType("navigation")[0];
    var form = sent && sent.once && came && came.type === "back_forward" && all("form")[sent.form];
    if (form && form.elements.once) form.elements.once.value = sent.once;
  }
  window.addEventListener("pageshow", function () {
    all("form[data-sending]").forEach(function (form) { delete form.dataset.sending; });
    all("[aria-disabled][data-text]").forEach(function (button) {
      button.removeAttribute("aria-disabled");
      button.innerHTML = button.dataset.text;
    });
  });

  // --- Filters answer at once and keep the place ------------------------------------------------
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || !form.classList.contains("filter") || event.target.tagName !== "SELECT") return;
    if (store("sessionStorage")) sessionStorage.setItem("filter", event.target.name);
    form.submit();
  });
  function refocusFilter() {
    var name = store("sessionStorage") && sessionStorage.getItem("filter");
    var select = name && one(".filter [name='" + name + "']");
    if (name) sessionStorage.removeItem("filter");
    if (select) select.focus({ preventScroll: true });
  }

  // --- Keys: only with Alt or Ctrl, never while a Chinese word is being typed ---------------------
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return;
    var key = event.key.toLowerCase(), ctrl = event.ctrlKey || event.metaKey;
    if ((event.altKey && key === "s") || (ctrl && key === "k")) act(event, focusSearch);
    else if (event.altKey && key === "/") act(event, function () { openDialog("keys"); });
    else if (ctrl && key === "enter") act(event, sendMainForm);
    else if (event.altKey && key === "n") press(event, "[data-key=n]");
    else if (ctrl && key === "s") press(event, "[data-key=s]");
    else if (key === "escape") closeMenus();
  });
  function act(event, what) { event.preventDefault(); what(); }
  function press(event, what) { var button = one(what); if (button) act(event, function () { button.click(); }); }
  function focusSearch() {
    var input = one(".topbar [type=search]"), link = one(".tool-search");
    if (input && input.offsetParent) { input.focus(); input.select(); } else if (link) link.click();
  }
  function openDialog(id) {
    var dialog = document.getElementById(id);
    if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
  }
  function sendMainForm() {
    var active = document.activeElement, form = active && active.form;
    if (!form || form.method !== "post") form = one("#main form[method=post]");
    var button = form && form.querySelector("[type=submit]");
    if (button) button.click();
  }
  function closeMenus(except) {
    all("details.menu[open]").forEach(function (menu) { if (!except || !menu.contains(except)) menu.open = false; });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target);
    if (event.target.closest("[data-print]")) window.print();
    var opener = event.target.closest("[data-dialog]");
    if (opener) openDialog(opener.dataset.dialog);
  });

  // --- What was typed survives the end of a session (never passwords) ---------------------------
  var box = store("sessionStorage"), me = body.dataset.user, KEY = "kept:" + location.pathname;
  function keep() {
    var form = one("form[data-keep]");
    if (!box || !me || !form) return;
    var values = all("input, select, textarea", form).filter(keepable).map(function (field) {
      var choice = field.type === "checkbox" || field.type === "radio";
      return [field.name, choice ? field.value : null, choice ? field.checked : field.value];
    });
    box.setItem(KEY, JSON.stringify({ user: me, values: values }));
  }
  function keepable(field) {
    return field.name && !/^(password|file)$/.test(field.type) && !/^(csrfmiddlewaretoken|once)$|password/.test(field.name);
  }
  function giveBack() {
    if (!box) return;
    var names = Object.keys(box).filter(function (name) { return name.indexOf("kept:") === 0; });
    var signIn = one("[data-kept]");
    if (signIn && names.length) { box.setItem("ended", "1"); signIn.hidden = false; }
    if (!me) return;
    var ended = box.getItem("ended"), kept = JSON.parse(box.getItem(KEY) || "null"), form = one("form[data-keep]");
    if (ended && kept && kept.user === me && form) {
      form.kept = kept.values;  // for a sheet, whose lines are yet to be made
      kept.values.forEach(function (was) {
        all("[name='" + was[0] + "']", form).forEach(function (field) {
          if (was[1] === null) field.value = was[2]; else if (field.value === was[1]) field.checked = was[2];
        });
      });
      all("[data-restored]").forEach(function (line) { line.hidden = false; });
    }
    if (ended && !form) return;  // the page in between, e.g. the home page after signing in
    names.concat("ended").forEach(function (name) { box.removeItem(name); });
  }
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-keep]")) keep();
    if (event.target.matches("form[data-leave]") && box) box.clear();
  }, true);

  // --- Five minutes before the session ends -----------------------------------------------------
  var idle = +body.dataset.idleSeconds * 1000, bar = one("#idle");
  function active() { try { localStorage.setItem("active", Date.now()); } catch (refused) { /* private window */ } }
  function left() {
    var last = 0;
    try { last = +localStorage.getItem("active"); } catch (refused) { /* private window */ }
    return idle - (Date.now() - Math.max(last, loaded));
  }
  function watch() {
    var rest = left();
    bar.hidden = rest > 3e5;
    if (rest > 0) return;
    if (!("over" in bar.dataset)) keep();
    bar.dataset.over = "";
    all("[data-when]", bar).forEach(function (part) { part.hidden = part.dataset.when !== "over"; });
  }
  function goOn() {
    fetch(body.dataset.continueUrl, {
      method: "POST", credentials: "same-origin", redirect: "manual", headers: JSON.parse(body.getAttribute("hx-headers"))
    }).then(function (answer) { if (answer.ok) { loaded = Date.now(); active(); watch(); } else location.reload(); });
  }
  var loaded = Date.now();
  if (idle && bar && me) {
    active();
    setInterval(watch, 5000);
    one("#idle-continue").addEventListener("click", goOn);
  }

  // --- Without a network: told on every page, and the pages of duty are kept for it ------------------
  var cut = one("#offline"), kept = document.documentElement.dataset.kept;
  function waiting() { try { return localStorage.getItem("waiting"); } catch (refused) { return null; } }
  function network() {
    cut.hidden = navigator.onLine && !kept;
    one("#offline-why").textContent = navigator.onLine ? "网络不稳定。" : "当前没有网络。";
  }
  if (cut) {
    if (kept) one("#offline-kept").textContent = "本页是" + new Date(+kept).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" }) + "保存的内容。";
    network();
    window.addEventListener("online", network);
    window.addEventListener("offline", network);
  }
  if (body.dataset.worker && navigator.serviceWorker) window.addEventListener("load", function () {
    navigator.serviceWorker.register(body.dataset.worker).catch(function () { /* the open page still keeps entries */ });
  });

  // --- Parts that only some pages need ----------------------------------------------------------
  function need(selector, url) {
    if (!url || !one(selector) || one("script[src='" + url + "']")) return;
    var script = document.createElement("script");
    script.src = url;
    script.async = false;  // in this order
    document.head.appendChild(script);
  }
  function prepare() {
    need(".field input[data-today]", here.dataset.dates);
    need("select[data-combobox]", here.dataset.combobox);
    need("table[data-sheet]", here.dataset.sheet);
    need("main input[type=file][accept^='image/']", here.dataset.photo);
    need(waiting() ? "body" : "form[data-duty-form], main [data-queue]", here.dataset.offline);
    need("form[data-duty-form]", here.dataset.dutyForm);
    need("main [data-queue]", here.dataset.queue);
    need("form[data-autosave]", here.dataset.autosave);
  }
  document.addEventListener("selectionchange", function () {
    if (!window.getSelection().isCollapsed) need("table.data", here.dataset.copying);
  });
  giveBack();
  giveTokenBack();
  prepare();
  // On a phone the open tab is brought into sight.
  all(".tabs [aria-current]").forEach(function (tab) { tab.scrollIntoView({ block: "nearest", inline: "center" }); });
  all("[data-print]").forEach(function (button) { button.hidden = false; });
  // Over plain http there is no clipboard to write to: the older way copies what is selected.
  all("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var box = document.getElementById(button.dataset.copy);
      box.select();
      button.nextElementSibling.textContent = document.execCommand("copy") ? "已复制。" : "请按Ctrl+C复制。";
    });
  });
  var summary = one(".error-summary");
  if (summary) summary.focus(); else refocusFilter();
  body.addEventListener("htmx:load", prepare);
})();
