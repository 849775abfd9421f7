// The server side of a customer portal's general unsubscribe button. Needs Node.js 20 or newer and no packages.
//
//   OPTOUT_URL=http://127.0.0.1:7071 OPTOUT_KEY=local OPTOUT_CUSTOMER=C-1001 node portal.mjs
//
// Keep the key on the server: with it, anyone can change the preferences of every customer. Call this only for the person who is logged in.

const { OPTOUT_URL, OPTOUT_KEY, OPTOUT_CUSTOMER } = process.env;

class Failure extends Error {}

function settings() {
  const missing = [];
  if (!OPTOUT_URL || !URL.canParse(OPTOUT_URL)) missing.push("OPTOUT_URL: the address of OptOut, for example https://optout.example.com");
  if (!OPTOUT_KEY) missing.push("OPTOUT_KEY: a function key of OptOut");
  if (!OPTOUT_CUSTOMER) missing.push("OPTOUT_CUSTOMER: your own number for the person who is logged in");
  if (missing.length > 0) throw new Failure(`Set in the environment:\n  ${missing.join("\n  ")}`);
}

async function preferences(method, choice) {
  const address = `${OPTOUT_URL.replace(/\/+$/, "")}/api/subjects/${encodeURIComponent(OPTOUT_CUSTOMER)}/preferences`;
  let response;
  try {
    response = await fetch(address, {
      method,
      headers: { "x-functions-key": OPTOUT_KEY, "content-type": "application/json" },
      body: choice && JSON.stringify(choice),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (error) {
    // The message must not contain the address, because it includes the customer number.
    throw new Failure(`OptOut does not answer at ${OPTOUT_URL} (${error.cause?.code ?? error.name}). It is unknown whether the request was recorded: show no success, and send the same request again. A repeated request changes nothing.`);
  }

  if (response.ok) return response.json();
  if (response.status === 401) throw new Failure("OptOut does not accept this key. Set OPTOUT_KEY to a function key.");
  if (response.status === 503) {
    throw new Failure(`OptOut could not record the request: show no success, and send the same request again in ${response.headers.get("retry-after") ?? 60} seconds.`);
  }

  const problem = await response.json().catch(() => ({}));
  const errors = Object.entries(problem.errors ?? {}).flatMap(([field, texts]) => texts.map((text) => `\n  ${field}: ${text}`));
  throw new Failure(`OptOut answered ${response.status}. ${problem.title ?? ""}${errors.join("")}`);
}

try {
  settings();
  const before = await preferences("GET");
  console.log(before.stoppedEverything ? "Before: everything is stopped." : "Before: this person may receive marketing.");

  const after = await preferences("PUT", { everything: "stop", reference: "customer portal" });
  if (after.recorded.ledger === undefined) {
    // 202: durably accepted, and visible everywhere in a few moments.
    console.log(`Recorded, and visible soon. Reference ${after.recorded.reference}.`);
  } else if (after.known === false) {
    console.log(`Recorded, but nothing is stopped yet. Reference ${after.recorded.reference}. ${after.warning}`);
  } else {
    const { changed, reference, ledger } = after.recorded;
    console.log(`${changed ? "Recorded" : "Already stopped"}: no more marketing over any channel. Reference ${reference}, ledger entry ${ledger.sequence}, ${ledger.hash}.`);
  }

  console.log(`To choose instead: ${after.link}`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
