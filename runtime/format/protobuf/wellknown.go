package protobuf

import "strings"

// wellKnownType is a type that a schema may use without a reference when it
// imports the file.
type wellKnownType struct{ full, path string }

// wellKnownTypes lists what Karapace knows, and confluent.type.Variant and
// google.type.LocalizedText. Where two types have one simple name, the later
// one has it.
var wellKnownTypes = []wellKnownType{
	{"google.protobuf.Any", "google/protobuf/any.proto"},
	{"google.protobuf.Api", "google/protobuf/api.proto"},
	{"google.protobuf.Method", "google/protobuf/api.proto"},
	{"google.protobuf.Mixin", "google/protobuf/api.proto"},
	{"google.protobuf.FileDescriptorSet", "google/protobuf/descriptor.proto"},
	{"google.protobuf.FileDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.DescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.ExtensionRangeOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.FieldDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.OneofDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.EnumDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.EnumValueDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.ServiceDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.MethodDescriptorProto", "google/protobuf/descriptor.proto"},
	{"google.protobuf.FileOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.MessageOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.FieldOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.OneofOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.EnumOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.EnumValueOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.ServiceOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.MethodOptions", "google/protobuf/descriptor.proto"},
	{"google.protobuf.UninterpretedOption", "google/protobuf/descriptor.proto"},
	{"google.protobuf.SourceCodeInfo", "google/protobuf/descriptor.proto"},
	{"google.protobuf.GeneratedCodeInfo", "google/protobuf/descriptor.proto"},
	{"google.protobuf.Duration", "google/protobuf/duration.proto"},
	{"google.protobuf.Empty", "google/protobuf/empty.proto"},
	{"google.protobuf.FieldMask", "google/protobuf/field_mask.proto"},
	{"google.protobuf.SourceContext", "google/protobuf/source_context.proto"},
	{"google.protobuf.Struct", "google/protobuf/struct.proto"},
	{"google.protobuf.Value", "google/protobuf/struct.proto"},
	{"google.protobuf.NullValue", "google/protobuf/struct.proto"},
	{"google.protobuf.ListValue", "google/protobuf/struct.proto"},
	{"google.protobuf.Timestamp", "google/protobuf/timestamp.proto"},
	{"google.protobuf.Type", "google/protobuf/type.proto"},
	{"google.protobuf.Field", "google/protobuf/type.proto"},
	{"google.protobuf.Enum", "google/protobuf/type.proto"},
	{"google.protobuf.EnumValue", "google/protobuf/type.proto"},
	{"google.protobuf.Option", "google/protobuf/type.proto"},
	{"google.protobuf.Syntax", "google/protobuf/type.proto"},
	{"google.protobuf.DoubleValue", "google/protobuf/wrappers.proto"},
	{"google.protobuf.FloatValue", "google/protobuf/wrappers.proto"},
	{"google.protobuf.Int64Value", "google/protobuf/wrappers.proto"},
	{"google.protobuf.UInt64Value", "google/protobuf/wrappers.proto"},
	{"google.protobuf.Int32Value", "google/protobuf/wrappers.proto"},
	{"google.protobuf.UInt32Value", "google/protobuf/wrappers.proto"},
	{"google.protobuf.BoolValue", "google/protobuf/wrappers.proto"},
	{"google.protobuf.StringValue", "google/protobuf/wrappers.proto"},
	{"google.protobuf.BytesValue", "google/protobuf/wrappers.proto"},
	{"google.type.CalendarPeriod", "google/type/calendar_period.proto"},
	{"google.type.Color", "google/type/color.proto"},
	{"google.type.Date", "google/type/date.proto"},
	{"google.type.DateTime", "google/type/datetime.proto"},
	{"google.type.TimeZone", "google/type/datetime.proto"},
	{"google.type.DayOfWeek", "google/type/dayofweek.proto"},
	{"google.type.Decimal", "google/type/decimal.proto"},
	{"google.type.Expr", "google/type/expr.proto"},
	{"google.type.Fraction", "google/type/fraction.proto"},
	{"google.type.Interval", "google/type/interval.proto"},
	{"google.type.LatLng", "google/type/latlng.proto"},
	{"google.type.LocalizedText", "google/type/localized_text.proto"},
	{"google.type.Money", "google/type/money.proto"},
	{"google.type.Month", "google/type/month.proto"},
	{"google.type.PhoneNumber", "google/type/phone_number.proto"},
	{"google.type.PostalAddress", "google/type/postal_address.proto"},
	{"google.type.Quaternion", "google/type/quaternion.proto"},
	{"google.type.TimeOfDay", "google/type/timeofday.proto"},
	{"confluent.Meta", "confluent/meta.proto"},
	{"confluent.type.Decimal", "confluent/type/decimal.proto"},
	{"confluent.type.Variant", "confluent/type/variant.proto"},
}

// wellKnown returns the type that Karapace takes name for if its file is
// imported. A well-known type may be named without its package.
func wellKnown(name string) (t wellKnownType, ok bool) {
	plain := strings.TrimPrefix(name, ".")
	simple := !strings.Contains(name, ".")
	for _, w := range wellKnownTypes {
		if w.full == plain {
			return w, true
		}
		if simple && strings.HasSuffix(w.full, name) && strings.HasSuffix(w.full[:len(w.full)-len(name)], ".") {
			t, ok = w, true
		}
	}
	return t, ok
}
