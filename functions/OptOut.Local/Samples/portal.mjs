// The general unsubscribe button of a customer portal, as its server makes it: Node.js 20 or newer, nothing to install.
//
//   OPTOUT_URL=http://127.0.0.1:7071 OPTOUT_KEY=local OPTOUT_CUSTOMER=C-1001 node portal.mjs
//
// The key stays on the server: whoever has it can speak for every customer. Call this only for the person who is logged in.

const { OPTOUT_URL, OPTOUT_KEY, OPTOUT_CUSTOMER } = process.env;

class Failure extends Error {}

function settings() {
  const missing = [];
  if (!OPTOUT_URL || !URL.canParse(OPTOUT_URL)) missing.push("OPTOUT_URL: where OptOut is, as in https://optout.example.com");
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
    // The address holds the customer number, so it is not repeated.
    throw new Failure(`OptOut does not answer at ${OPTOUT_URL} (${error.cause?.code ?? error.name}). Whether it is recorded is not known: show the person no success, and send the same again. Twice is once.`);
  }

  if (response.ok) return response.json();
  if (response.status === 401) throw new Failure("OptOut does not know this key. Give a function key in OPTOUT_KEY.");
  if (response.status === 503) {
    throw new Failure(`OptOut could not keep it, so nothing is recorded: show the person no success, and send the same again in ${response.headers.get("retry-after") ?? 60} seconds.`);
  }

  const problem = await response.json().catch(() => ({}));
  const faults = Object.entries(problem.errors ?? {}).flatMap(([field, texts]) => texts.map((text) => `\n  ${field}: ${text}`));
  throw new Failure(`OptOut answered ${response.status}. ${problem.title ?? ""}${faults.join("")}`);
}

try {
  settings();
  const before = await preferences("GET");
  console.log(before.stoppedEverything ? "Before: everything is stopped." : "Before: this person may get marketing.");

  const after = await preferences("PUT", { everything: "stop", reference: "customer portal" });
  if (after.recorded.ledger === undefined) {
    // 202: safe, and shown everywhere in a few moments.
    console.log(`Recorded, and visible soon. Reference ${after.recorded.reference}.`);
  } else {
    const { changed, reference, ledger } = after.recorded;
    console.log(`${changed ? "Recorded" : "Stopped already"}: no more marketing over any channel. Reference ${reference}, ledger entry ${ledger.sequence}, ${ledger.hash}.`);
  }

  console.log(`To choose instead: ${after.link}`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
