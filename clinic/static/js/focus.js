// The error summary takes focus, so that a person who cannot see the page hears at once what went wrong.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

// A link of the summary goes to the control itself and puts its label in sight, not only the box.
summary?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const control = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!control) return;
  event.preventDefault();
  const words = control.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
  (words ?? control).scrollIntoView();
  const target = control.matches("input, select, textarea, button") ? control : control.querySelector("input, select, textarea");
  (target ?? control).focus({ preventScroll: true });
});
