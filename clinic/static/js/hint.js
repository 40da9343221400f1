// A line about what was typed, as the server says it after each save (js/autosave.js).
//
//   <form data-autosave="..."> ... <p data-hint role="status" hidden></p> </form>
for (const place of document.querySelectorAll("[data-hint]")) {
  place.closest("form").addEventListener("kept", ({ detail }) => {
    const words = detail.hint ?? "";
    if (place.querySelector("[data-hint-words]").textContent !== words) place.querySelector("[data-hint-words]").textContent = words;
    place.hidden = !words;
  });
}
