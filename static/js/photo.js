/* A photo is made small before it travels: long side 1600, at most 300 KB, and nothing but the picture. */
(function () {
  "use strict";
  var SIDE = 1600, MOST = 300 * 1024, PHOTO = "input[type=file][accept^='image/']";
  /* `ready` when the chosen picture is `url` (data:image/jpeg, or null without one). */
  var made = window.photo = { url: null, ready: Promise.resolve(), say: say, size: size };

  function size(url) { return Math.round((url.length - url.indexOf(",")) * 3 / 4 / 1024) + "KB"; }
  function say(text) {
    Array.prototype.forEach.call(document.querySelectorAll(PHOTO), function (input) {
      var line = input.parentNode.querySelector("[data-photo-line]") || input.parentNode.appendChild(document.createElement("p"));
      line.className = "hint";
      line.dataset.photoLine = "";
      line.setAttribute("role", "status");
      line.textContent = text;
    });
  }
  function read(file) {
    return new Promise(function (done, failed) {
      var reader = new FileReader();
      reader.onload = function () { done(reader.result); };
      reader.onerror = failed;
      reader.readAsDataURL(file);
    });
  }
  function picture(url) {
    return new Promise(function (done, failed) {
      var image = new Image();
      image.onload = function () { done(image); };
      image.onerror = failed;
      image.src = url;
    });
  }
  function drawn(image, side) {
    var scale = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight));
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    for (var quality = 0.85; quality > 0.4; quality -= 0.1) {
      var url = canvas.toDataURL("image/jpeg", quality);
      if ((url.length - 23) * 3 / 4 <= MOST) return url;
    }
    return side > 300 ? drawn(image, side * 0.8) : url;
  }
  function shrink(input) {
    var file = input.files[0];
    made.url = null;
    if (!file) { say(""); return; }
    made.ready = read(file).then(picture).then(function (image) {
      made.url = drawn(image, SIDE);
      say("照片已缩小为" + size(made.url) + "，拍摄地点和时间已去掉。");
      putBack(input, made.url);
    }, function () {
      input.value = "";
      say("看不清这是什么图片，请换一张JPG、PNG或WebP格式的照片，或不附照片先保存。");
    });
  }
  /* So that a plain form sends the small one too. Older browsers send what was chosen; the server shrinks it. */
  function putBack(input, url) {
    try {
      var raw = atob(url.slice(url.indexOf(",") + 1)), bytes = new Uint8Array(raw.length), carrier = new DataTransfer();
      for (var n = 0; n < raw.length; n++) bytes[n] = raw.charCodeAt(n);
      carrier.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
      input.files = carrier.files;
    } catch (old) { /* see above */ }
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches(PHOTO)) shrink(event.target);
  });
})();
