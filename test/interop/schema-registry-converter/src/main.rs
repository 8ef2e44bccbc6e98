//! What users of schema_registry_converter do with a registry, against a running one.
//!
//! INTEROP_REGISTRY is its URL, and INTEROP_FLAVOUR says whose behaviour to expect where
//! products differ. It prints one line per check: state, feature and, when it failed, why,
//! separated by tabs; hack/interop.sh reads them.

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use apache_avro::types::Value as Avro;
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::async_impl::proto_decoder::ProtoDecoder;
use schema_registry_converter::async_impl::proto_encoder::ProtoEncoder;
use schema_registry_converter::async_impl::schema_registry::{
    get_all_subjects, get_all_versions, get_schema_by_guid, get_schema_by_id,
    get_schema_by_subject, get_schema_by_subject_and_version, is_compatible_schema, post_schema,
    SrSettings,
};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{
    RawError, SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use serde_json::json;

type Outcome = Result<(), Box<dyn Error>>;

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"}]}"#;
const ORDER_WITH_NOTE: &str = r#"{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}"#;
const ORDER_BROKEN: &str = r#"{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"},{"name":"price","type":"long"}]}"#;
const ITEM: &str = r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"#;

/// The registry under test; `unique` is a part of every name, so that it may be used again.
struct Target {
    settings: SrSettings,
    confluent: bool,
    unique: String,
}

impl Target {
    fn subject(&self, name: &str) -> String {
        format!("{}-{name}-value", self.unique)
    }

    async fn register(&self, subject: &str, schema: SuppliedSchema) -> Result<u32, SRCError> {
        Ok(post_schema(&self.settings, subject.to_owned(), schema)
            .await?
            .id)
    }
}

fn avro(text: &str) -> SuppliedSchema {
    SuppliedSchema::new(
        Some("interop.Order".to_owned()),
        SchemaType::Avro,
        text.to_owned(),
    )
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, got: T, want: T) -> Outcome {
    if got == want {
        return Ok(());
    }
    Err(format!("{what}: got {got:?}, want {want:?}").into())
}

/// The client has to return its own error, with the code from the registry's answer.
fn refused<T>(result: Result<T, SRCError>, status: u16, code: i64) -> Outcome {
    let Err(err) = result else {
        return Err(format!("no error, want {status}/{code}").into());
    };
    if !err.error.contains(&format!("status {status}")) {
        return Err(format!("want status {status}: {err}").into());
    }
    match err
        .source()
        .and_then(|source| source.downcast_ref::<RawError>())
    {
        Some(raw) => equal(&raw.message, i64::from(raw.error_code), code),
        None => Err(format!("the client found no code in {err}").into()),
    }
}

async fn register_and_look_up(t: &Target) -> Outcome {
    let subject = t.subject("register");
    let first = t.register(&subject, avro(ORDER)).await?;
    equal(
        "id of the second time",
        t.register(&subject, avro(ORDER)).await?,
        first,
    )?;
    equal(
        "id in another subject",
        t.register(&t.subject("register-other"), avro(ORDER))
            .await?,
        first,
    )?;
    let second = t.register(&subject, avro(ORDER_WITH_NOTE)).await?;
    equal("two schemas have one id", first == second, false)
}

async fn read(t: &Target) -> Outcome {
    let subject = t.subject("read");
    let first = t.register(&subject, avro(ORDER)).await?;
    let second = t.register(&subject, avro(ORDER_WITH_NOTE)).await?;
    let by_id = get_schema_by_id(first, &t.settings).await?;
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text);
    equal("text by id", parsed(&by_id.schema)?, parsed(ORDER)?)?;
    let latest = SubjectNameStrategy::TopicNameStrategy(format!("{}-read", t.unique), false);
    let latest = get_schema_by_subject(&t.settings, &latest).await?;
    equal("latest id", latest.id, second)?;
    let version = get_schema_by_subject_and_version(&t.settings, &subject, Some(1)).await?;
    equal("id of version 1", version.id, first)?;
    if let Some(guid) = latest.guid.filter(|_| t.confluent) {
        let by_guid = get_schema_by_guid(&guid, &t.settings).await?;
        return equal("text by guid", by_guid.schema, latest.schema);
    }
    equal("guid expected", t.confluent, false)
}

async fn lists(t: &Target) -> Outcome {
    let subject = t.subject("lists");
    t.register(&subject, avro(ORDER)).await?;
    equal(
        "listed",
        get_all_subjects(&t.settings).await?.contains(&subject),
        true,
    )?;
    equal(
        "versions",
        get_all_versions(&t.settings, subject).await?,
        vec![1],
    )
}

async fn compatibility(t: &Target) -> Outcome {
    let subject = t.subject("level");
    t.register(&subject, avro(ORDER)).await?;
    let good = is_compatible_schema(&t.settings, subject.clone(), avro(ORDER_WITH_NOTE)).await?;
    equal("compatible", good, true)?;
    let bad = is_compatible_schema(&t.settings, subject, avro(ORDER_BROKEN)).await?;
    equal("incompatible", bad, false)
}

async fn errors_404(t: &Target) -> Outcome {
    let subject = t.subject("missing");
    let latest = SubjectNameStrategy::TopicNameStrategy(format!("{}-missing", t.unique), false);
    refused(
        get_schema_by_subject(&t.settings, &latest).await,
        404,
        40401,
    )?;
    refused(get_schema_by_id(1999999999, &t.settings).await, 404, 40403)?;
    t.register(&subject, avro(ORDER)).await?;
    refused(
        get_schema_by_subject_and_version(&t.settings, &subject, Some(99)).await,
        404,
        40402,
    )
}

async fn error_409(t: &Target) -> Outcome {
    let subject = t.subject("conflict");
    t.register(&subject, avro(ORDER)).await?;
    let code = if t.confluent { 40901 } else { 409 };
    refused(t.register(&subject, avro(ORDER_BROKEN)).await, 409, code)
}

async fn errors_422(t: &Target) -> Outcome {
    for (kind, text) in [
        (SchemaType::Avro, r#"{"type":"nonsense"}"#),
        (SchemaType::Json, r#"{"type":7}"#),
        (SchemaType::Protobuf, "message {"),
    ] {
        let schema = SuppliedSchema::new(None, kind, text.to_owned());
        refused(t.register(&t.subject("invalid"), schema).await, 422, 42201)?;
    }
    Ok(())
}

async fn avro_auto_register(t: &Target) -> Outcome {
    let topic = format!("{}-avro", t.unique);
    let by_schema =
        SubjectNameStrategy::TopicNameStrategyWithSchema(topic.clone(), false, avro(ORDER));
    let encoder = AvroEncoder::new(t.settings.clone());
    let data = encoder
        .encode(vec![("id", Avro::String("7".into()))], by_schema)
        .await?;
    let decoded = AvroDecoder::new(t.settings.clone())
        .decode(Some(&data))
        .await?;
    equal(
        "value",
        decoded.value,
        Avro::Record(vec![("id".into(), Avro::String("7".into()))]),
    )
}

async fn avro_latest(t: &Target) -> Outcome {
    let topic = format!("{}-avro-latest", t.unique);
    let id = t.register(&format!("{topic}-value"), avro(ORDER)).await?;
    let latest = SubjectNameStrategy::TopicNameStrategy(topic, false);
    let encoder = AvroEncoder::new(t.settings.clone());
    let data = encoder
        .encode(vec![("id", Avro::String("7".into()))], latest)
        .await?;
    equal("id", u32::from_be_bytes(data[1..5].try_into()?), id)
}

async fn avro_references(t: &Target) -> Outcome {
    let address = r#"{"type":"record","name":"Address","namespace":"interop","fields":[{"name":"street","type":"string"}]}"#;
    // The client finds names within their own namespace, or with a leading dot.
    let person = r#"{"type":"record","name":"Person","namespace":"interop","fields":[{"name":"home","type":"Address"}]}"#;
    let used = SuppliedReference::new(
        "interop.Address".into(),
        t.subject("avro-used"),
        address.into(),
    );
    let schema = avro(person).with_references(vec![used]);
    let topic = format!("{}-avro-user", t.unique);
    let strategy = SubjectNameStrategy::TopicNameStrategyWithSchema(topic, false, schema);
    let home = Avro::Record(vec![("street".into(), Avro::String("Elm".into()))]);
    let encoder = AvroEncoder::new(t.settings.clone());
    let data = encoder
        .encode(vec![("home", home.clone())], strategy)
        .await?;
    let decoded = AvroDecoder::new(t.settings.clone())
        .decode(Some(&data))
        .await?;
    equal(
        "value",
        decoded.value,
        Avro::Record(vec![("home".into(), home)]),
    )
}

/// JSON of one value there and back, under a schema that the encoder registers.
async fn json_round(
    t: &Target,
    name: &str,
    schema: SuppliedSchema,
    good: serde_json::Value,
    bad: serde_json::Value,
) -> Outcome {
    let topic = format!("{}-{name}", t.unique);
    let strategy = SubjectNameStrategy::TopicNameStrategyWithSchema(topic, false, schema);
    let encoder = JsonEncoder::new(t.settings.clone());
    let data = encoder.encode(&good, strategy.clone()).await?;
    let decoded = JsonDecoder::new(t.settings.clone())
        .decode(Some(&data))
        .await?;
    equal("value", decoded.map(|d| d.value), Some(good))?;
    equal(
        "wrong value refused",
        encoder.encode(&bad, strategy).await.is_err(),
        true,
    )
}

async fn json_auto_register(t: &Target) -> Outcome {
    let schema = SuppliedSchema::new(None, SchemaType::Json, ITEM.into());
    json_round(t, "json", schema, json!({"id": "7"}), json!({"id": 7})).await
}

async fn json_references(t: &Target) -> Outcome {
    let name = "http://interop.test/item.json";
    let used = SuppliedReference::new(name.into(), t.subject("json-used"), ITEM.into());
    let text = json!({"type": "object", "properties": {"item": {"$ref": name}}}).to_string();
    let schema = SuppliedSchema::new(None, SchemaType::Json, text).with_references(vec![used]);
    json_round(
        t,
        "json-user",
        schema,
        json!({"item": {"id": "7"}}),
        json!({"item": {"id": 7}}),
    )
    .await
}

async fn protobuf_references(t: &Target) -> Outcome {
    let money = "syntax = \"proto3\";\npackage interop;\nmessage Money { int64 cents = 1; }";
    let order = "syntax = \"proto3\";\npackage interop;\nimport \"money.proto\";\nmessage Order { string id = 1; Money price = 2; }";
    let used = SuppliedReference::new(
        "money.proto".into(),
        t.subject("protobuf-used"),
        money.into(),
    );
    let schema = SuppliedSchema::new(
        Some("interop.Order".into()),
        SchemaType::Protobuf,
        order.into(),
    )
    .with_references(vec![used]);
    let topic = format!("{}-protobuf", t.unique);
    let strategy = SubjectNameStrategy::TopicNameStrategyWithSchema(topic, false, schema);
    let value = json!({"id": "7", "price": {"cents": "250"}});
    let data = ProtoEncoder::new(t.settings.clone())
        .encode_json(&value, "interop.Order", &strategy)
        .await?;
    let decoded = ProtoDecoder::new(t.settings.clone())
        .decode_with_context(Some(&data))
        .await?;
    let decoded = decoded.ok_or("nothing decoded")?;
    let text = format!("{:?}", decoded.value);
    equal(&text, text.contains("250") && text.contains('7'), true)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    let t = Target {
        settings: SrSettings::new(variable("INTEROP_REGISTRY")),
        confluent: variable("INTEROP_FLAVOUR") == "confluent",
        unique: format!("interop-{:x}", now.as_micros()),
    };
    let mut failed = false;
    macro_rules! check {
        ($feature:literal, $run:ident) => {
            match $run(&t).await {
                Ok(()) => println!("ok\t{}", $feature),
                Err(err) => {
                    failed = true;
                    let reason = err.to_string();
                    println!(
                        "FAIL\t{}\t{}",
                        $feature,
                        reason.split_whitespace().collect::<Vec<_>>().join(" ")
                    );
                }
            }
        };
    }
    check!("register and look up", register_and_look_up);
    check!("read by id, guid and version", read);
    check!("lists", lists);
    check!("levels and compatibility", compatibility);
    check!("errors 404", errors_404);
    check!("error 409", error_409);
    check!("errors 422", errors_422);
    check!("Avro: auto-register", avro_auto_register);
    check!("Avro: use latest", avro_latest);
    check!("Avro: references", avro_references);
    check!("JSON: auto-register", json_auto_register);
    check!("JSON: references", json_references);
    check!(
        "Protobuf: auto-register and references",
        protobuf_references
    );
    std::process::exit(i32::from(failed));
}
