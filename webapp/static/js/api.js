// HTTP requests to the server. Addresses are relative to the page, so that it works under a reverse proxy's sub-path.

/** An error of the server or the network: `message` is what is wrong, `hint` what to do. */
export class ApiError extends Error {
  constructor(error, hint, status, detail = {}) {
    super(error);
    this.hint = hint;
    this.status = status;
    this.detail = detail;
  }
}

export const address = (path) => new URL(path, document.baseURI).href;

export async function request(method, path, body, { signal } = {}) {
  const options = { method, signal, headers: { Accept: "application/json" } };
  if (body instanceof FormData || body instanceof Blob) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(address(path), options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("the server is not responding", "check that posecast is still running", 0);
  }
  const text = await response.text();
  const data = parse(text);
  if (!response.ok) {
    throw new ApiError(
      data.error ?? `the server answered with status ${response.status}`,
      data.hint ?? "",
      response.status,
      data,
    );
  }
  return data;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

export const get = (path, options) => request("GET", path, undefined, options);
export const put = (path, body) => request("PUT", path, body);
export const post = (path, body) => request("POST", path, body ?? {});
export const patch = (path, body) => request("PATCH", path, body);
export const remove = (path) => request("DELETE", path);
