// How the page of a note speaks with the program: one form, its token read anew each time, since a sign-in in another
// tab replaces it. Never follows a redirection: what answers otherwise is told by its status.

const form = document.getElementById("note-form");

export const csrf = () => form.elements.csrfmiddlewaretoken.value;

// A field may be a list. Throws when nobody answers.
export function post(url, fields, accept = "*/*") {
  const body = new URLSearchParams({ patient: form.elements.patient.value });
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  return fetch(url, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", Accept: accept } });
}
