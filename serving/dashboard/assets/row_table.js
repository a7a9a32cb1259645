// A table whose rows open something and can be marked: real rows, buttons and boxes, so that keyboard and screen
// reader reach them. Everything shown arrives as data and is set as text, never as markup.
const element = (name, attributes = {}, text = "") => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

const cell = (value) => {
  const made = element("td", value.right ? { class: "right" } : value.wrap ? { class: "wrap" } : {});
  if (value.background) {
    const badge = element("span", { class: "badge" }, value.text);
    badge.style.background = value.background;
    badge.style.color = value.colour;
    made.append(badge);
  } else {
    made.append(element("span", value.strong ? { class: "strong" } : {}, value.text));
  }
  return made;
};

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".rows");
  const marked = new Set((data.marked || []).filter((id) => data.rows.some((row) => row.id === id)));
  const tell = () => setStateValue("marked", [...marked]);
  const boxes = [];

  const box = (label, checked, change) => {
    const made = element("input", { type: "checkbox", "aria-label": label });
    made.checked = checked;
    made.addEventListener("change", () => change(made.checked));
    return made;
  };

  const head = element("tr");
  if (data.markable) {
    const all = box(data.mark_all, marked.size === data.rows.length && marked.size > 0, (on) => {
      data.rows.forEach((row) => (on ? marked.add(row.id) : marked.delete(row.id)));
      boxes.forEach((one) => (one.checked = on));
      tell();
    });
    const holder = element("th", { scope: "col" });
    holder.append(all);
    head.append(holder);
  }
  data.columns.forEach((column) =>
    head.append(element("th", { scope: "col", ...(column.right ? { class: "right" } : {}) }, column.text)));

  const body = element("tbody");
  data.rows.forEach((row) => {
    const line = element("tr");
    if (data.markable) {
      const holder = element("td");
      const one = box(`${data.mark_one} ${row.open}`, marked.has(row.id), (on) => {
        on ? marked.add(row.id) : marked.delete(row.id);
        tell();
      });
      boxes.push(one);
      holder.append(one);
      line.append(holder);
    }
    row.cells.forEach((value, place) => {
      if (place !== data.opens) return line.append(cell(value));
      const holder = element("td", { class: "opens" });
      const opener = element("button", { type: "button" }, row.open);
      opener.addEventListener("click", () => setTriggerValue("open", row.id));
      holder.append(opener);
      line.append(holder);
    });
    line.addEventListener("dblclick", () => setTriggerValue("open", row.id));
    body.append(line);
  });

  const table = element("table");
  const caption = element("caption", {}, data.caption);
  const top = element("thead");
  top.append(head);
  table.append(caption, top, body);
  root.replaceChildren(table);
}
