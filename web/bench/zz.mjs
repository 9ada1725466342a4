import { looksAt, madeUpShare, watchLines } from '../e2e/harness/gaps.mjs';
import { Stage } from '../e2e/harness/stage.mjs';
import { Story } from '../e2e/harness/story.mjs';
import { pause } from '../e2e/harness/wait.mjs';
import { beepingMicrophone } from './ears.mjs';
const [way, loss, seconds = '30'] = process.argv.slice(2);
const stage = new Stage();
const story = new Story('zz', stage);
try {
	const { line, marsh, hale } = await story.meetBehindBadLine(process.env.BEEP ? beepingMicrophone : undefined);
	await watchLines(marsh, [hale.seat]);
	await pause(3000);
	await line.is('up', 'delay=20ms'); await line.is('down', 'delay=20ms');
	await pause(3000);
	const begin = Date.now();
	await line.is(way, ...loss.split(','));
	for (let t = 0; t < Number(seconds); t += 2) {
		const c0 = (await line.counts()).down.left;
		await pause(2000);
		const looks = (await looksAt(marsh, hale.seat)).filter(({ at }) => at >= begin + t * 1000);
		const r = await marsh.screen.evaluate(async () => {
			const s = await window.sommet.stats();
			const a = s.find((x) => x.type === 'inbound-rtp' && x.kind === 'audio' && x.packetsReceived > 100);
			const v = s.find((x) => x.type === 'inbound-rtp' && x.kind === 'video' && x.packetsReceived > 10);
			return { jb: [a.jitterBufferDelay, a.jitterBufferEmittedCount, a.jitterBufferTargetDelay], lost: a.packetsLost, recv: a.packetsReceived, disc: a.packetsDiscarded, fec: a.fecPacketsReceived, vf: v?.framesDecoded, vl: v?.packetsLost, vr: v?.retransmittedPacketsReceived, h: v?.frameHeight, br: v?.bytesReceived };
		});
		console.log(t, (100 * madeUpShare(looks)).toFixed(2) + '%', JSON.stringify(r), 'down/s', ((await line.counts()).down.left - c0) / 2);
	}
} finally { await story.end(); await stage.close(); }
