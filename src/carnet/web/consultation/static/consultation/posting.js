// How the page of a note speaks with the program: one form, its token read anew each time, since a sign-in in another
// tab replaces it. Never follows a redirection: what answers otherwise is told by its status. Never waits for ever.

const form = document.getElementById("note-form");

export const LIMIT = 20_000; // a slow link takes its time; what takes longer is given up and tried again
export const SLOW = 5_000; // by then a person is told
const LONGEST = 15_000;

export const csrf = () => form.elements.csrfmiddlewaretoken.value;

// The pause after so many failures in a row.
export const pause = (failures, first) => Math.min(first * 2 ** (failures - 1), LONGEST);

// A field may be a list. Throws when nobody answers: an AbortError when the limit has passed.
export async function post(url, fields, accept = "*/*") {
  const body = new URLSearchParams();
  const all = { patient: form.elements.patient.value, ...fields };
  for (const [name, value] of Object.entries(all)) for (const one of [value].flat()) body.append(name, one);
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", Accept: accept };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), LIMIT);
  try {
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers, signal: over.signal });
    return { ok: answer.ok, status: answer.status, body: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}
