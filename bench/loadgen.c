/*
 * A load generator for Socket.IO over WebSocket, lean enough never to be the
 * bottleneck: one thread, epoll, no library, no parsing beyond what it counts.
 *
 * It reads the connections from a file, a line each, fields parted by tabs:
 *
 *     group  L|S  auth  event
 *
 * `auth` is the JSON of the CONNECT packet (or nothing), `event` what a sender
 * (S) sends, such as ["message.send",{"key":"@KEY@","text":"@KEY@ Sami …"}].
 * @KEY@ becomes unique for each message and carries the instant from which it
 * is timed, so that a push tells its own latency. A push whose sender is of
 * another group is a stray. One line of JSON comes out.
 *
 * Closed loop: each sender has one request outstanding (--window more). Open
 * loop (--rate): requests are sent by the clock and timed from when they were
 * due, so that a server that stalls cannot hide it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KEY_MARK "@KEY@"
#define KEY_HEAD "bench-"
#define KEY_LENGTH (6 + 16 + 1 + 5 + 1 + 7)
#define MAX_PIECES 8
#define RING 8192 /* requests of one connection whose answers may be outstanding */
#define PARALLEL_CONNECTS 64
#define SECOND 1000000000ull

enum state { UNBORN, UPGRADING, OPENING, JOINING, GREETING, READY, CLOSED };

struct bytes {
    char *at;
    size_t length, room;
};

struct connection {
    int fd, index, group;
    bool sender, deflated;
    enum state state;
    char *auth;
    char *pieces[MAX_PIECES]; /* the event, cut where the key goes */
    int piece_count;
    unsigned sent, outstanding;
    uint64_t *timed_from; /* of each outstanding request, by its id modulo RING */
    struct bytes in, out;
};

struct samples {
    uint32_t *at;
    size_t length, room;
};

static struct {
    char *host, *port, *push, *greeting;
    double rate, warm_up, measured, drain;
    unsigned fan_out, window;
    bool spin, idle, deflate;
} options = {.host = "127.0.0.1", .port = "8080", .push = "message.posted", .measured = 2, .drain = 5, .window = 1};

static struct connection *connections, **senders;
static size_t connection_count, sender_count, born, ready, connecting;
static int poller;
static uint64_t window_start, window_end; /* what is timed from between these is measured */
static uint64_t sent, acked, refused, delivered, strays, lost, acked_in_window, delivered_in_window;
static struct samples ack_times, delivery_times, lags;
static char first_refusal[400];
static uint64_t busy; /* nanoseconds of the window spent working, not looking for work */
static bool sending;

static void send_request(struct connection *c, uint64_t due);

/* --- Small things -------------------------------------------------------------------- */

static void give_up(const char *form, ...) {
    va_list arguments;
    va_start(arguments, form);
    fputs("loadgen: ", stderr);
    vfprintf(stderr, form, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static uint64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * SECOND + at.tv_nsec;
}

static void *grown(void *at, size_t *room, size_t needed, size_t width) {
    if (needed <= *room) return at;
    *room = needed > *room * 2 ? needed : *room * 2;
    if (!(at = realloc(at, *room * width))) give_up("out of memory");
    return at;
}

static void append(struct bytes *to, const char *from, size_t length) {
    to->at = grown(to->at, &to->room, to->length + length, 1);
    memcpy(to->at + to->length, from, length);
    to->length += length;
}

static void sample(struct samples *in, uint64_t nanoseconds) {
    in->at = grown(in->at, &in->room, in->length + 1, sizeof *in->at);
    uint64_t tenths = nanoseconds / 100; /* of a microsecond */
    in->at[in->length++] = tenths > UINT32_MAX ? UINT32_MAX : tenths;
}

static bool measured(uint64_t at) { return at >= window_start && at < window_end; }

/* --- Writing ------------------------------------------------------------------------- */

static void watch(struct connection *c, uint32_t events, int how) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(poller, how, c->fd, &event)) give_up("epoll_ctl: %s", strerror(errno));
}

static void lose(struct connection *c, const char *why) {
    if (c->state == CLOSED) return;
    if (c->state != READY) give_up("connection %d ended before it was ready: %s", c->index, why);
    if (!lost++) fprintf(stderr, "loadgen: connection %d lost: %s\n", c->index, why);
    c->state = CLOSED;
    close(c->fd);
}

static void flush(struct connection *c) {
    ssize_t done = send(c->fd, c->out.at, c->out.length, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN) return lose(c, strerror(errno));
    if (done > 0) memmove(c->out.at, c->out.at + done, c->out.length -= done);
    watch(c, EPOLLIN | (c->out.length ? EPOLLOUT : 0), EPOLL_CTL_MOD);
}

static void write_bytes(struct connection *c, const char *from, size_t length) {
    ssize_t done = 0;
    if (!c->out.length) done = send(c->fd, from, length, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN) return lose(c, strerror(errno));
    if (done == (ssize_t)length) return;
    append(&c->out, from + (done > 0 ? done : 0), length - (done > 0 ? done : 0));
    watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

/* A client's frames are masked; the mask of zeros leaves the text as it is. */
static void write_frame(struct connection *c, unsigned char opcode, const char *text, size_t length) {
    char frame[65536];
    size_t head = 2;
    if (length + 8 > sizeof frame) give_up("a request of %zu bytes is too long", length);
    frame[0] = (char)(0x80 | opcode);
    if (length < 126) {
        frame[1] = (char)(0x80 | length);
    } else {
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(length >> 8);
        frame[3] = (char)length;
        head = 4;
    }
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, text, length);
    write_bytes(c, frame, head + 4 + length);
}

static void write_text(struct connection *c, const char *text) { write_frame(c, 1, text, strlen(text)); }

static char *with_key(struct connection *c, char *to, uint64_t due) {
    char key[KEY_LENGTH + 1];
    snprintf(key, sizeof key, KEY_HEAD "%016llx-%05x-%07x", (unsigned long long)due, c->index, c->sent);
    for (int i = 0; i < c->piece_count; i++) {
        if (i) to = stpcpy(to, key);
        to = stpcpy(to, c->pieces[i]);
    }
    return to;
}

static void send_request(struct connection *c, uint64_t due) {
    char text[32768];
    if (c->state != READY) return;
    if (c->outstanding >= RING) give_up("connection %d waits for %d answers", c->index, RING);
    char *end = with_key(c, text + sprintf(text, "42%u", c->sent), due);
    c->timed_from[c->sent++ % RING] = due;
    c->outstanding++;
    sent++;
    write_frame(c, 1, text, end - text);
}

/* --- Reading ------------------------------------------------------------------------- */

static void take_ack(struct connection *c, const char *text, size_t length) {
    uint64_t at = now(), due = c->timed_from[strtoul(text + 2, NULL, 10) % RING];
    c->outstanding--;
    if (memmem(text, length, "\"ok\":true", 9)) {
        acked++;
        if (measured(at)) acked_in_window++;
        if (measured(due)) sample(&ack_times, at - due);
    } else if (!refused++) {
        snprintf(first_refusal, sizeof first_refusal, "%.*s", (int)length, text);
    }
    if (sending && !options.rate) send_request(c, at);
}

static void take_push(struct connection *c, const char *text, size_t length) {
    size_t name = strlen(options.push);
    if (length < name + 6 || memcmp(text + 4, options.push, name) || text[4 + name] != '"') return;
    const char *key = memmem(text, length, KEY_HEAD, strlen(KEY_HEAD));
    if (!key || text + length < key + KEY_LENGTH) return;
    uint64_t at = now(), due = strtoull(key + 6, NULL, 16);
    size_t from = strtoul(key + 6 + 16 + 1, NULL, 16);
    if (from >= connection_count || connections[from].group != c->group) strays++;
    delivered++;
    if (measured(at)) delivered_in_window++;
    if (measured(due)) sample(&delivery_times, at - due);
}

static void become_ready(struct connection *c) {
    c->state = READY;
    connecting--;
    ready++;
}

static void greet(struct connection *c) {
    if (!options.greeting) return become_ready(c);
    char text[4096];
    snprintf(text, sizeof text, "420%s", options.greeting);
    c->state = GREETING;
    write_text(c, text);
}

static void join(struct connection *c) {
    char text[4096];
    snprintf(text, sizeof text, "40%s", c->auth);
    c->state = JOINING;
    write_text(c, text);
}

/* What a server that compresses says cannot be read here: while connecting its
 * frames come in a known order, and an idle connection gets nothing but pings. */
static void take_compressed(struct connection *c) {
    if (!options.idle) give_up("the server compresses; that is only understood with --idle");
    if (c->state == OPENING) return join(c);
    if (c->state == JOINING) return greet(c);
    if (c->state == GREETING) return become_ready(c);
    write_text(c, "3");
}

static void take_text(struct connection *c, const char *text, size_t length) {
    if (length == 1 && text[0] == '2') return write_text(c, "3");
    if (c->state == OPENING && text[0] == '0') return join(c);
    if (length < 2 || text[0] != '4') return;
    if (text[1] == '4') give_up("connection %d was refused: %.*s", c->index, (int)length, text);
    if (c->state == JOINING && text[1] == '0') return greet(c);
    if (c->state == GREETING && text[1] == '3') {
        if (!memmem(text, length, "\"ok\":true", 9)) give_up("the greeting: %.*s", (int)length, text);
        return become_ready(c);
    }
    if (c->state != READY) return;
    if (text[1] == '3') return take_ack(c, text, length);
    if (text[1] == '2') take_push(c, text, length);
}

/* The length of the frame that begins here, or 0 while it is not all there. */
static size_t take_frame(struct connection *c, const unsigned char *at, size_t length) {
    if (length < 2) return 0;
    size_t head = 2, size = at[1] & 127;
    if (size == 126) {
        if (length < (head = 4)) return 0;
        size = (size_t)at[2] << 8 | at[3];
    } else if (size == 127) {
        if (length < (head = 10)) return 0;
        size = 0;
        for (int i = 2; i < 10; i++) size = size << 8 | at[i];
    }
    if (length < head + size) return 0;
    if (!(at[0] & 0x80)) give_up("the server sent a fragment");
    int opcode = at[0] & 15;
    if (opcode == 1 && at[0] & 0x40) take_compressed(c);
    else if (opcode == 1) take_text(c, (const char *)at + head, size);
    else if (opcode == 9) write_frame(c, 10, (const char *)at + head, size);
    else if (opcode == 8) lose(c, "the server closed it");
    return head + size;
}

static size_t take_upgrade(struct connection *c) {
    char *end = memmem(c->in.at, c->in.length, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    if (strncmp(c->in.at, "HTTP/1.1 101", 12)) give_up("no WebSocket: %.200s", c->in.at);
    c->deflated = strcasestr(c->in.at, "permessage-deflate") != NULL;
    c->state = OPENING;
    return end + 4 - c->in.at;
}

static void take_input(struct connection *c) {
    size_t done = 0, length;
    if (c->state == UPGRADING && !(done = take_upgrade(c))) return;
    while (c->state != CLOSED &&
           (length = take_frame(c, (unsigned char *)c->in.at + done, c->in.length - done)))
        done += length;
    if (done) memmove(c->in.at, c->in.at + done, c->in.length -= done);
}

static void receive(struct connection *c) {
    while (c->state != CLOSED) {
        c->in.at = grown(c->in.at, &c->in.room, c->in.length + 2048, 1);
        size_t room = c->in.room - c->in.length;
        ssize_t got = recv(c->fd, c->in.at + c->in.length, room, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return lose(c, got ? strerror(errno) : "end of file");
        c->in.length += got;
        take_input(c);
        if ((size_t)got < room) return;
    }
}

/* --- Connecting ---------------------------------------------------------------------- */

static void give_birth(struct connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(options.port))};
    if (inet_pton(AF_INET, options.host, &to.sin_addr) != 1) give_up("no IPv4 address: %s", options.host);
    int yes = 1;
    if ((c->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) give_up("socket: %s", strerror(errno));
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) give_up("connect: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK)) give_up("fcntl: %s", strerror(errno));
    c->state = UPGRADING;
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
    char text[1024];
    int length = snprintf(text, sizeof text,
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
        options.host, options.port,
        options.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
    write_bytes(c, text, length);
}

static bool turn(int timeout_ms) {
    struct epoll_event events[256];
    int count = epoll_wait(poller, events, 256, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct connection *c = events[i].data.ptr;
        if (!c) exit(0); /* --idle: whoever started us has closed our standard input */
        if (events[i].events & EPOLLOUT && c->state != CLOSED) flush(c);
        if (events[i].events & ~EPOLLOUT) receive(c);
    }
    return count > 0;
}

static void connect_all(void) {
    uint64_t patience = now() + 120 * SECOND;
    while (ready < connection_count) {
        while (born < connection_count && connecting < PARALLEL_CONNECTS) {
            connecting++;
            give_birth(&connections[born++]);
        }
        turn(100);
        if (now() > patience) give_up("%zu of %zu connections after 120 s", ready, connection_count);
    }
}

/* --- The run ------------------------------------------------------------------------- */

static bool send_what_is_due(uint64_t start, uint64_t *count) {
    bool any = false;
    while (true) {
        uint64_t due = start + (uint64_t)(*count * (SECOND / options.rate)), at = now();
        if (due > at) return any;
        if (measured(due)) sample(&lags, at - due);
        send_request(senders[(*count)++ % sender_count], due);
        any = true;
    }
}

/* Turns of the loop until `end`; what each costs is counted as busy if it did something. */
static void go_on_until(uint64_t end, uint64_t start, uint64_t *count) {
    uint64_t before = now();
    while (before < end) {
        bool worked = turn(options.spin ? 0 : 1);
        if (options.rate) worked |= send_what_is_due(start, count);
        uint64_t after = now();
        if (worked && measured(after)) busy += after - before;
        before = after;
    }
}

static void drain(void) {
    uint64_t end = now() + (uint64_t)(options.drain * SECOND);
    while (now() < end && (acked + refused < sent || delivered < acked * options.fan_out)) turn(1);
    end = now() + SECOND / 5; /* nothing more may come */
    while (now() < end) turn(1);
}

static void run(void) {
    uint64_t start = now(), count = 0;
    window_start = start + (uint64_t)(options.warm_up * SECOND);
    window_end = window_start + (uint64_t)(options.measured * SECOND);
    sending = true;
    for (size_t i = 0; !options.rate && i < sender_count * options.window; i++)
        send_request(senders[i % sender_count], now());
    go_on_until(window_end, start, &count);
    sending = false;
    drain();
}

static void hold(void) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLHUP, .data.ptr = NULL};
    size_t deflated = 0;
    for (size_t i = 0; i < connection_count; i++) deflated += connections[i].deflated;
    printf("{\"ready\":%zu,\"deflated\":%zu}\n", ready, deflated);
    fflush(stdout);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, 0, &event)) give_up("--idle waits for its standard input to close");
    while (!lost) turn(1000);
    give_up("%llu idle connections were closed", (unsigned long long)lost);
}

/* --- The report ---------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void print_samples(const char *name, struct samples *of) {
    static const struct { const char *name; double part; } ranks[] = {{"p50", .5}, {"p90", .9}, {"p99", .99}, {"max", 1}};
    qsort(of->at, of->length, sizeof *of->at, by_size);
    printf(",\"%s\":{\"count\":%zu", name, of->length);
    for (size_t i = 0; i < 4; i++) {
        size_t rank = ranks[i].part * of->length;
        if (rank >= of->length) rank = of->length ? of->length - 1 : 0;
        printf(",\"%s\":%.4f", ranks[i].name, of->length ? of->at[rank] / 1e4 : 0);
    }
    putchar('}');
}

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char)*text >= ' ') putchar(*text);
    }
    putchar('"');
}

static void report(void) {
    typedef unsigned long long ull;
    printf("{\"connections\":%zu,\"senders\":%zu,\"sent\":%llu,\"acked\":%llu,\"refused\":%llu,\"delivered\":%llu,"
           "\"strays\":%llu,\"lost\":%llu,\"seconds\":%.3f,\"acked_a_second\":%.1f,\"delivered_a_second\":%.1f,\"busy\":%.4f",
           connection_count, sender_count, (ull)sent, (ull)acked, (ull)refused, (ull)delivered, (ull)strays, (ull)lost,
           options.measured, acked_in_window / options.measured, delivered_in_window / options.measured,
           busy / (options.measured * SECOND));
    print_samples("ack_ms", &ack_times);
    print_samples("delivery_ms", &delivery_times);
    print_samples("lag_ms", &lags);
    printf(",\"first_refusal\":");
    print_text(first_refusal);
    puts("}");
}

/* --- Beginning ----------------------------------------------------------------------- */

static void cut_event(struct connection *c, char *event) {
    char *mark;
    c->pieces[c->piece_count++] = event;
    while ((mark = strstr(event, KEY_MARK)) && c->piece_count < MAX_PIECES) {
        *mark = 0;
        event = mark + strlen(KEY_MARK);
        c->pieces[c->piece_count++] = event;
    }
}

static void read_connection(char *line) {
    struct connection *c = &connections[connection_count];
    char *group = strsep(&line, "\t"), *role = strsep(&line, "\t"), *auth = strsep(&line, "\t");
    if (!auth) give_up("line %zu has no group, role and auth", connection_count + 1);
    c->index = (int)connection_count++;
    c->group = atoi(group);
    c->auth = strdup(auth);
    if (!(c->sender = *role == 'S')) return;
    if (!line || strlen(line) > 30000) give_up("line %zu has no fit event", connection_count);
    cut_event(c, strdup(line));
    c->timed_from = calloc(RING, sizeof *c->timed_from);
}

static void read_connections(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) give_up("%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t room = 0, connection_room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0) {
        line[length - 1] = 0;
        size_t before = connection_room;
        connections = grown(connections, &connection_room, connection_count + 1, sizeof *connections);
        memset(connections + before, 0, (connection_room - before) * sizeof *connections);
        read_connection(line);
    }
    fclose(file);
    senders = calloc(connection_count + 1, sizeof *senders);
    for (size_t i = 0; i < connection_count; i++)
        if (connections[i].sender) senders[sender_count++] = &connections[i];
    if (!options.idle && !sender_count) give_up("nobody sends");
}

static void read_options(int count, char **arguments) {
    static const struct option known[] = {
        {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"push", 1, 0, 'e'}, {"greeting", 1, 0, 'g'},
        {"rate", 1, 0, 'r'}, {"warm-up", 1, 0, 'w'}, {"seconds", 1, 0, 's'}, {"drain", 1, 0, 'd'},
        {"fan-out", 1, 0, 'f'}, {"window", 1, 0, 'o'}, {"spin", 0, 0, 'S'}, {"idle", 0, 0, 'I'},
        {"deflate", 0, 0, 'D'}, {0}};
    int letter;
    while ((letter = getopt_long(count, arguments, "", known, NULL)) != -1) switch (letter) {
        case 'h': options.host = optarg; break;
        case 'p': options.port = optarg; break;
        case 'e': options.push = optarg; break;
        case 'g': options.greeting = optarg; break;
        case 'r': options.rate = atof(optarg); break;
        case 'w': options.warm_up = atof(optarg); break;
        case 's': options.measured = atof(optarg); break;
        case 'd': options.drain = atof(optarg); break;
        case 'f': options.fan_out = atoi(optarg); break;
        case 'o': options.window = atoi(optarg); break;
        case 'S': options.spin = true; break;
        case 'I': options.idle = true; break;
        case 'D': options.deflate = true; break;
        default: exit(2);
    }
    if (optind != count - 1) give_up("usage: loadgen [OPTIONS] CONNECTIONS");
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    poller = epoll_create1(0);
    read_connections(arguments[optind]);
    connect_all();
    if (options.idle) hold();
    run();
    report();
    return lost || refused ? 3 : 0;
}
