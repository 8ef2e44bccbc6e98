# shellcheck shell=bash
# Sourced by kafka.sh: the listeners with authentication, and ACLs. The
# passwords are those of throw-away brokers on a private address.
: "${host:?}" "${dir:?}" # set by kafka.sh

# Given to every broker's format: SCRAM users are kept in Kafka's metadata.
# shellcheck disable=SC2034 # used by kafka.sh
scram=(
  --add-scram 'SCRAM-SHA-256=[name=admin,password=admin-secret]'
  --add-scram 'SCRAM-SHA-512=[name=admin,password=admin-secret]'
  --add-scram 'SCRAM-SHA-256=[name=alice,password=alice-secret]'
  --add-scram 'SCRAM-SHA-512=[name=alice,password=alice-secret]'
)

# certificates makes a CA, the brokers' certificate and one for a client
# (principal User:CN=client): ca.crt, broker.pem, client.crt, client.key.
certificates() {
  local name san ip=DNS
  [[ ! $host =~ ^[0-9.]+$ ]] || ip=IP
  command -v openssl >/dev/null || unavailable "openssl is not installed (KAFKA_SECURITY=1)"
  (
    cd "$dir"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
      -subj "/CN=test CA" -keyout ca.key -out ca.crt
    for name in broker client; do
      san=DNS:localhost,IP:127.0.0.1,$ip:$host
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
        -keyout "$name.key" -out "$name.csr"
      openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 \
        -extfile <(echo "subjectAltName=$san") -out "$name.crt"
    done
    cat broker.key broker.crt >broker.pem
  ) 2>"$dir/openssl.log" || { cat "$dir/openssl.log" >&2; fail "openssl failed"; }
}

# security_properties: ANONYMOUS is a super user so that the plain listener
# stays open to the brokers and to the tests' own administration.
security_properties() {
  local l module=org.apache.kafka.common.security
  cat <<P
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
ssl.keystore.type=PEM
ssl.keystore.location=$dir/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/ca.crt
listener.name.tls.ssl.client.auth=required
# Clients prove again who they are every few seconds, so that tests see what a
# rotated credential does to connections that are there.
connections.max.reauth.ms=4000
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:admin
P
  for l in sasl sasltls; do
    cat <<P
listener.name.$l.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_admin="admin-secret" user_alice="alice-secret";
listener.name.$l.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.$l.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.$l.oauthbearer.sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
P
  done
}
