// The palette: one box that goes to a case by a name, and to what stands on this page.
//
//   <dialog data-palette="/practice/palette.json"> <input role="combobox"> <div role="listbox"></div> ... </dialog>
//   <a data-command>, <a data-command="Other words">, <button data-does="...">     what of a page it offers
//
// The names are asked for when it opens and forgotten when it closes: nothing is kept in the browser. No case is shown before
// two letters are typed, because somebody else may be looking at this screen.
import { folded, howFar } from "./near.js";

const LETTERS_BEFORE_NAMES = 2;
const MOST_CASES = 8;
const WORDS = {
  another: "Another person has signed in here since. Open this page again.",
  nothing: "Nothing fits. Try the beginning of a name, or the code of the case.",
  offline: "The names of your cases could not be read. What is on this page still works.",
  signedOut: "You are signed out. Sign in again to go to a case.",
};

const dialog = document.querySelector("dialog[data-palette]");
const input = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const none = dialog?.querySelector(".palette__none");
const said = dialog?.querySelector("[data-palette-said]");

let cases = [];
let commands = [];
let trouble = "";
let before = null;
let opening = 0;
let lastSaid;

const words = (element) => (element.dataset.command || element.innerText || element.textContent).replace(/\s+/g, " ").trim();
const isThere = (element) => element.checkVisibility() || element.closest(".user-menu__box, .details") !== null;

// What is on this page first, then the ways out of it. A button that is final has no mark, and is not offered.
function commandsOfPage() {
  const chosen = "main a[data-command], main button[data-does]:not([hidden]), header a[data-command]";
  const here = [...document.querySelectorAll(chosen)].filter(isThere).map((element) => ({
    title: words(element),
    keys: element.dataset.key ?? "",
    group: element.closest("main") ? "On this page" : "Go to",
    act: () => element.click(),
  }));
  const { new: href, newWords: title } = dialog.dataset;
  if (href) here.unshift({ title, keys: "n", group: "On this page", act: () => location.assign(href) });
  here.push({ title: "Keyboard: all keys", keys: "?", group: "Go to", act: () => document.dispatchEvent(new CustomEvent("showkeys")) });
  const known = new Set();
  return [...here.filter((one) => one.group !== "Go to"), ...here.filter((one) => one.group === "Go to")]
    .filter((one) => one.title && !known.has(one.title) && known.add(one.title))
    .map((one) => ({ ...one, parts: folded(one.title).split(/[^\p{L}\p{N}]+/u).filter(Boolean) }));
}

async function fetchCases() {
  const response = await fetch(dialog.dataset.palette, {
    headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", redirect: "manual",
  });
  if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) return { cases: [], trouble: WORDS.signedOut };
  const reply = await response.json();
  if (reply.whose !== document.querySelector("meta[name=whose]").content) return { cases: [], trouble: WORDS.another };
  return { cases: reply.cases.map(named), trouble: "" };
}

// The server folds every alphabet to ours; what was typed in another one is found by the name as it is written.
function named({ title, about, words: parts, href }) {
  const asWritten = folded(title).split(/\s+/);
  return { title, about, parts: [...new Set([...parts, ...asWritten])], group: "Cases", act: () => location.assign(href) };
}

function fitting(typed) {
  const near = (rows) => rows
    .map((row) => ({ row, far: howFar(typed, row.parts) }))
    .filter(({ far }) => far < Infinity)
    .sort((one, other) => one.far - other.far)
    .map(({ row }) => row);
  if (!typed) return commands;
  const letters = folded(typed).replace(/\s/g, "").length;
  return [...(letters < LETTERS_BEFORE_NAMES ? [] : near(cases).slice(0, MOST_CASES)), ...near(commands)];
}

const make = (name, about = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(about)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

function option(row, place) {
  const element = make("div", { role: "option", id: `palette-${place}`, class: "palette__one", "aria-selected": "false" });
  element.append(make("span", { class: "palette__title" }, row.title));
  if (row.about) element.append(make("span", { class: "palette__about" }, row.about));
  if (row.keys && dialog.hasAttribute("data-letters")) {
    const keys = row.keys.split(" ").map((key) => make("kbd", {}, key));
    element.append(make("span", { class: "palette__keys", "aria-hidden": "true" }, ...keys));
  }
  element.addEventListener("click", () => choose(row));
  element.addEventListener("pointermove", () => select(element));
  element.row = row;
  return element;
}

function show() {
  const rows = fitting(input.value.trim());
  const groups = [...new Set(rows.map((row) => row.group))];
  let place = 0;
  list.replaceChildren(...groups.map((title, number) => {
    const head = make("p", { class: "palette__group", id: `palette-group-${number}`, role: "presentation" }, title);
    const group = make("div", { role: "group", "aria-labelledby": head.id }, head);
    group.append(...rows.filter((row) => row.group === title).map((row) => option(row, (place += 1))));
    return group;
  }));
  list.hidden = !rows.length;
  input.setAttribute("aria-expanded", String(rows.length > 0));
  none.textContent = trouble || (rows.length ? "" : WORDS.nothing);
  none.hidden = !none.textContent;
  say(trouble || (rows.length ? `${rows.length} ${rows.length === 1 ? "fits" : "fit"}` : WORDS.nothing));
  select(list.querySelector("[role=option]"));
}

// A screen reader hears the number once typing rests, not at every letter.
function say(text) {
  clearTimeout(lastSaid);
  lastSaid = setTimeout(() => { said.textContent = text; }, 400);
}

function select(element) {
  const old = list.querySelector("[aria-selected=true]");
  if (old === element && old) return;
  old?.setAttribute("aria-selected", "false");
  element?.setAttribute("aria-selected", "true");
  element?.scrollIntoView({ block: "nearest" });
  if (element) input.setAttribute("aria-activedescendant", element.id);
  else input.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = [...list.querySelectorAll("[role=option]")];
  if (!all.length) return;
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  select(all[(at + by + all.length) % all.length]);
}

// Closed first: the page that is left holds no names, wherever the browser may keep it.
function choose(row) {
  dialog.close();
  forget();
  row.act();
}

function forget() {
  opening += 1;
  cases = commands = [];
  trouble = input.value = said.textContent = none.textContent = "";
  clearTimeout(lastSaid);
  list.replaceChildren();
}

export async function openPalette() {
  if (!dialog) return;
  if (dialog.open) { dialog.close(); return; }
  if (document.querySelector("dialog[open]")) return;
  before = document.activeElement;
  const mine = (opening += 1);
  commands = commandsOfPage();
  dialog.showModal();
  input.focus();
  show();
  const found = await fetchCases().catch(() => ({ cases: [], trouble: WORDS.offline }));
  if (mine !== opening || !dialog.open) return;
  ({ cases, trouble } = found);
  show();
}

function chooseSelected() {
  const one = list.querySelector("[aria-selected=true]");
  if (one) choose(one.row);
}

const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: chooseSelected };

if (dialog) {
  input.addEventListener("input", show);
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing || !KEYS[event.key] || event.target !== input || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  dialog.addEventListener("close", () => { forget(); before?.focus(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the box
}
