/* GET /metrics (contract 4): what a Prometheus asks for, in its text format
 * 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
#ifndef SERVICE_API_METRICS_H
#define SERVICE_API_METRICS_H

struct api_call;

/* Open to everybody who reaches the console: it counts, and names nobody. */
void api_metrics(struct api_call *c);

#endif
