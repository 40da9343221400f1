// Leave a client's page at once: on the exit control, or Escape three times. Without scripts the form posts by itself.
//
// The order matters. The page is blanked first, because someone may be looking. What was typed last gets a moment to be saved,
// behind the blank page. The session is ended before the neutral page opens, because Back must not bring a living session's
// page from the browser's cache.
const form = document.querySelector("[data-exit]");
const PATIENCE = 1500;
const WITHIN = 2000;
const A_MOMENT = 600;
let leaving = false;

function blank() {
  document.title = "";
  document.documentElement.replaceChildren(document.createElement("head"), document.createElement("body"));
}

async function leave() {
  if (leaving) return;
  leaving = true;
  const { action } = form;
  const body = new URLSearchParams(new FormData(form));
  const saves = [];
  document.dispatchEvent(new CustomEvent("leaving", { detail: { waitFor: (save) => saves.push(save) } }));
  blank();
  if (saves.length) await Promise.race([Promise.all(saves), new Promise((resolve) => setTimeout(resolve, A_MOMENT))]);
  const ended = fetch(action, { method: "POST", body, keepalive: true, credentials: "same-origin" }).then((reply) => reply.url);
  const tooLong = new Promise((resolve) => setTimeout(resolve, PATIENCE, action));
  location.replace(await Promise.race([ended.catch(() => action), tooLong]));
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });

  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const now = event.timeStamp;
    presses = [...presses.filter((time) => now - time < WITHIN), now];
    if (presses.length >= 3) leave();
  }, true);
}

// A page brought back from the browser's cache may belong to a session that has ended: ask the server again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
