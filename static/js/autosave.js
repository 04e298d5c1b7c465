/* A <form data-autosave="url"> stores itself: five seconds after a change and when a field is left. The answer is
   JSON: {version, sentence}, or a sentence why not; what was typed stays on the page whatever happens. Rows
   ([data-row]) get another empty one below the last. Without this file there is the button 存草稿. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-autosave]"), EVERY = 5000;
  if (!form || form.autosave) return;
  var told = form.querySelector("[data-autosave-told]"), length = form.querySelector("[data-length]");
  var changes = 0, stored = 0, running = null, stopped = false;
  form.autosave = true;
  form.dataset.ready = "";

  function all(selector, within) { return Array.prototype.slice.call((within || form).querySelectorAll(selector)); }
  function say(sentence) { if (told.textContent !== sentence) told.textContent = sentence; }

  // --- Storing ----------------------------------------------------------------------------------
  function store() {
    if (running || stopped || stored === changes || "sending" in form.dataset) return;
    var at = changes;
    running = fetch(form.dataset.autosave, {
      method: "POST", credentials: "same-origin", redirect: "manual", keepalive: true, body: new FormData(form),
      headers: JSON.parse(document.body.getAttribute("hx-headers"))
    }).then(function (answer) {
      if (answer.type === "opaqueredirect" || answer.status === 403) return keepHere();
      if (answer.status >= 500) throw new Error("later");
      return answer.json().then(function (found) { heard(answer.status, found, at); });
    }).catch(function () {
      var kept = keepOnDevice();
      say(navigator.onLine ? "还没有存下，稍后自动再存。写的内容都在本页。"
        : kept ? "没有网络，已存在本机，联网后自动保存。" : "没有网络，写的内容都在本页，联网后自动保存。");
    }).then(function () { running = null; });
  }
  function heard(status, found, at) {
    if (status === 409) stopped = true;
    if (status === 200) {
      stored = at;
      try { localStorage.removeItem(DRAFT); } catch (refused) { /* nothing was kept */ }
      form.elements.version.value = found.version;
    } else if (!found.sentence) {
      stored = at;  // until something else is typed
    }
    say(found.sentence || "有内容需要修改，点“存草稿”查看。");
  }
  // --- On the phone, for a tab that is closed before the signal is back; offline.js sends it from any page ------
  var DRAFT = "draft:" + location.pathname;
  function keepOnDevice() {
    var pairs = Array.from(new FormData(form)).filter(function (pair) { return !/^(csrfmiddlewaretoken|act)$/.test(pair[0]); });
    try {
      localStorage.setItem(DRAFT, JSON.stringify({
        user: document.body.dataset.user, url: form.dataset.autosave, page: location.pathname,
        title: document.querySelector("h1").textContent.trim(), at: new Date().toISOString(), pairs: pairs
      }));
      localStorage.setItem("waiting", "1");
      return true;
    } catch (refused) { return false; }
  }
  /* The draft says which version it was written on: a colleague's work since then is told, never written over. */
  function takeFromDevice() {
    var draft = null;
    try { draft = JSON.parse(localStorage.getItem(DRAFT)); } catch (refused) { /* nothing was kept */ }
    if (!draft || draft.user !== document.body.dataset.user || form.kept) return;
    form.kept = draft.pairs.map(function (pair) { return [pair[0], null, pair[1]]; });
    all("input, textarea").forEach(function (field) {
      if (!field.name || /^(csrfmiddlewaretoken|once)$/.test(field.name)) return;
      var pairs = draft.pairs.filter(function (pair) { return pair[0] === field.name; });
      if (field.type === "checkbox") {
        field.checked = pairs.some(function (pair) { return pair[1] === field.value; });
        form.kept.push([field.name, field.value, field.checked]);
      } else if (pairs.length) field.value = pairs[0][1];
    });
    say("没有网络时写的内容已放回。");
  }

  /* The session is over: the page after signing in gives back what is kept under this name (app.js). */
  function keepHere() {
    stopped = true;
    var values = all("input, textarea").filter(function (field) {
      return field.name && !/^(csrfmiddlewaretoken|once)$/.test(field.name);
    }).map(function (field) {
      var choice = field.type === "checkbox";
      return [field.name, choice ? field.value : null, choice ? field.checked : field.value];
    });
    try {
      sessionStorage.setItem("kept:" + location.pathname, JSON.stringify({ user: document.body.dataset.user, values: values }));
      localStorage.removeItem(DRAFT);  // else two copies of one's own would meet
    } catch (refused) { /* private window: the page itself still has it */ }
    say("登录已过期，写的内容已保留。请重新登录，登录后放回本页。");
    var link = document.createElement("a");
    link.href = "/login/?next=" + encodeURIComponent(location.pathname);
    link.textContent = "重新登录";
    told.appendChild(link);
  }

  // --- Rows -------------------------------------------------------------------------------------
  function key() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return "hand-" + Array.prototype.map.call(bytes, function (n) { return ("0" + n.toString(16)).slice(-2); }).join("");
  }
  function another(row, name) {
    var copy = row.cloneNode(true), old = row.dataset.row;
    copy.dataset.row = name;
    all("[id], [name], [for]", copy).forEach(function (part) {
      ["id", "name", "for"].forEach(function (attribute) {
        if (part.hasAttribute(attribute)) part.setAttribute(attribute, part.getAttribute(attribute).replace(old, name));
      });
      if (part.tagName === "TEXTAREA") { part.value = ""; part.style.height = ""; }
      if (part.type === "checkbox") part.checked = false;
    });
    row.parentNode.insertBefore(copy, row.nextSibling);
    return copy;
  }
  function addRow(field) {
    var row = field.closest("[data-row]"), next = row && row.nextElementSibling;
    if (row && field.value.trim() && /^hand-/.test(row.dataset.row) && !(next && next.matches("[data-row]"))) another(row, key());
  }
  /* After signing in again: rows that the page made itself. */
  function giveRowsBack() {
    var values = {};
    (form.kept || []).forEach(function (was) { values[was[0]] = was[2]; });
    Object.keys(values).forEach(function (name) {
      var made = name.indexOf("text-hand-") === 0 && values[name] && name.slice(5);
      if (!made || form.elements[name]) return;
      var places = all("[name^='place-']").filter(function (place) { return place.value === values["place-" + made]; });
      var last = places.length && places[places.length - 1].closest("[data-row]");
      if (!last) return;
      var row = another(last, made);
      last.parentNode.insertBefore(row, last);
      row.querySelector("textarea").value = values[name];
      all("[type=checkbox]", row).forEach(function (box) { box.checked = values[box.name] === true; });
    });
    if (form.kept) changes++;
  }
  function count() {
    if (!length) return;
    length.textContent = all("textarea").reduce(function (sum, field) {
      var skip = form.elements[field.name.replace("text-", "skip-")];
      return sum + (skip && skip.checked ? 0 : field.value.replace(/\s/g, "").length);
    }, 0);
  }

  function grow(field) {
    if (!field.offsetParent) return;
    field.style.height = "auto";
    field.style.height = field.scrollHeight + field.offsetHeight - field.clientHeight + "px";
  }

  // --- Listening --------------------------------------------------------------------------------
  form.addEventListener("input", function (event) {
    changes++;
    if (event.target.tagName === "TEXTAREA") { addRow(event.target); grow(event.target); }
    count();
  });
  form.addEventListener("focusout", function (event) {
    if (!(event.relatedTarget && event.relatedTarget.type === "submit")) store();
  });
  form.addEventListener("submit", function (event) {
    if (!running) return;
    // What is on its way arrives first, else it would arrive over what is sent now.
    var button = event.submitter;
    event.preventDefault();
    running.then(function () {
      if (form.requestSubmit) form.requestSubmit(button);
      else if (button) button.click();
    });
  });
  document.addEventListener("keydown", function (event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || event.isComposing) return;
    event.preventDefault();
    store();
  });
  document.addEventListener("visibilitychange", function () { if (document.hidden) store(); });
  window.addEventListener("online", store);
  setInterval(store, EVERY);
  takeFromDevice();
  giveRowsBack();
  // What was typed before this file had arrived.
  all("textarea").forEach(function (field) {
    if (field.value === field.defaultValue) return;
    changes++;
    addRow(field);
  });
  count();
  all("textarea").forEach(grow);
  all("details").forEach(function (part) {
    part.addEventListener("toggle", function () { all("textarea", part).forEach(grow); });
  });
})();
