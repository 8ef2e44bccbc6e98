package protobuf

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/apipb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/sourcecontextpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/typepb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// runtimeFile returns the descriptor of a file below google/protobuf/, which
// the Protobuf runtime brings along, or nil.
func runtimeFile(path string) protoreflect.FileDescriptor {
	switch path {
	case "google/protobuf/any.proto":
		return anypb.File_google_protobuf_any_proto
	case "google/protobuf/api.proto":
		return apipb.File_google_protobuf_api_proto
	case "google/protobuf/descriptor.proto":
		return descriptorpb.File_google_protobuf_descriptor_proto
	case "google/protobuf/duration.proto":
		return durationpb.File_google_protobuf_duration_proto
	case "google/protobuf/empty.proto":
		return emptypb.File_google_protobuf_empty_proto
	case "google/protobuf/field_mask.proto":
		return fieldmaskpb.File_google_protobuf_field_mask_proto
	case "google/protobuf/source_context.proto":
		return sourcecontextpb.File_google_protobuf_source_context_proto
	case "google/protobuf/struct.proto":
		return structpb.File_google_protobuf_struct_proto
	case "google/protobuf/timestamp.proto":
		return timestamppb.File_google_protobuf_timestamp_proto
	case "google/protobuf/type.proto":
		return typepb.File_google_protobuf_type_proto
	case "google/protobuf/wrappers.proto":
		return wrapperspb.File_google_protobuf_wrappers_proto
	default:
		return nil
	}
}

// libraryText returns the text of a well-known file that the runtime does not
// bring along: names, numbers and types as published, nothing else.
func libraryText(path string) (string, bool) {
	text, ok := libraryFiles[path]
	return `syntax = "proto3"; ` + text, ok
}

var libraryFiles = map[string]string{
	"google/type/calendar_period.proto": `package google.type; enum CalendarPeriod {
		CALENDAR_PERIOD_UNSPECIFIED = 0; DAY = 1; WEEK = 2; FORTNIGHT = 3; MONTH = 4; QUARTER = 5; HALF = 6; YEAR = 7; }`,
	"google/type/color.proto": `package google.type; import "google/protobuf/wrappers.proto"; message Color {
		float red = 1; float green = 2; float blue = 3; google.protobuf.FloatValue alpha = 4; }`,
	"google/type/date.proto": `package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }`,
	"google/type/datetime.proto": `package google.type; import "google/protobuf/duration.proto"; message DateTime {
		int32 year = 1; int32 month = 2; int32 day = 3; int32 hours = 4; int32 minutes = 5; int32 seconds = 6; int32 nanos = 7;
		oneof time_offset { google.protobuf.Duration utc_offset = 8; TimeZone time_zone = 9; } }
		message TimeZone { string id = 1; string version = 2; }`,
	"google/type/dayofweek.proto": `package google.type; enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED = 0;
		MONDAY = 1; TUESDAY = 2; WEDNESDAY = 3; THURSDAY = 4; FRIDAY = 5; SATURDAY = 6; SUNDAY = 7; }`,
	"google/type/decimal.proto": `package google.type; message Decimal { string value = 1; }`,
	"google/type/expr.proto": `package google.type; message Expr {
		string expression = 1; string title = 2; string description = 3; string location = 4; }`,
	"google/type/fraction.proto": `package google.type; message Fraction { int64 numerator = 1; int64 denominator = 2; }`,
	"google/type/interval.proto": `package google.type; import "google/protobuf/timestamp.proto"; message Interval {
		google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; }`,
	"google/type/latlng.proto":         `package google.type; message LatLng { double latitude = 1; double longitude = 2; }`,
	"google/type/localized_text.proto": `package google.type; message LocalizedText { string text = 1; string language_code = 2; }`,
	"google/type/money.proto":          `package google.type; message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }`,
	"google/type/month.proto": `package google.type; enum Month { MONTH_UNSPECIFIED = 0; JANUARY = 1; FEBRUARY = 2; MARCH = 3;
		APRIL = 4; MAY = 5; JUNE = 6; JULY = 7; AUGUST = 8; SEPTEMBER = 9; OCTOBER = 10; NOVEMBER = 11; DECEMBER = 12; }`,
	"google/type/phone_number.proto": `package google.type; message PhoneNumber {
		message ShortCode { string region_code = 1; string number = 2; }
		oneof kind { string e164_number = 1; ShortCode short_code = 2; } string extension = 3; }`,
	"google/type/postal_address.proto": `package google.type; message PostalAddress { int32 revision = 1; string region_code = 2;
		string language_code = 3; string postal_code = 4; string sorting_code = 5; string administrative_area = 6;
		string locality = 7; string sublocality = 8; repeated string address_lines = 9; repeated string recipients = 10;
		string organization = 11; }`,
	"google/type/quaternion.proto": `package google.type; message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; }`,
	"google/type/timeofday.proto":  `package google.type; message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }`,
	"confluent/meta.proto": `package confluent; import "google/protobuf/descriptor.proto";
		message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; repeated Rule rules = 4; }
		message Rule { string name = 1; string doc = 2; string expr = 3; string sql = 4; }
		extend google.protobuf.FileOptions { Meta file_meta = 1088; }
		extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
		extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
		extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
		extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
	"confluent/type/decimal.proto": `package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
	"confluent/type/variant.proto": `package confluent.type; message Variant { bytes metadata = 1; bytes value = 2; }`,
}
