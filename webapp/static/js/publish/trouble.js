// Why pictures cannot be sent.

import { sentence } from "../panels/toasts.js";

/** `unreachable`: the server answers, but not by this way. */
export class SendingError extends Error {
  constructor(message, { hint = "", unreachable = false } = {}) {
    super(message);
    this.hint = hint;
    this.unreachable = unreachable;
  }
}

/** The server's own words for its refusal. */
export async function refused(response) {
  const { error, hint } = await response.json().catch(() => ({}));
  return new SendingError(sentence(error ?? `the server answered with status ${response.status}`), {
    hint: sentence(hint ?? ""),
  });
}
