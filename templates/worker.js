{% autoescape off %}/* Keeps the shell, and of the account's own pages the home, the form of duty and the queue, for when there is no
   network. Never a page of the register. Emptied when somebody signs out or somebody else signs in. */
"use strict";
var SHELL = "shell-{{ version }}", PAGES = "pages", OWNER = "/owner";
var FILES = {{ files }}, KEPT = {{ pages }}, FORM = "{{ form }}", OFFLINE = "{{ offline }}", LOGOUT = "{{ logout }}";
/* Milliseconds: how long a slow network may take before the kept page is shown, and when a form is fetched anew. */
var PATIENCE = 8000, STALE = 12 * 36e5;

self.addEventListener("install", function (event) {
  var wanted = FILES.concat(new Request(OFFLINE, { credentials: "omit", cache: "no-store" }));
  event.waitUntil(caches.open(SHELL).then(function (shell) { return shell.addAll(wanted); }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return /^shell-/.test(name) && name !== SHELL; }).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }).then(renew));
});

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === LOGOUT) event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(visit(event, url));
  else if (FILES.indexOf(url.pathname) >= 0) event.respondWith(file(request));
});

function file(request) {
  return caches.open(SHELL).then(function (shell) { return shell.match(request, { ignoreVary: true }); })
    .then(function (found) { return found || fetch(request); });
}

/* The network first; a page kept earlier where there is none, or where it takes too long. */
function visit(event, url) {
  var answered = fetch(event.request).then(function (answer) {
    event.waitUntil(keep(url, answer.clone()).then(renew));
    return answer;
  });
  var slow = new Promise(function (done) { setTimeout(done, PATIENCE); }).then(function () { return kept(url); });
  var late = slow.then(function (page) { return page || answered; });
  return Promise.race([answered, late]).catch(function () {
    return kept(url).then(function (page) { return page || caches.match(OFFLINE); });
  });
}

/* The address under which a page is kept; of the form one for each team. */
function name(url) {
  if (KEPT.indexOf(url.pathname) < 0) return null;
  var team = url.pathname === FORM && url.searchParams.get("team");
  return team ? url.pathname + "?team=" + encodeURIComponent(team) : url.pathname;
}

function kept(url) {
  var wanted = name(url);
  if (!wanted) return Promise.resolve(null);
  return caches.has(PAGES).then(function (some) {
    return some ? caches.open(PAGES).then(function (pages) { return pages.match(wanted); }) : null;
  });
}

/* Only whole pages, as the server gave them to the account that they name. */
function keep(url, answer) {
  var wanted = name(url);
  if (!wanted || !answer.ok || answer.redirected || answer.type !== "basic") return Promise.resolve();
  return answer.text().then(function (text) {
    var user = (/ data-user="(\d+)"/.exec(text) || [])[1];
    if (!user) return null;
    if (text.indexOf(" data-worker=") < 0) return owned(user);  // one who enters no duty: nothing of his is kept
    var headers = new Headers({ "Content-Type": "text/html; charset=utf-8", "X-Kept": String(Date.now()) });
    ["Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"].forEach(function (header) {
      if (answer.headers.has(header)) headers.set(header, answer.headers.get(header));
    });
    var marked = text.replace("<html ", '<html data-kept="' + Date.now() + '" ');
    return owned(user).then(function (pages) {
      return Promise.all(names(wanted, text).map(function (each) { return pages.put(each, new Response(marked, { headers: headers })); }));
    });
  });
}

/* A form is found by its team too, whether or not that stood in the address. */
function names(wanted, text) {
  var team = wanted.indexOf(FORM) === 0 && (/ data-team-id="(\d+)"/.exec(text) || [])[1];
  return team && wanted === FORM ? [FORM, FORM + "?team=" + team] : [wanted];
}

/* The pages of this account; those of another one are thrown away first. */
function owned(user) {
  return caches.open(PAGES).then(function (pages) {
    return pages.match(OWNER).then(function (owner) { return owner ? owner.text() : ""; }).then(function (before) {
      if (before === user) return pages;
      return caches.delete(PAGES).then(function () { return caches.open(PAGES); }).then(function (fresh) {
        return fresh.put(OWNER, new Response(user)).then(function () { return fresh; });
      });
    });
  });
}

/* What is missing or old among the pages to be kept and the forms that home leads to, one after the other. */
var renewing = null;
function renew() {
  function stored(path) { return caches.open(PAGES).then(function (pages) { return pages.match(path); }); }
  function fresh(path) {
    return stored(path).then(function (page) {
      if (page && Date.now() - page.headers.get("X-Kept") < STALE) return null;
      return fetch(path, { credentials: "same-origin", cache: "no-store", headers: { "{{ for_later }}": "1" } }).then(function (answer) { return keep(new URL(path, location), answer); });
    });
  }
  function each(paths) {
    return paths.reduce(function (before, path) { return before.then(function () { return fresh(path); }); }, Promise.resolve());
  }
  renewing = renewing || each(KEPT).then(function () { return stored(KEPT[0]); }).then(function (home) { return home ? home.text() : ""; })
    .then(function (text) { return each(text.match(new RegExp(FORM + "\\?team=\\d+", "g")) || []); })
    .catch(function () { /* no network: next time */ }).then(function () { renewing = null; });
  return renewing;
}
{% endautoescape %}
