// The keys of the counselor's pages. Letters act only when nobody is typing, and can be switched off; Ctrl (⌘ on a Mac) always.
//
//   data-does="save"   Ctrl+S presses it            data-does="main"   Ctrl+Enter presses it
//   data-does="new"    n presses it                 data-key="g c"     g and then c
//
// A button that is final (a signature, a sending) carries none of these: Ctrl+Enter only puts the cursor on it.
import { openPalette } from "./palette.js";

const AFTER_G = 1500;
const A_WHILE = 4000;
const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

const help = document.querySelector("dialog[data-keys-help]");
const palette = document.querySelector("dialog[data-palette]");
const line = document.querySelector("[data-keys-said]");
const hasLetters = help?.hasAttribute("data-letters");
let before = null;
let prefix = "";
let timer;
let sayTimer;

const isSeen = (element) => element?.checkVisibility() && !element.disabled;
const seen = (selector, place = document) => [...place.querySelectorAll(selector)].find(isSeen);
const isOpen = () => document.querySelector("dialog[open]") !== null;
const wordsOf = (element) => element.innerText.replace(/\s+/g, " ").trim();

function say(words) {
  line.textContent = words;
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { line.textContent = ""; }, A_WHILE);
}

function showHelp() {
  if (isOpen()) return;
  before = document.activeElement;
  help.showModal();
}

// --- Ctrl

// The form that one is in, if it saves; else the first on the page that does.
function saveNow() {
  const own = document.activeElement?.closest("form");
  const saves = (form) => form && (form.matches("[data-autosave]") || seen("[data-does~=save]", form));
  const form = saves(own) ? own : [...document.querySelectorAll("main form")].find(saves);
  if (!form) return say("Nothing on this page is saved by a key.");
  if (form.matches("[data-autosave]")) return form.dispatchEvent(new CustomEvent("savenow"));
  return form.requestSubmit(seen("[data-does~=save]", form));
}

function pressMain() {
  const own = document.activeElement?.closest("main form");
  const place = own && seen("button", own) ? own : document.querySelector("main");
  const button = seen("[data-does~=main]", place) ?? seen(".button--primary", place) ?? (place === own ? seen("button", own) : null);
  if (!button) return say("This page has no main button.");
  const changesNothing = button.matches("a") || button.form?.method === "get" || button.closest("[role=search]");
  if (changesNothing || button.matches("[data-does~=main]")) return button.click();
  button.focus();
  return say(`Press Enter: ${wordsOf(button)}`);
}

const WITH_CTRL = { k: openPalette, s: saveNow, Enter: pressMain };

// --- letters

function find() {
  const field = seen("main [role=search] input:not([type=hidden], [type=checkbox], [type=radio])");
  if (!field) return follow("g s");
  field.focus();
  return field.select();
}

function makeNew() {
  const here = seen("main [data-does~=new]");
  if (here) here.click();
  else if (palette.dataset.new) location.assign(palette.dataset.new);
}

function follow(keys) {
  document.querySelector(`[data-key="${CSS.escape(keys)}"]`)?.click();
}

const LETTERS = { "?": showHelp, "/": find, n: makeNew };

function onLetter(event) {
  if (!hasLetters || isOpen() || event.target.closest?.(TYPED_IN) || document.designMode === "on") return;
  clearTimeout(timer);
  if (prefix) {
    const keys = `${prefix} ${event.key}`;
    prefix = "";
    if (document.querySelector(`[data-key="${CSS.escape(keys)}"]`)) { event.preventDefault(); follow(keys); return; }
  }
  if (event.key === "g") {
    prefix = "g";
    timer = setTimeout(() => { prefix = ""; }, AFTER_G);
  } else if (Object.hasOwn(LETTERS, event.key)) {
    event.preventDefault();
    LETTERS[event.key]();
  }
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isCtrl = IS_MAC ? event.metaKey || event.ctrlKey : event.ctrlKey;
  if (!isCtrl) {
    if (!event.metaKey && !event.repeat) onLetter(event);
    return;
  }
  const act = WITH_CTRL[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || event.shiftKey) return;
  event.preventDefault(); // Ctrl+S would offer to keep this page on the device
  const isInOther = isOpen() && !(act === openPalette && palette.open);
  if (!event.repeat && !isInOther) act();
}

if (help && palette) {
  document.addEventListener("keydown", onKey);
  document.addEventListener("showkeys", showHelp);
  help.addEventListener("close", () => before?.focus());
  for (const dialog of [help, palette]) {
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // beside it
  }
  if (hasLetters) palette.setAttribute("data-letters", "");
  if (IS_MAC) for (const key of document.querySelectorAll("kbd[data-ctrl]")) key.textContent = key.textContent.replace("Ctrl", "⌘");
  for (const opener of document.querySelectorAll("[data-open]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => {
      const menu = opener.closest("details");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      if (opener.dataset.open === "palette") openPalette();
      else showHelp();
    });
  }
}
