// One question to the service. A lost connection is common where our users live, so a failed call is made once more;
// the same message_id lets the service recognise it and answer only once.

import { texts } from "./texts.js";

const TIMEOUT_MS = 20_000;
const PAUSE_MS = 1_000;

/** Its message is a Vietnamese sentence, ready to be shown. */
export class AskFailed extends Error {
  constructor(sentence, worthRepeating) {
    super(sentence);
    this.worthRepeating = worthRepeating;
  }
}

/** Not crypto.randomUUID: it is missing where a commune serves plain http on its own network. */
export function newMessageId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function ask(server, text, messageId) {
  const body = JSON.stringify({
    text,
    conversation_id: conversation.load(server),
    message_id: messageId,
    channel: "web",
    locale: "vi",
    place: null,
    attachments: [],
  });
  const reply = await post(`${server}/v1/ask`, body).catch(async (error) => {
    if (!error.worthRepeating) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return post(`${server}/v1/ask`, body);
  });
  if (reply.conversation_id) conversation.save(server, reply.conversation_id);
  return reply;
}

async function post(url, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      signal: abort.signal,
    });
    if (!response.ok) throw await refusal(response);
    return await response.json();
  } catch (error) {
    if (error instanceof AskFailed) throw error;
    if (abort.signal.aborted) throw new AskFailed(texts.errors.timeout, true);
    // A page that is not JSON (the login page of a public Wi-Fi, say) will be the same a second later.
    if (error instanceof SyntaxError) throw new AskFailed(texts.errors.server, false);
    throw new AskFailed(texts.errors.offline, true);
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response) {
  if (response.status === 429) return new AskFailed(texts.errors.busy, false);
  if (response.status >= 500) return new AskFailed(texts.errors.server, true);
  const problem = await response.json().catch(() => null);
  return new AskFailed(problem?.detail || texts.errors.server, false);
}

// Kept for this tab only. A browser may refuse storage (private mode, a frame on another site): then memory serves.
const conversation = {
  inMemory: new Map(),
  key: (server) => `tro-ly-so ${server}`,
  load(server) {
    try {
      return sessionStorage.getItem(this.key(server));
    } catch {
      return this.inMemory.get(server) ?? null;
    }
  },
  save(server, id) {
    try {
      sessionStorage.setItem(this.key(server), id);
    } catch {
      this.inMemory.set(server, id);
    }
  },
};
