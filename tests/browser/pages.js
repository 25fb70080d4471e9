// pages.js FOLDER: every page below FOLDER in headless Chromium, light and
// dark, on a small phone and a desk: axe-core without a violation up to WCAG
// 2.2 AA, AAA contrast and best practice; nothing wider than the screen;
// every target 44 pixels high; no script, no cookie, no request to anywhere.
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

const axe = fs.readFileSync(require.resolve('axe-core'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa',
    'wcag22aa', 'best-practice'];
const findings = [];

function pagesBelow(folder) {
    return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) {
            return pagesBelow(full);
        }
        const isPage = entry.name.endsWith('.html') &&
            entry.name !== 'einbinden.html'; // a fragment, no page
        return isPage ? [full] : [];
    });
}

async function measure(page) {
    return page.evaluate(() => ({
        wider: document.documentElement.scrollWidth > window.innerWidth,
        scripts: document.querySelectorAll('script').length,
        cookies: document.cookie,
        small: [...document.querySelectorAll('a:not(.skip), summary')]
            .filter((a) => a.getBoundingClientRect().height < 44)
            .map((a) => a.textContent.trim()),
    }));
}

async function look(page, file, where) {
    const say = (what) => findings.push(`${file} (${where}): ${what}`);
    await page.goto(`file://${file}`);
    await page.evaluate(() => {
        document.querySelectorAll('details').forEach((d) => { d.open = true; });
    });
    const seen = await measure(page);
    if (seen.wider) say('wider than the screen');
    if (seen.scripts > 0) say('has a script');
    if (seen.cookies !== '') say('sets a cookie');
    if (seen.small.length > 0) say(`small targets: ${seen.small.join(', ')}`);
    await page.evaluate(axe);
    const result = await page.evaluate(
        (runOnly) => window.axe.run({ runOnly }), rules);
    for (const v of result.violations) {
        say(`${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
    }
}

async function main() {
    const files = pagesBelow(path.resolve(process.argv[2]));
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
            '--disable-background-networking', '--disable-component-update',
            '--disable-sync', '--no-first-run'],
    });
    for (const colorScheme of ['light', 'dark']) {
        for (const width of [320, 1280]) {
            const where = `${colorScheme}, ${width} px`;
            const context = await browser.newContext({
                colorScheme, viewport: { width, height: 900 } });
            const page = await context.newPage();
            page.on('request', (r) => {
                if (!r.url().startsWith('file:')) {
                    findings.push(`${page.url()} asks for ${r.url()}`);
                }
            });
            for (const file of files) {
                await look(page, file, where);
            }
            await context.close();
        }
    }
    await browser.close();
    console.log(`${files.length} pages, ${findings.length} findings`);
    findings.forEach((f) => console.log(f));
    process.exitCode = files.length > 0 && findings.length === 0 ? 0 : 1;
}

main();
