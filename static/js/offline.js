/* 待上传: what is entered is kept on the phone first and leaves it only when the server has answered for it.
   app.js loads this where something can be entered or waits. Without it the forms are sent as plain forms. */
(function () {
  "use strict";
  if (window.queue) return;
  var body = document.body, saved = document.documentElement.dataset.kept, me = body.dataset.user || "";
  var HOUR = 36e5, OLD = 48 * HOUR, PATIENCE = 12e3, PATIENCE_PHOTO = 9e4, AGAIN = 6e4;
  var NOT_NOW = "没有网络，已存在本机，联网后自动上传。", SIGNED_OUT = "登录已过期，已存在本机，登录后自动上传。";
  var OTHER = "本机现在登录的是其他账号，用登记时的账号登录后自动上传。";

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function one(selector, within) { return (within || document).querySelector(selector); }
  function make(tag, text, css) {
    var element = document.createElement(tag);
    if (text) element.textContent = text;
    if (css) element.className = css;
    return element;
  }
  function link(text, url, css) { return Object.assign(make("a", text, css), { href: url }); }
  function button(text, act, css) { return Object.assign(make("button", text, css || "btn"), { type: "button", onclick: act }); }

  // --- The store: IndexedDB, or localStorage where a browser refuses it ----------------------------
  var PREFIX = "queue:", opened;
  function open() {
    opened = opened || new Promise(function (done) {
      try {
        var asked = indexedDB.open("lianzhen", 1);
        asked.onupgradeneeded = function () { asked.result.createObjectStore("queue", { keyPath: "id" }); };
        asked.onsuccess = function () { done(asked.result); };
        asked.onerror = asked.onblocked = function (event) { event.preventDefault(); done(null); };
      } catch (refused) { done(null); }
    });
    return opened;
  }
  function work(mode, act) {
    return open().then(function (base) {
      if (!base) return null;
      return new Promise(function (done, failed) {
        var change = base.transaction("queue", mode), asked = act(change.objectStore("queue"));
        change.oncomplete = function () { done(asked && asked.result); };
        change.onabort = change.onerror = function () { failed(change.error); };
      });
    });
  }
  function spare() {
    try {
      return Object.keys(localStorage).filter(function (key) { return key.indexOf(PREFIX) === 0; })
        .map(function (key) { return JSON.parse(localStorage.getItem(key)); });
    } catch (refused) { return []; }
  }
  function everything() {
    return work("readonly", function (store) { return store.getAll(); }).catch(function () { return null; })
      .then(function (rows) {
        return (rows || []).concat(spare()).sort(function (a, b) { return a.device_at < b.device_at ? -1 : 1; });
      });
  }
  /* Keep an entry, and let go of the one it takes the place of: both or neither. */
  function keep(item, instead) {
    return work("readwrite", function (store) {
      if (instead && instead !== item.id) store.delete(instead);
      return store.put(item);
    }).then(function (key) {
      if (key === null || key === undefined) throw new Error("no store");
    }).catch(function () {
      localStorage.setItem(PREFIX + item.id, JSON.stringify(item));
      if (instead && instead !== item.id) localStorage.removeItem(PREFIX + instead);
    }).then(show);
  }
  function drop(id) {
    return work("readwrite", function (store) { return store.delete(id); }).catch(function () { return null; })
      .then(function () { try { localStorage.removeItem(PREFIX + id); } catch (refused) { /* nothing kept there */ } });
  }

  /* Drafts of reports, kept by autosave.js; the one that is open in this page is its own affair. */
  function drafts() {
    try {
      return Object.keys(localStorage).filter(function (key) { return key.indexOf("draft:") === 0; })
        .map(function (key) { return Object.assign(JSON.parse(localStorage.getItem(key)), { key: key }); })
        .filter(function (draft) { return !(one("form[data-autosave]") && draft.page === location.pathname); });
    } catch (refused) { return []; }
  }

  // --- What is seen of it ----------------------------------------------------------------------------
  function mine(item) { return item.user === me; }
  function waits(item) { return item.state !== "attention"; }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function iso(day) { return day.getFullYear() + "-" + two(day.getMonth() + 1) + "-" + two(day.getDate()); }
  function short(day) { return (day.getMonth() + 1) + "月" + day.getDate() + "日"; }
  function moment(text) { var at = new Date(text); return short(at) + " " + two(at.getHours()) + ":" + two(at.getMinutes()); }

  function show() {
    return everything().then(function (items) {
      var own = items.filter(mine), texts = drafts(), count = own.length + texts.filter(mine).length, old = items.filter(function (item) {
        return (!me || mine(item)) && Date.now() - new Date(item.device_at) > OLD;
      });
      try {
        var number = items.length + texts.length + all("form[data-autosave]").length;
        if (number) localStorage.setItem("waiting", number); else localStorage.removeItem("waiting");
      } catch (refused) { /* the page then asks the store itself */ }
      all("[data-waiting]").forEach(function (badge) {
        var number = one("[data-waiting-count]", badge);
        if (count) badge.hidden = false;
        if (number.textContent !== String(count)) number.textContent = count;
        badge.classList.toggle("is-bad", own.some(function (item) { return !waits(item); }));
      });
      all("[data-overdue]").forEach(function (line) {
        line.hidden = !old.length;
        if (old.length) one("span", line).textContent =
          "还有" + old.length + "条未上传，最早的是" + moment(old[0].device_at) + "登记的。";
      });
      all("[data-signin-waiting]").forEach(function (line) {
        var waiting = items.concat(texts), owners = waiting.map(function (item) { return item.user; }).filter(function (u, n, us) { return us.indexOf(u) === n; });
        line.hidden = !owners.length;
        line.textContent = owners.length > 1 ? "本机有" + waiting.length + "条待上传，用登记时的账号登录后自动上传。"
          : "登录后自动上传" + waiting.length + "条。";
      });
      showToday(own);
      if (api.listed) api.listed(items, texts);
      return items;
    });
  }
  /* On the home page, under the button: what looks undone there has been done on this phone. */
  function showToday(own) {
    var place = one(".home-today"), now = iso(new Date()), line = one("[data-today-line]");
    var some = own.some(function (item) { return waits(item) && item.values.day === now; });
    if (!place || !some && !line) return;
    line = line || place.insertBefore(make("p", "今天的登记已存在本机，联网后自动上传。", "small"), place.children[1] || null);
    line.dataset.todayLine = "";
    line.hidden = !some;
  }
  function tell(text, warn, more) {
    var place = one(".page-head"), line = make("div", "", "saved" + (warn ? " saved-warn" : ""));
    if (!place) return;
    line.setAttribute("role", "status");
    line.dataset.local = "";
    line.appendChild(make("span", text));
    if (more) line.appendChild(more);
    place.parentNode.insertBefore(line, place.nextSibling);
  }

  /* Why something stays on the phone, in words; thrown. */
  function Sentence(text) { this.text = text; }

  // --- Sending -----------------------------------------------------------------------------------------
  /* What the server says, or a `Sentence` thrown: then everything stays where it is. */
  function ask(url, options, patience) {
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, patience);
    return fetch(url, Object.assign({ credentials: "same-origin", cache: "no-store", redirect: "manual", signal: stop.signal }, options))
      .then(function (answer) {
        if (answer.status === 401) throw new Sentence(SIGNED_OUT);
        if ((answer.headers.get("Content-Type") || "").indexOf("json") < 0) throw new Sentence("暂时不能上传，仍存在本机，稍后再试。");
        return answer.json().then(function (said) {
          if (!answer.ok) throw new Sentence(said.message);
          return said;
        });
      })
      .catch(function (problem) { throw problem instanceof Sentence ? problem : new Sentence(NOT_NOW); })
      .finally(function () { clearTimeout(timer); });
  }
  /* `inSight`: somebody waits at the form for the answer. */
  function send(items, inSight) {
    return ask("/sync/token/", {}, PATIENCE).then(function (given) {
      if (String(given.user) !== me) throw new Sentence(OTHER);
      var sent = items.map(function (item) {
        return {
          id: item.id, kind: item.kind, user: +item.user, device_at: item.device_at, values: item.values,
          photo: item.photo || "", confirmed: !!item.confirmed
        };
      });
      return ask("/sync/items/", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": given.token },
        body: JSON.stringify({ items: sent, now: new Date().toISOString(), tell: !!inSight })
      }, items.some(function (item) { return item.photo; }) ? PATIENCE_PHOTO : PATIENCE * 3);
    }).then(function (said) {
      return Promise.all(said.answers.map(function (answer) {
        var item = items.filter(function (each) { return each.id === answer.id; })[0];
        if (answer.answer === "received" || answer.answer === "merged") return drop(answer.id);
        if (!item || inSight && answer.answer === "attention") return null;
        item.state = answer.answer === "attention" ? "attention" : "waiting";
        item.reason = answer.message;
        item.clock = answer.clock;
        return keep(item);
      })).then(show).then(function () { return said; });
    });
  }

  var sending = null;
  function upload() {
    if (!me) return Promise.resolve();
    if (!navigator.onLine) { mark(NOT_NOW); return Promise.resolve(); }
    sending = sending || everything().then(function (items) {
      var due = items.filter(function (item) { return mine(item) && waits(item); });
      var plain = due.filter(function (item) { return !item.photo; });
      var loads = due.filter(function (item) { return item.photo; }).map(function (item) { return [item]; });
      for (var n = 0; n < plain.length; n += 50) loads.push(plain.slice(n, n + 50));
      var texts = drafts().filter(mine);
      if (!loads.length && !texts.length) return null;
      mark("正在上传");
      return sendDrafts(texts).then(function () { return loads.reduce(function (before, load) {
        return before.then(function (done) {
          return send(load).then(function (said) { return done.concat(said.answers); });
        });
      }, Promise.resolve([])); }).then(report, function (problem) { mark(problem.text); });
    }).finally(function () { sending = null; });
    return sending;
  }
  /* As the page of the report would have sent them. One that meets a colleague's changes waits for its page. */
  function sendDrafts(texts) {
    return texts.reduce(function (before, draft) {
      return before.then(function () { return ask("/sync/token/", {}, PATIENCE); }).then(function (given) {
        if (String(given.user) !== me) throw new Sentence(OTHER);
        return fetch(draft.url, {
          method: "POST", credentials: "same-origin", redirect: "manual", body: new URLSearchParams(draft.pairs),
          headers: { "X-CSRFToken": given.token }
        }).catch(function () { throw new Sentence(NOT_NOW); });
      }).then(function (answer) {
        if (answer.status !== 200) return;
        localStorage.removeItem(draft.key);
        tell("已保存没有网络时写的内容：" + draft.title + "。", false, link("打开", draft.page));
      });
    }, Promise.resolve()).then(show);
  }
  function report(answers) {
    var done = answers.filter(function (each) { return /received|merged/.test(each.answer); });
    var bad = answers.filter(function (each) { return each.answer === "attention"; });
    if (done.length) {
      tell("已上传" + done.length + "条：" + done.map(function (each) { return each.message; }).join(" "), false,
        api.listed ? null : link("刷新本页", location.href));
      try { localStorage.setItem("uploaded", new Date().toISOString()); } catch (refused) { /* shown by the server */ }
    }
    if (bad.length) {
      tell("有" + bad.length + "条没有上传成功：" + bad[0].message + "。", true, api.listed ? null : link("查看并修改", "/sync/"));
    }
    mark("");
  }
  /* The state of the sending, on the page of the queue. */
  function mark(text) {
    var place = one("[data-queue-state]");
    if (place) place.textContent = text || "";
  }

  // --- Deciding ------------------------------------------------------------------------------------------
  function confirmThat(title, text, yes, no, act) {
    var dialog = make("dialog"), acts = make("div", "", "form-actions"), heading = make("h2", title);
    if (!dialog.showModal) { if (window.confirm(title + "？" + text)) act(); return; }
    heading.id = "confirm-queue";
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.appendChild(heading);
    dialog.appendChild(make("p", text));
    acts.appendChild(button(yes, function () { dialog.close(); act(); }, "btn btn-danger"));
    acts.appendChild(button(no, function () { dialog.close(); }));
    dialog.appendChild(acts);
    dialog.addEventListener("close", function () { dialog.remove(); });
    body.appendChild(dialog);
    dialog.showModal();
  }

  // --- Leaving with something unsent -------------------------------------------------------------------------
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-leave]") || "sure" in form.dataset) return;
    var count = +((one("[data-waiting-count]") || {}).textContent || 0);
    if (!count) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmThat("还有" + count + "条没有上传", "退出后仍存在本机，用本账号登录后自动上传。", "退出登录", "先不退出", function () {
      form.dataset.sure = "";
      form.requestSubmit ? form.requestSubmit() : form.submit();
    });
  }, true);

  // --- For duty-form.js and queue.js ---------------------------------------------------------------------------
  var api = window.queue = {
    me: me, saved: saved, NOT_NOW: NOT_NOW, all: all, one: one, make: make, link: link, button: button, iso: iso, short: short,
    moment: moment, mine: mine, waits: waits, everything: everything, keep: keep, drop: drop, show: show, tell: tell,
    mark: mark, send: send, upload: upload, confirmThat: confirmThat
  };

  // --- Begin ---------------------------------------------------------------------------------------------------
  window.addEventListener("online", upload);
  window.addEventListener("storage", function (event) { if (event.key === "waiting") show(); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) upload(); });
  setInterval(function () { if (!document.hidden) upload(); }, AGAIN);
  show().then(upload);
})();
