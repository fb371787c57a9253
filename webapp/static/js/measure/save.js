// The chosen curves as a table: made by the server, every value of them.

import { address } from "../api.js";
import { h } from "../dom.js";
import { whenMade } from "../send/download.js";
import { seriesPath } from "./recorded.js";

/** Downloads a CSV for each person of `list`, of A to B where that is chosen. ApiError if that is not possible. */
export async function saveCurves({ transport, list, raw }) {
  const { tape, loop: range } = transport;
  for (const person of new Set(list.map((one) => one.person))) {
    const quantities = list.filter((one) => one.person === person).map((one) => one.quantity);
    const path = seriesPath({ name: tape.name, person, quantities, range, raw }, { format: "csv" });
    const link = h("a", { href: address(path), download: "" });
    await whenMade(link.href);
    link.click();
  }
}
