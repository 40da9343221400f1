// Add a row in place. Without scripts the button sends the page with name="add_row", and the server adds the row.
//
//   <div data-rows="items" data-most="12"> <div data-row>... name="items-0-what" ...</div> <button data-add-row>...</button> </div>
//
// data-fold: of the empty rows at the end, keep one; on a phone the others are only in the way.
const NAMED = ["id", "name", "for", "aria-describedby"];

const controlsOf = (row) => [...row.querySelectorAll("input, select, textarea")];
const isEmpty = (row) => controlsOf(row).every((control) => !control.value) && !row.querySelector("[aria-invalid]");

function renumber(row, name, from, to) {
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of NAMED) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(`${name}-${from}`, `${name}-${to}`));
    }
  }
  for (const number of row.querySelectorAll("[data-row-number]")) number.textContent = to + 1;
}

function emptied(row) {
  for (const message of row.querySelectorAll(".govuk-error-message")) message.remove();
  for (const group of row.querySelectorAll(".govuk-form-group--error")) group.classList.remove("govuk-form-group--error");
  for (const control of controlsOf(row)) {
    control.value = "";
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  return row;
}

for (const place of document.querySelectorAll("[data-rows]")) {
  const button = place.querySelector("[data-add-row]");
  const rows = () => [...place.querySelectorAll("[data-row]")];
  const most = Number(place.dataset.most || Infinity);
  if (!button || !rows().length) continue;

  if ("fold" in place.dataset) {
    for (let all = rows(); all.length > 1 && isEmpty(all.at(-1)) && isEmpty(all.at(-2)); all = rows()) all.at(-1).remove();
  }

  button.type = "button";
  button.addEventListener("click", () => {
    const last = rows().at(-1);
    const index = rows().length;
    const row = emptied(last.cloneNode(true));
    renumber(row, place.dataset.rows, index - 1, index);
    last.after(row);
    controlsOf(row)[0]?.focus();
    button.hidden = rows().length >= most;
  });
}
