/* The page of what waits on the phone: each entry with its state and what can be done about it. After offline.js. */
(function () {
  "use strict";
  var queue = window.queue, one = queue.one, make = queue.make, list = one("main [data-queue]");
  function listed(items, drafts) {
    var own = items.filter(queue.mine), others = items.length - own.length, rows = one("ul", list), last = "";
    try { last = localStorage.getItem("uploaded") || ""; } catch (refused) { /* the server's list says it */ }
    rows.textContent = "";
    own.forEach(function (item) { rows.appendChild(row(item)); });
    drafts = drafts.filter(queue.mine);
    drafts.forEach(function (draft) { rows.appendChild(draftRow(draft)); });
    one("[data-queue-none]", list).hidden = own.length + drafts.length > 0;
    one("[data-queue-last]", list).textContent = last ? "最近一次上传：" + queue.moment(last) + "。" : "";
    one("[data-queue-send]").hidden = !own.some(queue.waits) && !drafts.length;
    one("[data-queue-others]", list).textContent =
      others ? "本机还有" + others + "条由其他账号登记，请用登记时的账号登录后上传。" : "";
  }
  function row(item) {
    var made = make("li", "", "panel queue-item"), head = make("p"), bad = !queue.waits(item);
    head.appendChild(make("strong", item.title));
    head.appendChild(document.createTextNode(" "));
    head.appendChild(make("span", bad ? "需处理" : "待上传", "tag " + (bad ? "tag-bad" : "tag-warn")));
    made.appendChild(head);
    made.appendChild(make("p", "驻村登记 · " + queue.moment(item.device_at) + "存在本机" + (item.photo ? " · 附照片" : ""), "muted"));
    if (item.reason) made.appendChild(make("p", item.reason, bad ? "queue-reason" : "muted"));
    var acts = make("div", "", "form-actions"), edit = editUrl(item);
    if (bad) {
      acts.appendChild(queue.link("查看并修改", edit, "btn btn-primary"));
      acts.appendChild(queue.link("改为补登申请", edit + "&late=1", "btn"));
    }
    acts.appendChild(queue.button("导出文字", function () { exportText(made, item); }));
    if (bad) acts.appendChild(queue.button("不再上传", function () {
      queue.confirmThat("不再上传这一条", item.title + "的登记将从本机删除，删除后不能找回。", "不再上传", "先不删除", function () {
        queue.drop(item.id).then(queue.show);
      });
    }));
    made.appendChild(acts);
    return made;
  }
  function draftRow(draft) {
    var made = make("li", "", "panel queue-item"), head = make("p"), acts = make("div", "", "form-actions");
    head.appendChild(make("strong", draft.title + "草稿"));
    made.appendChild(head);
    made.appendChild(make("p", queue.moment(draft.at) + "存在本机，联网后自动保存。", "muted"));
    acts.appendChild(queue.link("打开周报", draft.page, "btn"));
    made.appendChild(acts);
    return made;
  }
  function editUrl(item) {
    return "/duty/new/?team=" + encodeURIComponent(item.values.team) + "&day=" + encodeURIComponent(item.values.day) + "&item=" + item.id;
  }
  function exportText(place, item) {
    var sessions = { whole: "全天", morning: "上午", afternoon: "下午" }, values = item.values;
    var lines = [
      "驻村登记", "村：" + item.title.split(" ")[0], "驻村日期：" + values.day, "驻村人员：" + item.names,
      "时段：" + (sessions[values.session] || ""), "做了什么：" + item.topics, "补充说明：" + values.text,
      "补登原因：" + values.late_reason, "存在本机：" + queue.moment(item.device_at)
    ].filter(function (each) { return !/：$/.test(each); });
    var area = one("textarea", place) || place.appendChild(make("textarea", "", "form-control"));
    area.readOnly = true;
    area.rows = lines.length + 1;
    area.setAttribute("aria-label", "登记的文字，可复制后发给联村工作办");
    area.value = lines.join("\n");
    area.focus();
    area.select();
    var copied = false;
    try { copied = document.execCommand("copy"); } catch (refused) { /* the text is selected */ }
    queue.mark(copied ? "文字已复制，可粘贴发给联村工作办。" : "文字已选中，可复制后发给联村工作办。");
  }

  queue.listed = listed;
  one("[data-queue-plain]", list).hidden = true;
  one("[data-queue-send]").addEventListener("click", queue.upload);
  queue.show();
})();
