// Builds what is seen. Data becomes text nodes only, never markup, so an answer cannot inject anything into the page.

import { texts } from "./texts.js";

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter(Boolean));
  return node;
}

/** The fixed parts, all present from the start: a live region added later would not be announced. */
export function panel() {
  const parts = {
    log: make("div", { class: "log", role: "log", "aria-label": texts.log, tabindex: "-1" }),
    status: make("p", { class: "status", role: "status" }),
    alert: make("div", { class: "alert", role: "alert" }),
    input: make("textarea", { id: "question", rows: "1", enterkeyhint: "send", autocomplete: "off" }),
    send: make("button", { class: "send", type: "submit" }, texts.send),
  };
  parts.form = make(
    "form",
    {},
    make("label", { for: "question" }, texts.input),
    make("div", { class: "row" }, parts.input, parts.send),
  );
  parts.panel = make("div", { class: "panel", lang: "vi" }, parts.log, parts.status, parts.alert, parts.form);
  return parts;
}

export function userMessage(text) {
  return message("user", texts.user, make("p", {}, text));
}

export function greetingMessage(greeting) {
  return message("assistant", texts.assistant, ...paragraphs(greeting || texts.greeting));
}

export function exampleQuestions(onPress) {
  const buttons = texts.examples.map((question) => choice(question, () => onPress(question)));
  return make(
    "div",
    { class: "examples" },
    make("p", { id: "examples" }, texts.examplesTitle),
    make("div", { class: "choices", role: "group", "aria-labelledby": "examples" }, ...buttons),
    make("p", {}, texts.privacy),
  );
}

export function failure(sentence, onRetry) {
  return [make("p", {}, sentence), choice(texts.retry, onRetry)];
}

/** The whole reply of /v1/ask. `onAction` receives the pressed action. */
export function replyMessage(reply, server, onAction) {
  const actions = (reply.actions || []).map((action) => choice(action.label, () => onAction(action)));
  const node = message(
    "assistant",
    texts.assistant,
    riskLabel(reply.risk),
    guideTitle(reply.guide, server),
    reply.step && make("p", { class: "progress" }, texts.progress(reply.step.number, reply.step.of)),
    ...replyBody(reply, server),
    sourceList(reply.sources || [], reply.guide),
    actions.length > 0 && make("div", { class: "choices" }, ...actions),
  );
  node.dataset.status = reply.status;
  return node;
}

// These replies speak about the question itself; whatever blocks they carry, the text is what must be read.
const TEXT_ONLY = ["privacy_warning", "unreadable", "no_guide"];

function replyBody(reply, server) {
  const blocks = reply.blocks || [];
  if (blocks.length === 0 || TEXT_ONLY.includes(reply.status)) return paragraphs(reply.text);
  const nodes = [];
  for (const block of blocks) {
    if (block.kind !== "step") {
      nodes.push((BLOCKS.get(block.kind) || section)(block));
      continue;
    }
    // Steps that follow each other are one list, so a screen reader can say how many there are.
    let steps = nodes[nodes.length - 1];
    if (!steps?.matches("ol")) nodes.push((steps = make("ol", { role: "list", "aria-label": texts.steps })));
    steps.append(step(block, server));
  }
  return nodes;
}

const BLOCKS = new Map([
  ["summary", (block) => make("div", { class: "summary" }, ...paragraphs(block.text), list(block.items))],
  ["fee", fee],
  ["warning", warning],
]);

/** A title, paragraphs and a list: the shape of most kinds, and of every kind this widget does not know yet. */
function section(block) {
  const title = block.title || texts.titles[block.kind];
  return make("section", {}, title && make("h3", {}, title), ...paragraphs(block.text), list(block.items));
}

function fee(block) {
  const cases = (block.cases || []).map(({ when, amount }) =>
    make("li", {}, when && `${when}: `, make("strong", {}, amount ?? "")),
  );
  const node = section(block);
  if (cases.length > 0) node.append(make("ul", {}, ...cases));
  return node;
}

function warning(block) {
  return make(
    "div",
    { class: "warning", role: "note", "aria-label": block.title || texts.warning },
    make("strong", { class: "mark" }, block.title || texts.warning),
    ...paragraphs(block.text),
    list(block.items),
  );
}

function step(block, server) {
  const hint = (className, label, text) =>
    text && make("p", { class: className }, make("strong", {}, label), ` ${text}`);
  return make(
    "li",
    {},
    make("span", { class: "number" }, make("span", { class: "unseen" }, `${texts.step} `), String(block.number)),
    ...paragraphs(block.text),
    list(block.items),
    picture(block.image, server),
    hint("expect", texts.expect, block.expect),
    hint("stuck", texts.stuck, block.stuck),
  );
}

function picture(image, server) {
  const address = image && safeAddress(image.url, server);
  return address && make("img", { src: address, alt: image.alt || "", loading: "lazy" });
}

function guideTitle(guide, server) {
  if (!guide?.title) return null;
  return make("h2", {}, link(guide.title, guide.url, server));
}

function sourceList(sources, guide) {
  if (sources.length === 0) return null;
  const items = sources.map((source) => {
    const date = source.published_on
      ? texts.published(day(source.published_on))
      : source.read_on && texts.read(day(source.read_on));
    const rest = [source.publisher, date].filter(Boolean).map((part) => `, ${part}`);
    return make("li", {}, link(source.title || source.url, source.url), ...rest);
  });
  return make(
    "div",
    { class: "sources" },
    make("p", {}, texts.sources),
    make("ul", {}, ...items),
    guide?.verified_on && make("p", {}, texts.verified(day(guide.verified_on))),
  );
}

function riskLabel(risk) {
  const label = texts.risks[risk?.level];
  return label && make("p", { class: "risk mark" }, label);
}

function message(who, name, ...children) {
  return make("div", { class: `message ${who}` }, make("span", { class: "unseen" }, `${name} `), ...children);
}

function choice(label, onPress) {
  const button = make("button", { class: "choice", type: "button" }, label);
  button.addEventListener("click", onPress);
  return button;
}

function paragraphs(text) {
  return (text || "").split(/\n+/).filter((line) => line.trim()).map((line) => make("p", {}, line));
}

function list(items) {
  return items?.length > 0 && make("ul", {}, ...items.map((item) => make("li", {}, item)));
}

// A new page, so that going back never loses the conversation; the words say so, for eyes and for ears.
function link(title, address, server) {
  const href = safeAddress(address, server);
  if (!href) return make("span", {}, title);
  const announced = make("span", { class: "unseen" }, ` (${texts.newPage})`);
  return make("a", { href, target: "_blank", rel: "noopener" }, title, announced);
}

/** Only http(s): an address like "javascript:…" in the data must never become a link. */
function safeAddress(address, server) {
  try {
    const full = server && address.startsWith("/") ? new URL(server + address) : new URL(address, server);
    return /^https?:$/.test(full.protocol) ? full.href : null;
  } catch {
    return null;
  }
}

// By hand, not by Date: a calendar day must not move with the reader's time zone.
function day(iso) {
  return iso.slice(0, 10).split("-").reverse().join("/");
}
