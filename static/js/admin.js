/* The search fields of the panel's forms say what they ask for: Select2 leaves its own without a name. */
"use strict";
window.addEventListener("load", () => {
  const labelOf = (select) => document.querySelector(`label[for="${select.id}"]`);
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = labelOf(select);
    const box = select.parentElement.querySelector(".select2-selection");
    const shown = box && box.querySelector(".select2-selection__rendered");
    if (!label || !shown) continue;
    label.id = label.id || `${select.id}_label`;
    box.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
    shown.setAttribute("aria-label", label.textContent.trim());
  }
  if (window.django && django.jQuery) {
    django.jQuery(document).on("select2:open", (event) => {
      const label = labelOf(event.target);
      const field = document.querySelector(".select2-container--open .select2-search__field");
      if (label && field) field.setAttribute("aria-label", label.textContent.trim());
    });
  }
});
