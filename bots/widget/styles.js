// The look. A page may set on <tro-ly-so>: --tls-colour, --tls-on-colour, --tls-surface, --tls-ink, --tls-font …
// Sizes are rem with a floor in px, for pages that shrink their root font.

const css = `
:host {
  --tls-colour: #0e5c55;
  --tls-on-colour: #ffffff;
  --tls-surface: #fffdf8;
  --tls-soft: #eaf2ed;
  --tls-ink: #1f2a2e;
  --tls-quiet: #4a5759;
  --tls-line: #ddd5c5;
  --tls-edge: #748079;
  --tls-link: #0b5750;
  --tls-warning: #fdf1d8;
  --tls-warning-edge: #a85a07;
  --tls-danger: #a3261b;
  --tls-font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  --tls-size: max(18px, 1.125rem);
  --tls-target: max(44px, 2.75rem);
  display: block;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --tls-colour: #85d3c4;
    --tls-on-colour: #08241f;
    --tls-surface: #1a2426;
    --tls-soft: #233432;
    --tls-ink: #eceee8;
    --tls-quiet: #b6c1bd;
    --tls-line: #37464a;
    --tls-edge: #82918d;
    --tls-link: #93dccf;
    --tls-warning: #3a2c14;
    --tls-warning-edge: #e2a94a;
    --tls-danger: #ffaea3;
  }
}
*, *::before, *::after { box-sizing: border-box; }
.panel {
  display: flex;
  flex-direction: column;
  height: 100%;
  color: var(--tls-ink);
  background: var(--tls-surface);
  border: 1px solid var(--tls-line);
  border-radius: 1rem;
  font: 400 var(--tls-size)/1.6 var(--tls-font);
  overflow-wrap: break-word;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
p, h2, h3, ul, ol { margin: 0; }
h2 { font-size: 1.2em; line-height: 1.5; font-weight: 650; }
h3 { font-size: 1em; line-height: 1.6; font-weight: 650; }
ul { padding-inline-start: 1.25em; }
li + li { margin-block-start: .25em; }
ul > li::marker { color: var(--tls-edge); }
a { color: var(--tls-link); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
/* Said twice: the second form, with an empty alternative, keeps the sign out of what is read aloud. */
a[target]::after { content: "\\00a0\\2197\\fe0e"; content: "\\00a0\\2197\\fe0e" / ""; font-size: .8em; }

.log { flex: 1 1 auto; min-height: 0; padding: 1rem 1rem 1.25rem; overflow-y: auto; position: relative; }
.log:focus { outline: none; }
.message { scroll-margin-block-start: .75rem; }
.message + * { margin-block-start: 1.25rem; }
.message > * + *, section > * + *, .summary > * + *, .warning > * + * { margin-block-start: .5em; }
.user { display: flex; justify-content: flex-end; }
.user > p {
  max-width: min(34rem, 88%);
  margin: 0;
  padding: .5em .9em;
  color: var(--tls-on-colour);
  background: var(--tls-colour);
  border: 1px solid transparent;
  border-radius: 1.1em 1.1em .25em 1.1em;
  white-space: pre-wrap;
}
.assistant > section, .assistant > ol, .assistant > .warning, .assistant > .summary { margin-block-start: 1em; }
.assistant > .unseen + * { margin-block-start: 0; }
.summary { font-size: 1.06em; }
.progress { color: var(--tls-quiet); }

ol { padding: 0; list-style: none; }
ol > li { position: relative; padding: 0 0 1.1em 3em; margin: 0; }
ol > li:last-child { padding-block-end: 0; }
ol > li > * + p, ol > li > img { margin-block-start: .4em; }
ol > li > .number + p { margin-block-start: 0; }
ol > li:not(:last-child)::before {
  content: "";
  position: absolute;
  inset: 2.1em auto .1em 1em;
  border-inline-start: 2px solid var(--tls-line);
}
.number {
  position: absolute;
  inset-block-start: -.15em;
  inset-inline-start: 0;
  min-width: 1.95em;
  padding: 0 .3em;
  color: var(--tls-on-colour);
  background: var(--tls-colour);
  border: 1px solid transparent;
  border-radius: 1em;
  line-height: 1.85;
  font-weight: 650;
  text-align: center;
}
.expect, .stuck { padding-inline-start: .75em; border-inline-start: 3px solid var(--tls-colour); color: var(--tls-quiet); }
.expect strong, .stuck strong { color: var(--tls-ink); }
.stuck { border-color: var(--tls-warning-edge); }
img { display: block; max-width: 100%; max-height: 26rem; border: 1px solid var(--tls-line); border-radius: .5rem; }

.warning, .alert:not(:empty), [data-status="emergency"], [data-status="privacy_warning"] {
  padding: .75em 1em;
  background: var(--tls-warning);
  border: 1px solid var(--tls-warning-edge);
  border-inline-start-width: .35em;
  border-radius: .6em;
}
.mark::before {
  content: "!";
  content: "!" / "";
  display: inline-block;
  width: 1.5em;
  margin-inline-end: .5em;
  color: var(--tls-surface);
  background: var(--tls-warning-edge);
  border-radius: 50%;
  line-height: 1.5;
  font-weight: 700;
  text-align: center;
}
.risk { color: var(--tls-danger); font-weight: 650; }
.risk::before { background: var(--tls-danger); }

.sources { margin-block-start: 1em; padding-block-start: .6em; border-block-start: 1px solid var(--tls-line); color: var(--tls-quiet); }

button, textarea { font: inherit; color: inherit; }
button { min-height: var(--tls-target); min-width: var(--tls-target); cursor: pointer; }
button[aria-disabled="true"] { cursor: progress; }
.choices { display: flex; flex-wrap: wrap; gap: .6rem; }
.assistant > .choices { margin-block-start: 1em; }
.choice {
  padding: .4em .85em;
  color: var(--tls-link);
  background: var(--tls-soft);
  border: 1px solid var(--tls-edge);
  border-radius: 1.4em;
  text-align: start;
}
.choice:hover { border-color: var(--tls-link); box-shadow: inset 0 0 0 1px var(--tls-link); }
.examples > p { color: var(--tls-quiet); }
.examples > .choices { margin-block: .5rem 1rem; }
.status { padding: 0 1rem; color: var(--tls-quiet); }
.status:not(:empty) { padding-block-end: .75rem; }
.alert:not(:empty) { margin: 0 1rem 1rem; }
.alert .choice { margin-block-start: .6em; background: var(--tls-surface); }

form {
  padding: .6rem 1rem 1rem;
  background: var(--tls-surface);
  border-block-start: 1px solid var(--tls-line);
  border-radius: 0 0 1rem 1rem;
}
label { display: block; margin-block-end: .25rem; font-weight: 650; }
.row { display: flex; gap: .6rem; align-items: flex-end; }
textarea {
  flex: 1 1 auto;
  min-width: 0;
  min-height: calc(var(--tls-target) + 4px);
  max-height: 9em;
  padding: .5rem .75rem;
  background: var(--tls-surface);
  border: 2px solid var(--tls-edge);
  border-radius: .75rem;
  line-height: 1.6;
  resize: none;
  field-sizing: content;
}
.send {
  flex: none;
  min-height: calc(var(--tls-target) + 4px);
  padding: .4em 1.2em;
  color: var(--tls-on-colour);
  background: var(--tls-colour);
  border: 2px solid transparent;
  border-radius: .75rem;
  font-weight: 650;
}
.send[aria-disabled="true"] { background: var(--tls-soft); color: var(--tls-quiet); border-color: var(--tls-edge); }
:focus-visible { outline: 3px solid var(--tls-link); outline-offset: 2px; }
.log :is(a, button) { scroll-margin-block: 1rem 9rem; }

/* The input follows the reader, unless the screen (or a zoom of 400 %) is too low to spare the room. */
@media (min-height: 18rem) {
  form { position: sticky; inset-block-end: 0; }
}
@media (min-width: 40rem) {
  .log { padding: 1.5rem 1.5rem 1.75rem; }
  form { padding: .75rem 1.5rem 1.25rem; }
  .status { padding-inline: 1.5rem; }
  .alert:not(:empty) { margin-inline: 1.5rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .message { animation: appear .25s ease-out; }
  @keyframes appear { from { opacity: 0; transform: translateY(.4rem); } }
}
@media (forced-colors: active) {
  .user > p, .number, .mark::before { border: 1px solid CanvasText; }
  .send { border-color: ButtonText; }
}
`;

let shared = null;

/** A constructed sheet asks nothing of the page's Content-Security-Policy. Browsers older than 2023 (many second-hand
 *  iPhones) cannot adopt one: there an empty linked sheet is filled by script, which the policy allows as well. */
export function applyStyles(root) {
  if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
    if (!shared) {
      shared = new CSSStyleSheet();
      shared.replaceSync(css);
    }
    root.adoptedStyleSheets = [shared];
    return;
  }
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.crossOrigin = "anonymous";
  link.href = new URL("./blank.css", import.meta.url).href;
  link.addEventListener("load", () => link.sheet.insertRule(`@media all { ${css} }`));
  root.append(link);
}

/** Black or white, whichever is easier to read on "rgb(r, g, b)" (WCAG relative luminance). */
export function readableOn(rgb) {
  const [red, green, blue] = (rgb.match(/[\d.]+/g) || [0, 0, 0]).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
