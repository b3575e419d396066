/*
 * What the listening and the talking side of a channel share.
 */
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "linux.h"

/* Nanoseconds that one process waits for another that does not do its part. */
#define CHANNEL_PATIENCE 10000000000ll

/* Makes a socket for a channel, and path's address; returns the socket or an error. */
int channel_socket(struct sockaddr_un *address, const char *path);

/* Makes a peer of a connected socket, or closes it. */
int channel_peer(struct hal_peer **peer, int socket);

/* poll with a point in time: HAL_OK, HAL_ETIMEDOUT. */
int channel_poll(struct pollfd *waits, hal_u32 count, hal_i64 deadline);
