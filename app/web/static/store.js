// What is kept on this phone: each row sealed under a key that this browser holds and gives to nobody, not even to us.
// It protects a copied file, not an unlocked phone. Signing out deletes all of it.

const NAME = "kith";
const WHO = "who";
const SEALS = { name: "AES-GCM", length: 256 };
let opened = null;

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("kept");
    request.result.createObjectStore("unsent", { autoIncrement: true });
  };
  return done(request);
}

async function table(name, mode = "readonly") {
  opened ??= open();
  const database = await opened;
  database.onclose = database.onversionchange = () => {
    database.close();
    opened = null;
  };
  return database.transaction(name, mode).objectStore(name);
}

async function key() {
  const known = await done((await table("keys")).get("seal"));
  if (known) return known;
  const made = await crypto.subtle.generateKey(SEALS, false, ["encrypt", "decrypt"]);
  const keys = await table("keys", "readwrite");
  const first = await done(keys.get("seal")); // another tab may have been quicker
  if (first) return first;
  await done(keys.put(made, "seal"));
  return made;
}

const bound = (name, iv) => ({ name: SEALS.name, iv, additionalData: new TextEncoder().encode(name) });

// Keeps a value, in a row of its own or in the one named; answers which row it is.
export async function put(name, value, row) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt(bound(name, iv), await key(), text);
  return done((await table(name, "readwrite")).put({ iv, sealed }, row));
}

// Every row as [which, value], oldest first.
export async function all(name) {
  const rows = await table(name);
  const [which, found] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
  if (!found.length) return [];
  const unseals = await key();
  const read = async ({ iv, sealed }) => {
    const text = await crypto.subtle.decrypt(bound(name, iv), unseals, sealed);
    return JSON.parse(new TextDecoder().decode(text));
  };
  return Promise.all(found.map(async (one, at) => [which[at], await read(one)]));
}

export async function remove(name, row) {
  await done((await table(name, "readwrite")).delete(row));
}

// Who used this phone last, as far as it knows: what lies here of others is neither shown nor sent.
export async function who() {
  return (await all("kept")).find(([row]) => row === WHO)?.[1].person;
}

export async function seen(person) {
  if (person !== (await who())) await put("kept", { person }, WHO);
}
