// Somebody with Node's socket.io-client, driven by JSON lines: orders come in, what happens goes out.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const tell = (happened) => process.stdout.write(`${JSON.stringify(happened)}\n`);

let socket;

const orders = {
  connect({ url, auth, tickets }) {
    socket = io(url, {
      transports: ["websocket"],
      auth: tickets ? (give) => fetchTicket(tickets).then((ticket) => give({ ticket })) : auth,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
    });
    socket.on("connect", () => tell({ came: socket.id }));
    socket.on("connect_error", (error) => tell({ refused: error.data ?? null, why: error.message }));
    socket.on("disconnect", (reason) => tell({ gone: reason }));
    socket.onAny((event, payload) => tell({ told: [event, payload ?? null] }));
  },
  ask({ id, event, payload, within }) {
    socket.timeout(within).emit(event, payload, (silence, answer) => {
      tell({ id, answer: silence ? null : answer });
    });
  },
  leave() {
    socket?.disconnect();
    process.stdin.destroy();
  },
};

async function fetchTicket({ url, token }) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
    });
    return (await answer.json()).ticket;
  } catch {
    return "none"; // the server is away; the connection it was for will not come about either
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { order, ...what } = JSON.parse(line);
  orders[order](what);
});
