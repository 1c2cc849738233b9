// Watching a feed, of a case or of the inbox: says the last number it has, notices a gap by number, and comes back by itself.

import { serverSaid } from "./time.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const SIGNED_OUT = 4401;
const GOING_ON = new Set([1000, 1001, 1005, 1006, 1011, 1012, 4008, 4408]);

export class LiveFeed {
  /** `onFrame(frame, fresh)`: in order, none missing; `fresh` when it happened while we watched. `onState`: live, lost, ended. */
  constructor(feed, { onFrame, onState, onReset }) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.address = `${scheme}://${location.host}/live/v1/${feed}`;
    this.listeners = { onFrame, onState, onReset };
    this.after = 0;
    this.head = 0;
    this.epoch = null;
    this.asking = false;
    this.pause = FIRST_PAUSE;
    this.over = false;
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(this.address);
    this.socket.onopen = () => this.ask();
    this.socket.onmessage = (message) => this.hear(JSON.parse(message.data));
    this.socket.onclose = (closed) => this.closed(closed.code);
  }

  ask() {
    this.asking = true;
    this.socket.send(JSON.stringify(this.epoch ? { after: this.after, epoch: this.epoch } : { after: this.after }));
  }

  hear(said) {
    if (said.seq === undefined) {
      if (said.type === "resync") this.listeners.onReset();
      [this.epoch, this.head, this.after] = [said.epoch, said.head, said.after];
      this.asking = false;
      this.pause = FIRST_PAUSE;
      serverSaid(said.now);
      this.listeners.onState("live");
    } else if (said.seq === this.after + 1 && !this.asking) {
      this.after = said.seq;
      this.listeners.onFrame(said, said.seq > this.head);
    } else if (said.seq > this.after && !this.asking) {
      this.ask();
    }
  }

  closed(code) {
    if (this.over) return;
    if (!GOING_ON.has(code)) {
      this.over = true;
      this.listeners.onState(code === SIGNED_OUT ? "signed-out" : "ended");
      return;
    }
    this.listeners.onState("lost");
    // Spread out, so that a thousand pages do not come back in the same moment.
    this.timer = setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  stop() {
    this.over = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
