// The part of Markdown that works in a card's texts: bold, italics, links, lists, and the backslash before what is meant as
// it stands. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
import { element } from "./element.js";

// drawMarkdown returns the blocks of a text: lists, and paragraphs whose lines are broken where the text breaks them.
export function drawMarkdown(text) {
  const blocks = [];
  for (const line of String(text).replace(/\r\n?/g, "\n").split("\n")) {
    const item = /^\s{0,3}(?:([-*+])|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    const kind = item ? (item[1] ? "ul" : "ol") : "p";
    const last = blocks.at(-1);
    if (line.trim() === "") blocks.push(null);
    else if (item && last?.localName === kind) last.append(element("li", {}, spans(item[3])));
    else if (item) blocks.push(element(kind, { start: item[2] > 1 ? item[2] : null }, element("li", {}, spans(item[3]))));
    else if (last?.localName === "p") last.append(element("br"), ...spans(line));
    else blocks.push(element("p", {}, spans(line)));
  }
  return blocks.filter(Boolean);
}

const ESCAPED = /^\\([\\`*_{}[\]()#+\-.!<>~&|])/;
const MARKS = [
  [/^\*\*(?=\S)((?:\\.|[^\\])*?[^\s\\])\*\*/, "strong"],
  [/^__(?=\S)((?:\\.|[^\\])*?[^\s\\])__/, "strong"],
  [/^\*(?=[^\s*])((?:\\.|[^\\*])*?[^\s\\*])\*/, "em"],
  [/^_(?=[^\s_])((?:\\.|[^\\_])*?[^\s\\_])_(?![\p{L}\p{N}])/u, "em"],
];
const LINK = /^\[((?:\\.|[^\\\]])*)\]\(([^\s()]*)\)/;

// spans returns the nodes of one line.
function spans(line) {
  const nodes = [];
  let words = "", rest = line;
  const flush = () => { if (words) nodes.push(words); words = ""; };
  while (rest) {
    const escaped = ESCAPED.exec(rest), link = LINK.exec(rest), mark = MARKS.map(([form, tag]) => [form.exec(rest), tag]).find(([found]) => found);
    if (escaped) words += escaped[1];
    else if (mark) { flush(); nodes.push(element(mark[1], {}, spans(mark[0][1]))); }
    else if (link) { flush(); nodes.push(anchor(link[2], spans(link[1]))); }
    else words += rest[0];
    rest = rest.slice((escaped ?? mark?.[0] ?? link ?? [rest[0]])[0].length);
  }
  flush();
  return nodes;
}

// anchor makes a link of an address that a browser may open; of any other only the words remain.
export function anchor(address, children, properties = {}) {
  if (!/^(https?|mailto):/i.test(address)) return element("span", {}, children);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", ...properties }, children);
}
