# One image for all services: they share their libraries, ship together, and a node pulls it once. Which one runs is said by
# the command: `node services/gateway/src/main.ts`.
#
#   docker build -f deploy/docker/services.Dockerfile -t hallway-services .
#
# Images by argument: deploy/docker/images.env lists them, and a release gives them with digests.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG RUNTIME_IMAGE=debian:bookworm-slim

# Every manifest, and nothing else: what is installed from them is taken from the cache until one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /project
COPY . .
RUN mkdir /manifests && cp --parents .npmrc package-lock.json package.json */package.json */*/package.json /manifests

FROM ${NODE_IMAGE} AS build
ARG NODE_IMAGE
ARG RUNTIME_IMAGE
# A release says true: a tag can be moved to another image, a digest cannot.
ARG REQUIRE_DIGEST=false
RUN for image in "${NODE_IMAGE}" "${RUNTIME_IMAGE}"; do \
      case "${REQUIRE_DIGEST}:${image}" in \
        true:*@sha256:*|false:*) ;; \
        *) echo "${image} has no digest, which a release needs: see deploy/docker/images.env" >&2; exit 1 ;; \
      esac; \
    done
WORKDIR /hallway
COPY --from=manifests /manifests ./
# No install scripts: the only one that Hallway allows fetches a Node, which the image has.
RUN npm ci --omit=dev --workspace=services --ignore-scripts
COPY tools/image tools/image
COPY libs libs
COPY services services
RUN node tools/image/main.ts /hallway && mkdir -p /var/lib/hallway/auth /var/lib/hallway/stores

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Hallway services" \
      org.opencontainers.image.description="Auth, message, gateway and worker: real-time messaging for institutions" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
ENV NODE_ENV=production \
    PORT=8080 \
    INTERNAL_PORT=9080
# The binary alone: npm, npx and a compiler's headers stay behind.
COPY --from=build /usr/local/bin/node /usr/local/bin/node
# Belongs to root, so that a service cannot change its own code.
COPY --from=build /hallway/package.json /hallway/
COPY --from=build /hallway/node_modules /hallway/node_modules
COPY --from=build /hallway/libs /hallway/libs
COPY --from=build /hallway/services /hallway/services
# The only folders that belong to the user below: an empty volume that is mounted there takes over its owner.
COPY --from=build --chown=10001:10001 /var/lib/hallway /var/lib/hallway
WORKDIR /hallway
# A number, because Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
EXPOSE 8080 9080
# The process alone, as an orchestrator's liveness probe asks; whether the stores answer is `/readyz`.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.INTERNAL_PORT + '/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and handles SIGTERM itself: no shell stands between the two.
STOPSIGNAL SIGTERM
CMD ["node", "-e", "console.error('Say which service: node services/{auth,message,gateway,worker}/src/main.ts'); process.exit(64)"]
