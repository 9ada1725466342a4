/**
 * The test vectors of RFC 9420 against ts-mls as it is installed, patches included.
 *
 *     npm run vectors -- --vectors=FOLDER [--suite=1] [--results=FILE]
 *
 * `cargo x vectors` obtains the folder. Two workers take one vector after the other, those that take longest first.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** The files, and how many vectors each holds; in the order in which they are begun. */
const FILES = {
	'passive-client-random': 1,
	treekem: 77,
	'passive-client-handling-commit': 91,
	'passive-client-welcome': 56,
	'tree-validation': 98,
	'secret-tree': 21,
	'message-protection': 7,
	'key-schedule': 7,
	'crypto-basics': 7,
	messages: 300,
	'transcript-hashes': 300,
	psk_secret: 70,
	welcome: 7,
	'tree-operations': 7,
	'tree-math': 10,
	deserialization: 14,
};

/**
 * Vectors that are themselves wrong in this copy: the signatures hold with SHA-256, where the suites say SHA-512 (5) and
 * SHA-384 (7). They must fail, and in this way.
 */
const WRONG = { 'crypto-basics#4': 'not true: verify', 'crypto-basics#6': 'not true: verify' };

const WORKERS = 2;
const AT_ONCE = 4;

const here = dirname(fileURLToPath(import.meta.url));
const option = (name) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const folder = option('vectors') ?? here;
const only = option('suite') === undefined ? undefined : Number(option('suite'));

const queue = [];
const counts = {};
const failures = [];
const sums = new Map(
	readFileSync(join(here, 'SHA256SUMS'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => line.split('  ').reverse()),
);

for (const [file, expected] of Object.entries(FILES)) {
	const path = join(folder, `${file}.json`);
	if (!existsSync(path)) {
		failures.push(`${file}: it is not in ${folder}; cargo x vectors obtains it`);
		continue;
	}
	const bytes = readFileSync(path);
	if (createHash('sha256').update(bytes).digest('hex') !== sums.get(`${file}.json`))
		failures.push(`${file}: it is not the file whose sum is in SHA256SUMS`);
	const all = JSON.parse(bytes.toString());
	if (all.length !== expected) failures.push(`${file}: ${all.length} vectors instead of ${expected}`);
	counts[file] = { passed: 0, wrong: 0, failed: 0, ms: 0 };
	for (const [index, { cipher_suite: suite }] of all.entries())
		if (only === undefined || suite === undefined || suite === only) queue.push({ file, index });
}

function judge({ file, index, failure, ms }) {
	const count = counts[file];
	const name = `${file}#${index}`;
	count.ms += ms;
	if (failure === undefined && !(name in WRONG)) count.passed += 1;
	else if (failure !== undefined && failure === WRONG[name]) count.wrong += 1;
	else {
		count.failed += 1;
		failures.push(`${name}: ${failure ?? 'it is known to be wrong, and passed'}`);
	}
}

function work() {
	return new Promise((done, fail) => {
		const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { folder } });
		let open = 0;
		const next = () => {
			const task = queue.shift();
			if (task) {
				open += 1;
				worker.postMessage(task);
			} else if (open === 0) void worker.terminate().then(done);
		};
		worker.on('error', fail);
		worker.on('message', (result) => {
			open -= 1;
			judge(result);
			next();
		});
		for (let slot = 0; slot < AT_ONCE; slot += 1) next();
	});
}

const start = performance.now();
await Promise.all(Array.from({ length: WORKERS }, work));
let passed = 0;
for (const [file, count] of Object.entries(counts)) {
	passed += count.passed;
	const wrong = count.wrong > 0 ? `, ${count.wrong} known to be wrong` : '';
	const failed = count.failed > 0 ? `, ${count.failed} FAILED` : '';
	console.log(`${file.padEnd(32)} ${String(count.passed).padStart(4)} passed${wrong}${failed}`);
}
for (const failure of failures) console.log(failure);
console.log(`${passed} passed, ${failures.length} failed in ${((performance.now() - start) / 1000).toFixed(0)} s`);
const results = option('results');
if (results) writeFileSync(results, JSON.stringify({ passed, failed: failures.length }));
process.exitCode = failures.length > 0 ? 1 : 0;
