/* The form of duty: an entry is kept on the phone, then sent, and the page says which of both came about. After offline.js. */
(function () {
  "use strict";
  var queue = window.queue, all = queue.all, one = queue.one, make = queue.make, iso = queue.iso, saved = queue.saved;
  var duty = one("form[data-duty-form]"), photo = window.photo, began = iso(new Date());
  /* Inside a chat's own browser nothing can be kept for a cold start: told once. */
  var HINT = "无信号的地方，请用手机浏览器打开并收藏本页。";
  function hinted() {
    try { return localStorage.getItem("hinted") || localStorage.setItem("hinted", 1); } catch (refused) { return true; }
  }

  function number() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  function dayOf(text) { var part = text.split("-"); return new Date(+part[0], part[1] - 1, +part[2]); }
  function long(day) {
    return day.getFullYear() + "年" + queue.short(day) + "（星期" + "日一二三四五六"[day.getDay()] + "）";
  }

  // --- An entry out of the form ----------------------------------------------------------------------------------
  function chosen(form, name) { return new FormData(form).getAll(name).map(String); }
  function label(form, name) {
    var field = form.elements[name], option = field && field.selectedOptions && field.selectedOptions[0];
    return option ? option.textContent.trim() : "";
  }
  function entry(form) {
    var values = { team: chosen(form, "team")[0] || "", people: chosen(form, "people"), topics: chosen(form, "topics") };
    ["day", "session", "text", "late_reason"].forEach(function (name) { values[name] = chosen(form, name)[0] || ""; });
    return {
      id: number(), kind: "duty", user: queue.me, state: "waiting", reason: "", values: values, photo: photo && photo.url || "",
      confirmed: "confirmed" in form.dataset, device_at: form.dataset.deviceAt || new Date().toISOString(),
      title: (label(form, "team") || form.dataset.team) + " " + (values.day ? queue.short(dayOf(values.day)) : ""),
      names: ticked(form, "people"), topics: ticked(form, "topics")
    };
  }
  function ticked(form, name) {
    return all("[name=" + name + "]:checked", form).map(function (box) { return box.parentNode.textContent.trim(); }).join("、");
  }

  /* A page that was opened or kept on another day says that day; whoever enters means today. */
  function turnToToday(form) {
    var field = form.elements.day, shown = form.dataset.day, now = iso(new Date());
    if (!field || field.value !== shown || "item" in form.dataset) return;
    var asked = /[?&]day=(\d{4}-\d\d-\d\d)/.exec(location.search);
    var want = saved && asked ? asked[1] : saved ? now : shown;
    if (!saved && now !== began && shown === form.dataset.today) {
      want = iso(new Date(dayOf(shown).getTime() + Math.round((dayOf(now) - dayOf(began)) / 864e5) * 864e5 + 36e5));
    }
    if (want === shown) return;
    field.value = form.dataset.day = want;
    var line = one("[data-day-shown]", form);
    if (line) line.textContent = long(dayOf(want)) + (want === now ? " 今天" : "");
    if (want !== now) all("details", form).forEach(function (part) { part.open = true; });
  }

  // --- An entry back into the form, and what is wrong with it ------------------------------------------------------
  function fill(form, item) {
    ["people", "topics", "session"].forEach(function (name) {
      var had = [].concat(item.values[name]);
      all("[name=" + name + "]", form).forEach(function (box) { box.checked = had.indexOf(box.value) >= 0; });
    });
    ["day", "text", "late_reason"].forEach(function (name) { form.elements[name].value = item.values[name]; });
    if (!form.elements.session.value) all("[name=session]", form)[0].checked = true;
    form.dataset.item = item.id;
    form.dataset.deviceAt = item.device_at;
    if (item.clock) form.dataset.confirmed = "";
    if (photo && item.photo) {
      photo.url = item.photo;
      photo.say("已附1张照片（" + photo.size(photo.url) + "），重新选择会替换它。");
    }
    all("details", form).forEach(function (part) { part.open = true; });
    if (item.reason) complain(form, item.reason);
    if (/[?&]late=1/.test(location.search)) form.elements.late_reason.focus();
  }
  var FIELDS = [["补登", "late_reason"], ["日期", "day"], ["人员", "people_0"], ["说明", "text"], ["照片", "photo"]];
  function complain(form, text) {
    var box = one("[data-complaint]", form) || make("div", "", "error-summary"), lines = make("ul");
    box.dataset.complaint = box.textContent = "";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    text.split("；").forEach(function (each) {
      var field = FIELDS.filter(function (pair) { return each.indexOf(pair[0]) >= 0; })[0];
      lines.appendChild(make("li")).appendChild(field ? queue.link(each, "#id_" + field[1]) : document.createTextNode(each));
    });
    box.appendChild(make("h2", "有" + lines.children.length + "处需要修改"));
    box.appendChild(lines);
    form.insertBefore(box, form.firstChild);
    box.focus();
  }
  function missing(item) {
    var words = [];
    if (!item.values.people.length) words.push("请选择驻村人员");
    if (!item.values.day) words.push("请填写驻村日期");
    if (item.values.text.length > 300) words.push("补充说明不能超过300字，现在是" + item.values.text.length + "字");
    return words.join("；");
  }
  function kept(form, item, text) {
    var box = one("[data-kept-line]");
    form.hidden = true;
    one("[data-kept-text]", box).textContent = text;
    one("[data-kept-title]", box).textContent = item.title;
    box.hidden = false;
    box.focus();
  }
  function busy(form, on) {
    var press = one("[type=submit]", form);
    press.setAttribute("aria-disabled", on ? "true" : "false");
    press.textContent = on ? "正在保存…" : "保存";
  }

  // --- Saving ------------------------------------------------------------------------------------------------------
  function submit(event) {
    var form = event.target;
    if ("plain" in form.dataset || !photo) return;
    event.preventDefault();
    if ("busy" in form.dataset) return;
    form.dataset.busy = "";
    busy(form, true);
    photo.ready.then(function () {
      turnToToday(form);
      var item = entry(form), lacks = missing(item), before = form.dataset.item;
      if (lacks) { complain(form, lacks); return null; }
      return queue.keep(item, before).then(function () { return offer(form, item, before); }, function () {
        form.dataset.plain = "";  // nothing can be kept here: send it as it is
        form.submit();
      });
    }).finally(function () { delete form.dataset.busy; busy(form, false); });
  }
  function offer(form, item, before) {
    if (!navigator.onLine) { kept(form, item, queue.NOT_NOW); return null; }
    return queue.send([item], true).then(function (said) {
      var answer = said.answers[0];
      if (answer.answer === "wait") return kept(form, item, answer.message);
      if (answer.answer !== "attention") return location.assign(said.next);
      // The form is still open with everything in it. What came from the queue goes back there.
      var back = before ? queue.keep(Object.assign(item, { state: "attention", reason: answer.message, clock: answer.clock })) : queue.drop(item.id).then(queue.show);
      if (before) form.dataset.item = item.id;
      if (answer.clock) form.dataset.confirmed = "";
      all("details", form).forEach(function (part) { part.open = true; });
      complain(form, answer.message);
      return back;
    }, function (problem) { kept(form, item, problem.text); });
  }

  // --- Begin ---------------------------------------------------------------------------------------------------
  var again = /[?&]item=([0-9a-f-]{36})/.exec(location.search);
  turnToToday(duty);
  duty.addEventListener("submit", submit);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) turnToToday(duty); });
  if (window.isSecureContext && !navigator.serviceWorker && !hinted()) queue.tell(HINT, true);
  if (again) queue.everything().then(function (items) {
    var item = items.filter(function (each) { return each.id === again[1] && queue.mine(each); })[0];
    if (item) fill(duty, item);
  });
})();
