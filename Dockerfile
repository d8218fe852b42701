# Functions and the page: one image, FUNCTION_TARGET tells which function.   docker build -t registry.example/spider:0.1.0 .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential libpcap-dev python3 util-linux && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
COPY scripts/lib.sh scripts/
RUN bash -c '. scripts/lib.sh && setup_packages'
COPY . .
RUN scripts/images

# The C library, certificates and nothing else: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /build/dist/images/functions /app
WORKDIR /app
ENV NODE_ENV=production HOME=/tmp
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/node", "main.mjs"]
