// <tro-ly-so server="https://…" colour="#0e5c55" greeting="…">: the conversation, wherever a page wants it.
// Attributes are read once, when the element enters the page.

import { AskFailed, ask, newMessageId } from "./ask.js";
import { applyStyles, readableOn } from "./styles.js";
import { texts } from "./texts.js";
import { exampleQuestions, failure, greetingMessage, panel, replyMessage, userMessage } from "./view.js";

const SLOW_AFTER_MS = 6_000;

export class TroLySo extends HTMLElement {
  #parts;
  #examples;
  #server;
  #busy = false;

  connectedCallback() {
    if (this.shadowRoot) return; // moved within the page: keep the conversation
    this.#server = (this.getAttribute("server") || new URL(import.meta.url).origin).replace(/\/+$/, "");
    this.#parts = panel();
    this.#examples = exampleQuestions((question) => this.#say(question, question));
    this.#parts.log.append(greetingMessage(this.getAttribute("greeting")), this.#examples);

    const root = this.attachShadow({ mode: "open" });
    applyStyles(root);
    root.append(this.#parts.panel);
    this.#paint(this.getAttribute("colour"));

    this.#parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sendTyped();
    });
    this.#parts.input.addEventListener("keydown", (event) => {
      // Telex and VNI compose letters, and their Enter only ends a word. Safari reports it late, as key code 229.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#sendTyped();
      this.#parts.input.focus();
    });
  }

  #sendTyped() {
    const { input } = this.#parts;
    const text = input.value.trim();
    if (!text || this.#busy) return;
    input.value = "";
    this.#restFocus();
    this.#say(text, text);
  }

  /** `shown` is what the person sees they said; `text` is what the service receives (the payload of a button). */
  #say(shown, text) {
    if (this.#busy) return;
    const message = userMessage(shown);
    this.#parts.log.append(message);
    if (this.#examples.isConnected) {
      if (this.#examples.contains(this.shadowRoot.activeElement)) this.#restFocus();
      this.#examples.remove();
    }
    this.#request({ text, message, id: newMessageId() });
  }

  async #request(question) {
    const { log, status, alert } = this.#parts;
    alert.replaceChildren();
    this.#setBusy(true);
    status.textContent = texts.searching;
    const slow = setTimeout(() => (status.textContent = texts.slow), SLOW_AFTER_MS);
    this.#show(question.message);
    try {
      const reply = await ask(this.#server, question.text, question.id);
      log.append(replyMessage(reply, this.#server, (action) => this.#say(action.label, action.payload)));
    } catch (error) {
      if (!(error instanceof AskFailed)) console.error(error);
      const sentence = error instanceof AskFailed ? error.message : texts.errors.server;
      alert.append(
        ...failure(sentence, () => {
          this.#restFocus();
          this.#request(question);
        }),
      );
    } finally {
      clearTimeout(slow);
      status.textContent = "";
      this.#setBusy(false);
      this.#show(question.message);
    }
  }

  /** A second press while waiting is a nervous tap, not a second question; nothing is disabled, so focus stays put. */
  #setBusy(busy) {
    this.#busy = busy;
    for (const button of this.shadowRoot.querySelectorAll("button")) button.setAttribute("aria-disabled", String(busy));
  }

  /** Puts the question at the top, with its answer below it, read from its beginning. */
  #show(message) {
    const { log } = this.#parts;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    message.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
    // Only a page that gives the element a height makes the log scroll; then the keyboard must reach it.
    log.tabIndex = log.scrollHeight > log.clientHeight + 1 ? 0 : -1;
  }

  /** Back to the input; on a touch screen to the log, where the keyboard would hide half of the answer. */
  #restFocus() {
    const { input, log } = this.#parts;
    (matchMedia("(hover: hover)").matches ? input : log).focus({ preventScroll: true });
  }

  #paint(colour) {
    if (!colour || !CSS.supports("color", colour)) return;
    const { style } = this.#parts.panel;
    style.setProperty("--tls-colour", colour);
    style.setProperty("--tls-on-colour", readableOn(getComputedStyle(this.#parts.send).backgroundColor));
  }
}
