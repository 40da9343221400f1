// Put a phrase in where the cursor is. Fields that are a choice are asked for first; a blank is left selected, to be typed over.
// Without scripts the form does it: the phrase goes to the end of the box that is chosen.
const FIELD = /\[([^\[\]|:\n]{1,40})(?::([^\[\]\n]{1,300}))?\]/g;
const picker = document.querySelector("[data-phrases]");
const choose = picker?.querySelector("select[name=phrase]");

if (choose) {
  const form = picker.closest("form");
  const fields = picker.querySelector("[data-phrase-fields]");
  const insert = picker.querySelector("button[value=phrase]");
  let box = form.querySelector("textarea");
  let place = null;
  picker.querySelector("[data-phrase-into]").hidden = true;

  form.addEventListener("focusin", (event) => { if (event.target.matches("textarea")) box = event.target; });
  form.addEventListener("focusout", (event) => {
    if (event.target === box) place = [box.selectionStart, box.selectionEnd];
  });

  const choices = (text) => {
    const found = new Map();
    for (const [whole, name, list] of text.matchAll(FIELD)) {
      const options = (list ?? "").split("|").map((one) => one.trim()).filter(Boolean);
      if (options.length) found.set(whole, { name: name.trim(), options });
    }
    return found;
  };

  const ask = () => {
    fields.replaceChildren();
    const text = choose.selectedOptions[0]?.dataset.text ?? "";
    [...choices(text)].forEach(([whole, { name, options }], place) => {
      const group = document.createElement("div");
      const label = document.createElement("label");
      const select = document.createElement("select");
      group.className = "govuk-form-group";
      label.className = "govuk-label";
      select.className = "govuk-select";
      select.id = label.htmlFor = `phrase-field-${place}`;
      select.dataset.whole = whole;
      label.textContent = name;
      select.append(...options.map((one) => new Option(one, one)));
      group.append(label, select);
      fields.append(group);
    });
  };

  const words = () => {
    let text = choose.selectedOptions[0]?.dataset.text ?? "";
    for (const select of fields.querySelectorAll("select")) text = text.replaceAll(select.dataset.whole, select.value);
    return text;
  };

  const put = (text) => {
    const [start, end] = place ?? [box.value.length, box.value.length];
    const before = box.value.slice(0, start);
    const gap = before && !/\s$/.test(before) ? " " : "";
    picker.open = false;
    box.focus();
    box.setRangeText(gap + text, start, end, "end");
    const blank = [...text.matchAll(FIELD)][0];
    if (blank) {
      const from = start + gap.length + blank.index;
      box.setSelectionRange(from, from + blank[0].length);
    }
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  choose.addEventListener("change", ask);
  picker.addEventListener("toggle", () => { if (picker.open) { ask(); choose.focus(); } });
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { picker.open = false; box.focus(); }
    if (event.key === "Enter" && event.target.matches("select")) { event.preventDefault(); insert.click(); }
  });
  insert.addEventListener("click", (event) => {
    event.preventDefault();
    if (words()) put(words());
    else choose.focus();
  });
}

// An empty section is filled from the last note by the server; once something is typed in it, the offer would do nothing.
for (const offer of document.querySelectorAll("[data-carry]")) {
  const target = document.getElementById(offer.dataset.carry);
  target?.addEventListener("input", () => { offer.parentElement.hidden = target.value.trim() !== ""; });
}
for (const line of document.querySelectorAll("[data-carried]")) {
  document.getElementById(line.dataset.carried)?.addEventListener("input", () => { line.hidden = true; });
}
