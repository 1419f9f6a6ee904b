# One image for every role of coffer: no shell, no package manager, not root; the entry point is the command.
#
#   buildah build --build-arg SDK_IMAGE=... -t coffer .             compiles it; SDK_IMAGE has the .NET SDK of global.json, gcc and libsqlite3-dev
#   buildah build --build-arg BINARY=ready -t coffer .              takes artifacts/bin/coffer, which scripts/build made
#
# BASE_IMAGE is the Debian (or relative) whose C library, OpenSSL and root certificates the image gets. Where it lacks
# certificates, they are installed, which takes its package archive. An executable that was linked on a newer Debian than
# BASE_IMAGE does not start: the build would say so.

ARG BASE_IMAGE=debian:trixie-slim
ARG SDK_IMAGE=scratch
ARG BINARY=built

FROM ${SDK_IMAGE} AS built
WORKDIR /src
COPY . .
# No compiler server outlives the step.
ENV MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
RUN scripts/build

FROM scratch AS ready
COPY artifacts/bin/coffer /src/artifacts/bin/coffer

FROM ${BINARY} AS binary

FROM ${BASE_IMAGE} AS files
COPY --from=binary /src/artifacts/bin/coffer /image/usr/local/bin/coffer
COPY scripts/image/files.sh /image-files.sh
RUN ["/bin/sh", "/image-files.sh", "/image"]

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="coffer" \
      org.opencontainers.image.description="Encrypts OCI container images; key provider for skopeo, buildah, podman, CRI-O and containerd" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=files /image/ /
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
WORKDIR /home/coffer
ENTRYPOINT ["/usr/local/bin/coffer"]
CMD ["--help"]
