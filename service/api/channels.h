/* Readiness of every channel, and of the service (contract 4 and 5). */
#ifndef SERVICE_API_CHANNELS_H
#define SERVICE_API_CHANNELS_H

struct api_call;

/* GET /api/v1/channels: the last check; ?check=1 checks now and waits. */
void api_channels_get(struct api_call *c);

/* GET /healthz, /readyz: API_OPEN */
void api_healthz(struct api_call *c);
void api_readyz(struct api_call *c);

#endif
