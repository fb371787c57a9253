// The rules, with a switch each and their few numbers, as the server describes them.

import { h } from "../dom.js";
import { numberField, section, selectField, switchField } from "../fields.js";

const LABELS = {
  seconds: "Time",
  within_s: "Time to fall",
  margin_m: "Margin",
  metres: "Distance",
  hands: "Hands",
  joint: "Joint",
  degrees: "Bend",
};

/** `onChange(rule, values)` resolves to null if the server refuses. */
export function createRules({ onChange }) {
  const element = section("What is reported");
  const shown = new Map(); // rule -> {set(values)}
  let values = {};

  function rule({ name, title, fields }) {
    const numbers = Object.entries(fields).filter(([field]) => field !== "on");
    const own = new Map(numbers.map(([field, schema]) => [field, control(name, field, schema)]));
    const box = h(
      "details",
      { class: "rule-numbers" },
      h("summary", {}, "Numbers"),
      h("div", {}, ...[...own.values()].map((field) => field.element)),
    );
    const toggle = switchField({
      label: title,
      help: fields.on.description,
      onChange: (on) => change(name, { on }),
    });
    element.append(h("div", { class: "rule" }, toggle.element, box));
    return {
      set(next) {
        toggle.set(next.on);
        box.hidden = !next.on;
        for (const [field, one] of own) one.set(next[field]);
      },
    };
  }

  function control(name, field, schema) {
    const label = LABELS[field] ?? field;
    const help = schema.description;
    const send = (value) => change(name, { [field]: value });
    if (schema.enum) {
      const options = schema.enum.map((option) => [option, option[0].toUpperCase() + option.slice(1)]);
      return selectField({ label, help, options, onChange: send });
    }
    const { minimum: min, maximum: max, type } = schema;
    const step = type === "integer" ? 1 : "any";
    return numberField({ label, help, min, max, step, unit: schema["x-unit"] ?? "", onChange: send });
  }

  async function change(name, part) {
    const answer = await onChange(name, part);
    if (answer === null) shown.get(name).set(values[name]);
    return answer;
  }

  return {
    element,
    /** `about`: the rules with the schemas of their numbers; `next`: the values by rule. */
    set(about, next) {
      values = next;
      for (const one of about) {
        if (!shown.has(one.name)) shown.set(one.name, rule(one));
        shown.get(one.name).set(next[one.name]);
      }
    },
  };
}
