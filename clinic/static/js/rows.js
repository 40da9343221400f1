// Add a row in place. Without scripts the button submits the page with name="add_row", and the server adds the row.
//
//   <div data-rows data-most="12"> <div data-row>...</div> ... <template data-row-template>...__index__...</template>
//   <button name="add_row" value="..." data-add-row>  </div>
for (const place of document.querySelectorAll("[data-rows]")) {
  const template = place.querySelector("[data-row-template]");
  const button = place.querySelector("[data-add-row]");
  if (!template || !button) continue;
  const rows = () => place.querySelectorAll("[data-row]").length;
  const most = Number(place.dataset.most || Infinity);
  button.hidden = rows() >= most;

  button.addEventListener("click", (event) => {
    event.preventDefault();
    const index = rows();
    if (index >= most) return;
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__index__", index).replaceAll("__number__", index + 1);
    const row = holder.content.firstElementChild;
    template.before(row);
    row.querySelector("input, textarea, select")?.focus();
    button.hidden = rows() >= most;
  });
}
