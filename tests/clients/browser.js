// Chromium, without a screen, on the pages: log in, upload, see, preview, download, zip, folder, rename, delete, log out; and what can
// be read without scripts. Selectors are names of fields, so that the language doesn't matter.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

const tools = createRequire(pathToFileURL(path.resolve("target/tools/dav-node/index.js")));
const { chromium } = tools("playwright-core");

const { DAV_URL, DAV_FOLDER, DAV_PASSPHRASE, DAV_WORK, SPKI } = process.env;
const home = `${DAV_URL}${DAV_FOLDER}/`;
const secure = DAV_URL.startsWith("https:");
const same = (a, b) => assert.equal(Buffer.compare(Buffer.from(a), Buffer.from(b)), 0, "bytes differ");
const step = (what) => console.log("-", what);

/** A picture of one colour, so that a preview has a size to be asked for. */
function png(width, height) {
    const chunk = (kind, data) => {
        const body = Buffer.concat([Buffer.from(kind), data]);
        const frame = Buffer.alloc(8 + body.length);
        frame.writeUInt32BE(data.length);
        body.copy(frame, 4);
        frame.writeUInt32BE(crc(body), 4 + body.length);
        return frame;
    };
    const size = Buffer.alloc(13);
    size.writeUInt32BE(width);
    size.writeUInt32BE(height, 4);
    size.set([8, 2, 0, 0, 0], 8);
    const rows = Buffer.alloc(height * (1 + width * 3), 90);
    for (let row = 0; row < height; row++) rows[row * (1 + width * 3)] = 0;
    return Buffer.concat([
        Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
        chunk("IHDR", size),
        chunk("IDAT", zlib.deflateSync(rows)),
        chunk("IEND", Buffer.alloc(0)),
    ]);
}
function crc(data) {
    let value = ~0;
    for (const byte of data) {
        value ^= byte;
        for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    }
    return ~value >>> 0;
}

const pdf = Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);
const script =
    "<!doctype html><title>user</title><script>document.title = 'ran'; fetch('/').then(() => document.title = 'ran')</script>";
const files = {
    "carte.png": png(64, 48),
    "leçon 1.pdf": pdf,
    "été & <b>co 100%.bin": crypto.randomBytes(3_000_000),
    "page.html": Buffer.from(script),
    "dessin.svg": Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.title = "ran"</script></svg>`,
    ),
    "vide.txt": Buffer.alloc(0),
};
const given = (names, of = files) => names.map((name) => ({ name, mimeType: "application/octet-stream", buffer: of[name] }));

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", `--ignore-certificate-errors-spki-list=${SPKI}`],
});
try {
    await withScripts();
    await withoutScripts();
} finally {
    await browser.close();
}
console.log(
    "chromium: logged in, uploaded, previewed, downloaded the same bytes, zip, folder, rename, delete, logged out; read without scripts",
);

async function withScripts() {
    const context = await browser.newContext({ locale: "fr-FR", acceptDownloads: true });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    const row = (name) =>
        page.locator("tbody tr", {
            has: page.locator("bdi", { hasText: new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) }),
        });
    const form = (act) => page.locator(`form:has(input[name=act][value=${act}]):visible`);

    step("log in");
    const first = await page.goto(home);
    assert.ok(!first.headers()["www-authenticate"], "a browser is asked by a Basic prompt");
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    assert.ok(await page.locator("input[name=shared]").isChecked(), "a shared computer is not the default");
    await page.fill("input[name=passphrase]", "not the passphrase");
    await page.press("input[name=passphrase]", "Enter");
    await page.waitForSelector("[role=alert]");
    complaints.length = 0; // Chromium notes an answer of 401 or 403 as an error
    await page.fill("input[name=passphrase]", DAV_PASSPHRASE);
    await page.press("input[name=passphrase]", "Enter");
    await page.waitForSelector("input[type=file]", { state: "attached" });
    assert.equal(page.url(), home, "the login does not lead to where one wanted to go");
    const cookies = await context.cookies();
    assert.ok(
        cookies.length > 0 &&
            cookies.every(
                (cookie) => cookie.httpOnly && cookie.sameSite !== "None" && cookie.secure === secure && cookie.expires === -1,
            ),
        JSON.stringify(cookies),
    );
    const policy = (await page.reload()).headers()["content-security-policy"] ?? "";
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);

    step("upload");
    await page.setInputFiles("input[type=file]", given(Object.keys(files)));
    await form("upload").locator("button").first().click();
    for (const name of Object.keys(files)) await row(name).waitFor();
    assert.equal(await page.locator("tbody tr").count(), Object.keys(files).length);
    const href = async (name) => new URL(await row(name).locator("th a, td a").first().getAttribute("href"), page.url()).href;
    for (const [name, body] of Object.entries(files)) {
        const answer = await context.request.get(await href(name));
        assert.equal(answer.status(), 200, name);
        same(await answer.body(), body);
        assert.equal(answer.headers()["x-content-type-options"], "nosniff");
    }
    const changed = { "vide.txt": Buffer.from("not empty any more") };
    await page.setInputFiles("input[type=file]", given(["vide.txt"], changed));
    await form("upload").locator("button").first().click();
    await page.waitForSelector("[role=alert]:not(:empty), .notice.error, .failed:not(:empty)");
    same(await (await context.request.get(await href("vide.txt"))).body(), files["vide.txt"]);
    complaints.length = 0;
    await page.goto(home);
    await page.check("input[name=replace]");
    await page.setInputFiles("input[type=file]", given(["vide.txt"], changed));
    await Promise.all([page.waitForEvent("load"), form("upload").locator("button").first().click()]);
    same(await (await context.request.get(await href("vide.txt"))).body(), changed["vide.txt"]);

    step("preview");
    const picture = await page.goto(await href("carte.png"));
    assert.match(picture.headers()["content-type"], /^image\/png/);
    assert.doesNotMatch(picture.headers()["content-disposition"] ?? "inline", /attachment/);
    assert.equal(await page.locator("img").evaluate((image) => image.naturalWidth), 64);
    await page.goto(home);
    const document = await context.request.get(await href("leçon 1.pdf"));
    assert.match(document.headers()["content-type"], /^application\/pdf/);
    assert.doesNotMatch(document.headers()["content-disposition"] ?? "inline", /attachment/);
    for (const name of ["page.html", "dessin.svg"]) {
        await page.goto(home);
        const target = await href(name);
        const headers = (await context.request.get(target)).headers();
        const apart =
            /attachment/.test(headers["content-disposition"] ?? "") ||
            /(^|;) *sandbox(?![^;]*allow-scripts)/.test(headers["content-security-policy"] ?? "");
        assert.ok(apart, `${name} is rendered in the origin of the pages`);
        await page.goto(target).catch(() => {}); // a download ends the navigation
        await page.waitForTimeout(300);
        assert.notEqual(await page.title(), "ran", `${name}: its script ran`);
    }
    complaints.length = 0; // the sandbox says what it did not run

    step("download");
    await page.goto(home);
    const fetched = async (link) => {
        const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
        const target = path.join(DAV_WORK, crypto.randomUUID());
        await download.saveAs(target);
        return { name: download.suggestedFilename(), target };
    };
    const large = "été & <b>co 100%.bin";
    const got = await fetched(row(large).locator("a[download]").last());
    same(fs.readFileSync(got.target), files[large]);
    assert.match(got.name, /^été & .*100%\.bin$/);

    step("folder, rename, delete");
    await form("folder").locator("input[name=name]").fill("Dossier neuf");
    await form("folder").locator("button").click();
    await row("Dossier neuf").waitFor();
    await row("Dossier neuf").locator("th a").click();
    await page.waitForURL(/Dossier%20neuf\/$/);
    await page.setInputFiles("input[type=file]", given(["carte.png"]));
    await form("upload").locator("button").first().click();
    await row("carte.png").waitFor();
    await page.locator("nav ol a").nth(-2).click();
    await page.waitForURL(home);
    await row("carte.png").locator("a[href*='rename=']").click();
    await form("rename").locator("input[name=name]").fill("carte de l’Île.png");
    await form("rename").locator("button").first().click();
    await row("carte de l’Île.png").waitFor();
    assert.equal(await row("carte.png").count(), 0);
    await row("page.html").locator("a[href*='delete=']").click();
    await form("delete").locator("button").first().click();
    await row("page.html").waitFor({ state: "detached" });

    step("zip");
    const zip = await fetched(page.locator("a[href$='?zip']").first());
    const unpacked = fs.mkdtempSync(path.join(DAV_WORK, "zip-"));
    execFileSync("python3", ["-m", "zipfile", "-e", zip.target, unpacked]);
    const inside = Object.fromEntries(
        fs
            .readdirSync(unpacked, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => [
                path
                    .relative(unpacked, path.join(entry.parentPath ?? entry.path, entry.name))
                    .replace(new RegExp(`^${DAV_FOLDER}/`), ""),
                path.join(entry.parentPath ?? entry.path, entry.name),
            ]),
    );
    const wanted = {
        "Dossier neuf/carte.png": files["carte.png"],
        "carte de l’Île.png": files["carte.png"],
        "leçon 1.pdf": pdf,
        [large]: files[large],
        "dessin.svg": files["dessin.svg"],
        ...changed,
    };
    assert.deepEqual(Object.keys(inside).sort(), Object.keys(wanted).sort());
    for (const [name, file] of Object.entries(inside)) same(fs.readFileSync(file), wanted[name]);

    step("forged requests, keyboard, log out");
    const forged = await context.request.post(home, { form: { act: "delete", item: "dessin.svg" } });
    assert.ok(forged.status() >= 400, `a change without a token: ${forged.status()}`);
    await page.goto(home);
    assert.equal(await row("dessin.svg").count(), 1);
    await page.keyboard.press("Tab");
    assert.ok(
        await page.evaluate(() => document.activeElement.getAttribute("href")?.startsWith("#")),
        "the first stop of Tab is not the way to the contents",
    );
    assert.equal(await page.locator("h1").count(), 1);
    const unnamed = await page.evaluate(() =>
        [...document.querySelectorAll("input:not([type=hidden]), progress")]
            .filter((field) => !field.labels?.length)
            .map((field) => field.outerHTML),
    );
    assert.deepEqual(unnamed, [], "fields without a label");
    const secret = await href("dessin.svg");
    await page.locator("form[action$='logout'] button").click();
    await page.waitForSelector("input[name=passphrase]");
    for (const place of [home, secret]) {
        const after = await context.request.get(place);
        assert.ok(!(await after.text()).includes("dessin") || after.status() >= 400, `${place} is shown after logging out`);
    }
    await context.addCookies(cookies);
    await page.goto(home);
    assert.equal(await page.locator("input[name=passphrase]").count(), 1, "the old cookie still opens the bag");
    assert.deepEqual(
        complaints.filter((text) => !/status of 40[13]/.test(text)),
        [],
    );
    await context.close();
}

async function withoutScripts() {
    step("without scripts, in English");
    const context = await browser.newContext({ locale: "en-GB", javaScriptEnabled: false, acceptDownloads: true });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(home);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.fill("input[name=passphrase]", DAV_PASSPHRASE);
    await page.locator("form:has(input[name=passphrase]) button").click();
    await page.waitForSelector("tbody tr");
    const names = (await page.locator("tbody tr th bdi").allTextContents()).sort();
    assert.deepEqual(
        names,
        ["Dossier neuf", "carte de l’Île.png", "dessin.svg", "leçon 1.pdf", "vide.txt", "été & <b>co 100%.bin"].sort(),
    );
    await page.locator("tbody a", { hasText: "Dossier neuf" }).first().click();
    await page.waitForURL(/Dossier%20neuf\/$/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("tbody tr a[download]").last().click()]);
    same(fs.readFileSync(await download.path()), files["carte.png"]);
    await page.locator("a[href*='rename=']").first().click();
    assert.equal(await page.locator("form:has(input[name=act][value=rename]) input[name=name]").last().inputValue(), "carte.png");
    await page.goto(`${home}missing/`);
    assert.equal(await page.locator("h1").count(), 1);
    await page.goto(home);
    await page.locator("form[action$='logout'] button").click();
    await page.waitForSelector("input[name=passphrase]");
    await context.close();
}
