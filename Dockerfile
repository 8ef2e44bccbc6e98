# Two small images from one recipe:
#   docker build --target plastron -t ghcr.io/plastron-dev/plastron:dev .
#   docker build --target manager  -t ghcr.io/plastron-dev/manager:dev .
# Without an engine, `make image` builds the same two (see hack/image).
FROM golang:1.26 AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN for program in plastron manager; do \
      CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -buildid= -X main.version=${VERSION}" -o /out/$program ./cmd/$program || exit 1; \
    done \
 && mkdir -p /root-fs/etc/ssl/certs /root-fs/tmp && chmod 1777 /root-fs/tmp \
 && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
 && printf 'root:x:0:0:root:/:/sbin/nologin\nplastron:x:65532:65532:plastron:/:/sbin/nologin\n' > /root-fs/etc/passwd \
 && printf 'root:x:0:\nplastron:x:65532:\n' > /root-fs/etc/group

FROM scratch AS base
COPY --from=build /root-fs/ /
ENV PATH=/ SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532

FROM base AS manager
COPY --from=build /out/manager /manager
ENTRYPOINT ["/manager"]

FROM base AS plastron
COPY --from=build /out/plastron /plastron
ENTRYPOINT ["/plastron"]
