/* Run in a page by measuring.py; each function answers a list of findings. */

const named = (element) =>
  `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.trim().slice(0, 20)}`;

function inBoxThatScrolls(element) {
  for (let e = element; e && e !== document.body; e = e.parentElement) {
    if (getComputedStyle(e).overflowX !== "visible") return true;
  }
  return false;
}

function widerThanTheScreen(width) {
  const whole = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
  if (whole <= width) return [];
  const out = [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > width + 0.5 && !inBoxThatScrolls(e));
  return [`${whole} of ${width} pixels: ${out.slice(0, 3).map(named).join(" | ")}`];
}

/* What is out of sight until it is asked for: the skip link, a folded part, an input behind its combobox. */
function outOfSight(element, box) {
  const style = getComputedStyle(element);
  return !box.width || style.visibility === "hidden" || box.right < 0 || style.clip !== "auto";
}

function tooSmall([selector, least]) {
  return [...document.querySelectorAll(selector)].flatMap((element) => {
    const box = element.getBoundingClientRect();
    if (outOfSight(element, box) || (box.height >= least - 0.5 && box.width >= 24)) return [];
    return [`${named(element)} ${Math.round(box.width)}×${Math.round(box.height)}`];
  });
}
