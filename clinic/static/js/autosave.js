// Save a form as it is being filled in. The server holds the draft; nothing is ever kept on this device.
//
//   <form data-autosave="/my/homework/.../draft" data-sign-in="/sign-in"> ... <input type="hidden" name="revision" value="3">
//
// Posts the form's own fields, with the CSRF token in a header. Answers understood:
//   200 {"revision": 4}  saved   ·   409 {"message": "..."}  someone saved in between: saving stops, both are shown by the page
//   409 {"message": "...", "revision": 4, "kept": "both"}  the same, but nothing is lost: saving goes on
//   422 {"message": "..."}  something in it cannot be kept as it is
//   401, 403, 400 or a redirect: signed out; after a new sign-in in another tab it saves again by itself
//
// It saves a second after the last key, and at least every six seconds while somebody types without a pause: what a killed browser
// can lose is what was typed since. A reply with "saved_at": "3:04 PM" says so beside the state.
const PAUSE = 1000;
const AT_MOST = 6000;
const SLOWEST = 8000;
const LONGEST_WAIT = 5000;
const TOO_LONG = 20000;
// Controls that ask for something and are no part of the text.
const NOT_TEXT = ["revision", "csrf_token", "add_stage", "phrase", "phrase_into"];
const KEEPALIVE_LIMIT = 60000;
const WORDS = {
  another: "Another person has signed in here since. This page saves nothing any more: copy what you need, then close it.",
  saving: "Saving…",
  saved: "Saved",
  offline: "Not saved: no connection. It is kept on this page; keep it open, and we try again.",
  trouble: "Not saved yet. Keep this page open; we try again.",
  refused: "Not saved: something here cannot be kept as it is. Use the button below to see what.",
  signedOut: "Not saved: you are signed out. ",
  conflict: "Not saved: this was changed in another window. Open the page again to see both.",
};

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.place = form.querySelector("[data-save-state]") ?? document.querySelector("[data-save-state]");
    this.saved = this.body().toString();
    this.failures = 0;
    this.listen();
  }

  listen() {
    this.form.addEventListener("input", () => this.soon(PAUSE));
    this.form.addEventListener("change", () => this.soon(0));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("savenow", () => this.saveNow());
    document.addEventListener("visibilitychange", () => this.save());
    window.addEventListener("pagehide", () => this.save({ leaving: true }));
    window.addEventListener("online", () => this.save());
    document.addEventListener("signedin", () => { this.signedOut = this.asked = false; this.save(); });
    document.addEventListener("leaving", (event) => event.detail.waitFor(this.leave()));
    window.addEventListener("beforeunload", (event) => {
      if (this.failures && !this.submitted && this.isChanged()) event.preventDefault();
    });
  }

  // File inputs do not belong in a draft, and neither the token nor the revision is the person's text.
  body() {
    return new URLSearchParams([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
  }

  text(body) {
    const copy = new URLSearchParams(body);
    for (const name of NOT_TEXT) copy.delete(name);
    return copy.toString();
  }

  isChanged() {
    return this.text(this.body()) !== this.text(this.saved);
  }

  // Each key puts the save off by a pause, but never past AT_MOST after the first one that is not saved.
  soon(delay) {
    clearTimeout(this.timer);
    this.since ??= Date.now();
    const left = Math.max(0, this.since + AT_MOST - Date.now());
    this.timer = setTimeout(() => this.save(), this.failures ? delay : Math.min(delay, left));
  }

  // A save that is on its way when a button is pressed is waited for: the button would come with a revision that is old by then.
  async submit(event) {
    clearTimeout(this.timer);
    if (!this.underway || this.submitted) { this.submitted = true; return; }
    event.preventDefault();
    const { submitter } = event;
    const waited = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
    await Promise.race([this.underway, waited]);
    this.submitted = true;
    this.form.requestSubmit(submitter);
  }

  async save({ leaving = false } = {}) {
    clearTimeout(this.timer);
    if (this.submitted || this.stopped || !this.isChanged()) return;
    if (this.underway && !leaving) { this.again = true; return; }
    this.since = undefined;
    this.underway = this.send();
    await this.underway;
    this.underway = null;
    if (this.again) { this.again = false; this.soon(this.failures ? 2000 : 0); }
  }

  // Ctrl+S (js/keys.js): nobody presses it and hears nothing, even where all was saved before.
  saveNow() {
    if (this.isChanged() || this.underway) return this.save();
    const isSaid = this.stopped || this.both || this.failures || this.place?.textContent.startsWith(WORDS.saved);
    return isSaid ? null : this.say(WORDS.saved, "saved");
  }

  async send() {
    this.say(WORDS.saving);
    let body = this.body();
    try {
      if (this.signedOut) {
        if (!(await this.freshToken())) return;
        body = this.body();
      }
      this.hear(await this.post(body), body);
    } catch {
      this.retry(WORDS.offline);
    }
  }

  async post(body) {
    const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    const response = await fetch(this.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      keepalive: body.toString().length < KEEPALIVE_LIMIT,
      redirect: "manual",
      signal: AbortSignal.timeout(TOO_LONG),
      credentials: "same-origin",
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return { status: response.type === "opaqueredirect" ? 401 : response.status, reply: isJson ? await response.json() : {} };
  }

  hear({ status, reply }, body) {
    if (status >= 200 && status < 300) return this.keep(reply, body);
    if (status === 409 && reply.kept === "both") { this.both = reply.message; return this.keep(reply, body); }
    if (status === 409) return this.stop(reply.message || WORDS.conflict);
    if (status === 422) { this.learn(reply); return this.say(reply.message || WORDS.refused, "trouble"); }
    if ([400, 401, 403, 404].includes(status)) { this.signedOut = true; return this.askToSignIn(); }
    return this.retry(WORDS.trouble);
  }

  keep(reply, body) {
    this.saved = body.toString();
    this.failures = 0;
    this.signedOut = false;
    this.learn(reply);
    this.form.dispatchEvent(new CustomEvent("kept", { detail: reply }));
    if (this.both) this.sayBoth();
    else this.say(reply.saved_at ? `${WORDS.saved} ${reply.saved_at}` : WORDS.saved, "saved");
    if (this.isChanged()) this.soon(PAUSE);
  }

  // Someone saved in between: from here on a person decides. The page warns before it is left, and one button shows both texts.
  stop(words) {
    this.stopped = true;
    this.failures = 1;
    this.say(`${words} `, "trouble");
    const button = document.createElement("button");
    button.type = "submit";
    button.className = "button button--quiet";
    button.textContent = "See both texts";
    if (this.place && this.form.contains(this.place)) this.place.append(button);
  }

  sayBoth() {
    if (this.place?.textContent.startsWith(this.both)) return;
    const link = document.createElement("a");
    link.href = location.href.replace(/#.*/, "");
    link.textContent = "See both";
    this.say(`${this.both} `, "trouble");
    this.place?.append(link);
  }

  learn(reply) {
    const revision = this.form.elements.revision;
    if (revision && reply.revision !== undefined) revision.value = reply.revision;
  }

  // The exit was pressed (js/exit.js): what was typed last is on its way before the page goes blank, and nothing asks to stay.
  async leave() {
    const last = this.isChanged() && !this.submitted && !this.stopped && !this.signedOut ? this.post(this.body()) : null;
    this.submitted = true;
    clearTimeout(this.timer);
    await last?.catch(() => {});
  }

  retry(words) {
    this.failures += 1;
    this.say(words, "trouble");
    this.soon(Math.min(1000 * 2 ** this.failures, SLOWEST));
  }

  // After a sign-in in another tab, the old page's token is no longer ours: take the new one from a fresh copy.
  async freshToken() {
    const page = await (await fetch(location.href, { credentials: "same-origin" })).text();
    const there = new DOMParser().parseFromString(page, "text/html");
    const fresh = there.querySelector("meta[name=csrf-token]")?.content;
    const whose = there.querySelector("meta[name=whose]")?.content;
    if (!fresh || !whose) return true;
    // Somebody else has signed in since: their token would put these words into their pages.
    if (whose !== document.querySelector("meta[name=whose]")?.content) {
      this.stopped = true;
      this.say(WORDS.another, "trouble");
      return false;
    }
    document.querySelector("meta[name=csrf-token]").content = fresh;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = fresh;
    return true;
  }

  askToSignIn() {
    this.failures = 1;
    if (this.asked) return this.offerSignIn(); // put off: not again at every pause
    this.asked = !document.dispatchEvent(new CustomEvent("signedout", { cancelable: true }));
    if (this.asked) return this.offerSignIn();
    const link = document.createElement("a");
    link.href = this.form.dataset.signIn || location.href;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Sign in again in a new tab, then come back here.";
    this.say(WORDS.signedOut, "trouble");
    this.place?.append(link);
  }

  // A page with a sign-in of its own (js/again.js) opens it over itself; put off, it can be opened again from here.
  offerSignIn() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet";
    button.textContent = "Sign in";
    button.addEventListener("click", () => document.dispatchEvent(new CustomEvent("signedout", { cancelable: true })));
    this.say(WORDS.signedOut, "trouble");
    this.place?.append(button);
  }

  say(words, tone = "quiet") {
    if (!this.place || this.place.textContent === words) return;
    this.place.textContent = words;
    this.place.dataset.tone = tone;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
