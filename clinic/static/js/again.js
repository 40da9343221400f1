// The sign-in ran out while a page was open: sign in over the page, and everything on it stays.
//
//   <dialog data-sign-in-again="/sign-in/again"> <form> email, password </form> </dialog>
//
// js/autosave.js says "signedout" on the document; we answer with "signedin", after which it saves what waits.
const dialog = document.querySelector("dialog[data-sign-in-again]");

const WORDS = {
  offline: "There is no connection. Try again in a moment.",
  trouble: "This did not work. Try again, or sign in in a new tab and come back here.",
};

// The visit may be another one by now (signed out in another tab), and its token with it.
async function freshToken() {
  const page = await (await fetch(new URL("../sign-in", new URL(dialog.dataset.signInAgain + "/", location.href)), { credentials: "same-origin" })).text();
  const there = new DOMParser().parseFromString(page, "text/html");
  return there.querySelector("input[name=csrf_token]")?.value ?? there.querySelector("meta[name=csrf-token]")?.content ?? "";
}

function takeToken(token) {
  document.querySelector("meta[name=csrf-token]").content = token;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
}

async function signIn(form) {
  const body = new URLSearchParams({
    email: form.elements.email.value,
    password: form.elements.password.value,
    whose: document.querySelector("meta[name=whose]").content,
    csrf_token: await freshToken(),
  });
  const options = { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" };
  const response = await fetch(dialog.dataset.signInAgain, options);
  const reply = await response.json().catch(() => ({}));
  return response.ok ? { token: reply.csrf_token } : { message: reply.message || WORDS.trouble };
}

if (dialog) {
  const form = dialog.querySelector("form");
  const trouble = dialog.querySelector("[data-again-trouble]");
  const say = (words) => { trouble.textContent = words; trouble.hidden = !words; };
  let before = null;
  say("");
  document.addEventListener("signedout", (event) => {
    event.preventDefault();
    if (dialog.open) return;
    before = document.activeElement;
    say("");
    dialog.showModal();
    form.elements.password.focus();
  });
  dialog.addEventListener("close", () => { form.elements.password.value = ""; before?.focus(); });
  dialog.querySelector("[data-again-later]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    const { token, message } = await signIn(form).catch(() => ({ message: WORDS.offline }));
    button.disabled = false;
    form.elements.password.value = "";
    if (!token) { say(message); form.elements.password.focus(); return; }
    takeToken(token);
    dialog.close();
    document.dispatchEvent(new CustomEvent("signedin"));
  });
}
