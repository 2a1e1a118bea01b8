/*
 * The limit that the benches compare with: one thread, epoll, and the kernel's `send` for each subscriber. It reads the
 * same commands from stdin as the other engines (engines/commands.ts) and writes frames of the same shape and size.
 * There is no protocol beyond the handshake: nobody is checked, nothing is kept, slow readers hold up everybody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 20000
#define FRAME_MAX 1024
#define BURST_MAX 256
#define PAD "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static int clients[MOST];
static int count;
static long offset;
static char bytes[FRAME_MAX * BURST_MAX];

/* The load generator always sends the key of RFC 6455 section 1.3, so the answer to it is always the same. */
static const char ACCEPT[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static long long micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* One text message, as in engines/message.ts; gives its length. */
static size_t frame(char *into, const char *channel) {
  char json[FRAME_MAX];
  int length = snprintf(json, sizeof json,
      "{\"type\":\"event\",\"channel\":\"%s\",\"epoch\":\"abcdefgh\",\"offset\":%ld,\"event\":{\"id\":"
      "\"00000000-0000-4000-8000-%012ld\",\"type\":\"test\",\"source\":\"/channels/%s\",\"time\":"
      "\"2026-01-01T00:00:00.000Z\",\"specversion\":\"1.0\",\"data\":\"" PAD "%016lld\"}}",
      channel, offset, offset, channel, micros());
  offset++;
  into[0] = (char)0x81;
  into[1] = 126;
  into[2] = (char)(length >> 8);
  into[3] = (char)(length & 0xff);
  memcpy(into + 4, json, length);
  return length + 4;
}

static void write_all(int socket, const char *from, size_t length) {
  while (length > 0) {
    ssize_t sent = send(socket, from, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent > 0) {
      from += sent;
      length -= sent;
    }
    if (length > 0) {
      struct pollfd writable = {.fd = socket, .events = POLLOUT};
      poll(&writable, 1, -1);
    }
  }
}

static void publish(int burst) {
  size_t length = 0;
  for (int n = 0; n < burst; n++) length += frame(bytes + length, "memory");
  for (int at = 0; at < count; at++) write_all(clients[at], bytes, length);
}

/* One message on each channel, which has one subscriber. */
static void spread(void) {
  char channel[32];
  for (int at = 0; at < count; at++) {
    snprintf(channel, sizeof channel, "memory:%d", at);
    write_all(clients[at], bytes, frame(bytes, channel));
  }
}

static void command(char *line) {
  if (strncmp(line, "publish ", 8) == 0) publish(atoi(line + 8) < BURST_MAX ? atoi(line + 8) : BURST_MAX);
  if (strncmp(line, "spread", 6) == 0) spread();
}

static void commands(void) {
  static char line[4096];
  static size_t filled;
  ssize_t got = read(0, line + filled, sizeof line - filled - 1);
  if (got <= 0) exit(0);
  filled += got;
  line[filled] = 0;
  char *from = line;
  for (char *end; (end = strchr(from, '\n')); from = end + 1) {
    *end = 0;
    command(from);
  }
  filled -= from - line;
  memmove(line, from, filled);
}

int main(void) {
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listening, (struct sockaddr *)&address, size) || listen(listening, 4096)) return 1;
  getsockname(listening, (struct sockaddr *)&address, &size);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);

  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listening};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event);
  event.data.fd = 0;
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int n = 0; n < ready; n++) {
      int fd = events[n].data.fd;
      if (fd == 0) commands();
      else if (fd == listening) {
        int one = 1;
        int socket = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
        if (socket < 0 || count == MOST) continue;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        clients[count++] = socket;
        event.events = EPOLLIN;
        event.data.fd = socket;
        epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
      } else {
        /* The first bytes are the handshake, which comes in one piece; what comes later is of no interest. */
        char request[4096];
        ssize_t got = read(fd, request, sizeof request);
        if (got > 4 && memcmp(request, "GET ", 4) == 0) write_all(fd, ACCEPT, sizeof ACCEPT - 1);
        if (got == 0) epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
      }
    }
  }
}
