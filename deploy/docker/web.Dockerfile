# The web client and the nginx in front of it: its files alone in Kubernetes, and with the names of the services in the
# environment the one public origin of docker-compose.yml. deploy/nginx/start.sh says which variables there are.
#
#   docker build -f deploy/docker/web.Dockerfile -t hallway-web .
#
# Images by argument: deploy/docker/images.env lists them, and a release gives them with digests.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28.0-bookworm

# Every manifest, and nothing else: what is installed from them is taken from the cache until one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /project
COPY . .
RUN mkdir /manifests && cp --parents .npmrc package-lock.json package.json */package.json */*/package.json /manifests

FROM ${NODE_IMAGE} AS build
ARG NODE_IMAGE
ARG NGINX_IMAGE
# A release says true: a tag can be moved to another image, a digest cannot.
ARG REQUIRE_DIGEST=false
RUN for image in "${NODE_IMAGE}" "${NGINX_IMAGE}"; do \
      case "${REQUIRE_DIGEST}:${image}" in \
        true:*@sha256:*|false:*) ;; \
        *) echo "${image} has no digest, which a release needs: see deploy/docker/images.env" >&2; exit 1 ;; \
      esac; \
    done
WORKDIR /hallway
COPY --from=manifests /manifests ./
# No install scripts: what the bundler needs comes built.
RUN npm ci --workspace=web --ignore-scripts
COPY tsconfig.base.json ./
COPY libs/client libs/client
COPY libs/contracts libs/contracts
COPY web web
RUN npm run build --workspace=web

FROM ${NGINX_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Hallway web" \
      org.opencontainers.image.description="The web client of Hallway, and the front door to its services" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# Everything that nginx writes is below STATE_FOLDER, in the one place that a read-only container has for it.
ENV PORT=8080 \
    INTERNAL_PORT=9080 \
    STATE_FOLDER=/tmp/hallway-front-door \
    WEB_ROOT=/usr/share/hallway
COPY --from=build /hallway/web/dist /usr/share/hallway
COPY deploy/nginx /etc/nginx/hallway
# A number, because Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
EXPOSE 8080 9080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD curl --fail --silent --output /dev/null "http://127.0.0.1:${INTERNAL_PORT}/livez"
# Answers under way finish; SIGTERM would cut them off.
STOPSIGNAL SIGQUIT
# The base image's own entry point would write where nothing can be written.
ENTRYPOINT []
# Becomes nginx, which is then process 1.
CMD ["/etc/nginx/hallway/start.sh"]
