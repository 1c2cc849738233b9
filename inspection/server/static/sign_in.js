// Signing in: login and password to an HttpOnly cookie that no script ever sees.

import { bi, fill, h, problem } from "./dom.js";
import { post } from "./http.js";

/** `signedIn(person)` is called with who it is. */
export function signInView(page, signedIn) {
  const login = h("input", { id: "login", name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = h("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
  const send = h("button", { type: "submit", class: "primary" }, bi(["登录", "Sign in"]));
  const refused = h("div");
  const form = h("form", { class: "card sign-in", on: { submit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    fill(refused);
    try {
      const { person } = await post("/api/v1/sign-in", { login: login.value.trim(), password: password.value, kind: "cookie" });
      signedIn(person);
    } catch (fault) {
      fill(refused, problem(fault));
      password.focus();
    } finally {
      send.disabled = false;
    }
  } } },
    bi(["口岸协同查验平台", "Joint inspection at the port"], "h1", { class: "stack" }),
    h("label", { for: "login" }, bi(["用户名", "Login"])), login,
    h("label", { for: "password" }, bi(["口令", "Password"])), password,
    refused, send);
  fill(page, form);
  login.focus();
}
