// card.js draws an Adaptive Card of schema 1.5: the elements that Docket's own cards are made of. What it does not know is
// shown as its fallback, or as a quiet note, and never as nothing at all. https://adaptivecards.io/explorer
import { element } from "./element.js";
import { anchor, drawMarkdown } from "./markdown.js";

// drawCard returns the card as a node. press is called with the action of an Action.Execute when its button is pressed, and
// may return a promise; until it settles the card's buttons rest.
export function drawCard(card, press) {
  const pen = { press: async (action) => {
    const buttons = root.querySelectorAll("button");
    buttons.forEach((b) => b.setAttribute("aria-disabled", "true"));
    try { await press(action); } finally { buttons.forEach((b) => b.removeAttribute("aria-disabled")); }
  } };
  const root = element("div", { class: "card", lang: card.lang, role: "group", "aria-label": headingOf(card) ?? "Card" },
    element("div", { class: "body" }, drawAll(card.body, pen)), drawActions(card.actions, pen));
  return root;
}

// headingOf is what a card calls itself, if it does.
export const headingOf = ({ body }) => body?.find((e) => e?.type === "TextBlock" && e.style === "heading")?.text?.replace(/\\(.)/g, "$1");

const drawAll = (list, pen) => (list ?? []).map((e) => draw(e, pen)).filter(Boolean);

const DRAW = {
  TextBlock: drawText,
  RichTextBlock: (e, pen) => element("p", { class: "text" }, (e.inlines ?? []).map((run) => drawRun(run, pen))),
  FactSet: (e) => element("dl", { class: "facts" }, (e.facts ?? []).flatMap(drawFact)),
  Container: (e, pen) => element("div", { class: `container ${filled(e)}` }, drawAll(e.items, pen)),
  ColumnSet: (e, pen) => element("div", { class: `columns ${filled(e)}` }, (e.columns ?? []).map((c) => drawColumn(c, pen))),
  Table: drawTable,
  Image: drawImage,
  ActionSet: (e, pen) => drawActions(e.actions, pen),
};

// draw returns one element with the space before it.
function draw(e, pen) {
  if (!e || e.isVisible === false) return null;
  const node = Object.hasOwn(DRAW, e.type) ? DRAW[e.type](e, pen) : drawUnknown(e, pen);
  if (!node) return null;
  node.classList.add("space-" + (e.spacing || "default"));
  if (e.separator) node.classList.add("separated");
  if (/^(center|right)$/.test(e.horizontalAlignment)) node.classList.add("to-" + e.horizontalAlignment);
  return node;
}

function drawText(e) {
  const heading = e.style === "heading" && { role: "heading", "aria-level": "3" };
  return element("div", { class: `text ${font(e)}`, ...heading }, drawMarkdown(e.text ?? ""));
}

const drawFact = (f) => [element("dt", {}, drawMarkdown(f.title ?? "")), element("dd", {}, drawMarkdown(f.value ?? ""))];

function drawUnknown(e, pen) {
  if (e.fallback === "drop") return null;
  if (e.fallback?.type) return draw(e.fallback, pen);
  return element("p", { class: "text subtle unknown" }, `A part of this card (${e.type ?? "without a type"}) is not shown here.`);
}

// font returns the classes of a text's look.
const font = (e) => [
  e.size && "size-" + e.size, e.weight && "weight-" + e.weight, e.color && "color-" + e.color, e.isSubtle && "subtle",
  e.fontType === "monospace" && "mono", e.wrap === false && "one-line",
].filter(Boolean).join(" ");

const filled = (e) => (e.style && e.style !== "default" ? "filled style-" + e.style : "");

function drawRun(run, pen) {
  if (typeof run === "string") return run;
  const marks = { italic: run.italic, underline: run.underline, struck: run.strikethrough, highlight: run.highlight };
  const looks = [font(run), ...Object.keys(marks).filter((mark) => marks[mark])].join(" ").trim();
  const words = element("span", { class: looks || null }, run.text ?? "");
  const action = run.selectAction;
  if (action?.type === "Action.OpenUrl") return anchor(action.url ?? "", [words], { title: action.tooltip });
  return action ? drawAction(action, pen, [words]) : words;
}

function drawColumn(c, pen) {
  const node = element("div", { class: `column ${filled(c)}` }, drawAll(c.items, pen));
  const width = String(c.width ?? "1");
  if (width === "auto") node.style.flex = "0 1 auto";
  else if (width.endsWith("px")) node.style.flex = `0 0 ${parseInt(width, 10)}px`;
  else node.style.flex = `${width === "stretch" ? 1 : parseFloat(width) || 1} 1 0`;
  return node;
}

function drawTable(e, pen) {
  const cell = (tag) => (c) => element(tag, { class: filled(c) || null, scope: tag === "th" && "col" }, drawAll(c.items, pen));
  const tagOf = (row) => (row === 0 && e.firstRowAsHeader !== false ? "th" : "td");
  const rows = (e.rows ?? []).map((r, i) => element("tr", { class: filled(r) || null }, (r.cells ?? []).map(cell(tagOf(i)))));
  return element("table", { class: e.showGridLines === false ? "table" : "table ruled" }, element("tbody", {}, rows));
}

// drawImage draws what stands in the card itself. A picture elsewhere would be fetched from there, which this page does not
// do; its words take its place.
function drawImage(e) {
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(e.url ?? "")) {
    return element("img", { class: `image size-${e.size ?? "auto"} ${e.style === "person" ? "round" : ""}`, src: e.url, alt: e.altText ?? "" });
  }
  return e.altText ? element("p", { class: "text subtle" }, `Picture: ${e.altText}`) : null;
}

function drawActions(actions, pen) {
  const buttons = (actions ?? []).map((a) => drawAction(a, pen, [a.title ?? "Open"])).filter(Boolean);
  return buttons.length ? element("div", { class: "actions" }, buttons) : null;
}

function drawAction(action, pen, words) {
  const look = { class: `action ${action.style === "positive" ? "positive" : action.style === "destructive" ? "destructive" : ""}`, title: action.tooltip };
  if (action.type === "Action.OpenUrl") return anchor(action.url ?? "", words, look);
  if (action.type === "Action.Execute" && action.verb) {
    const press = (event) => { if (event.currentTarget.getAttribute("aria-disabled") !== "true") pen.press(action); };
    return element("button", { type: "button", ...look, "data-verb": action.verb, onclick: press }, words);
  }
  if (action.fallback === "drop") return null;
  return element("button", { type: "button", ...look, disabled: true, title: "This page has no use for this button." }, words);
}
