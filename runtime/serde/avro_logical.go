package serde

import (
	"bytes"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/format/avro"
)

const (
	secondsPerDay = 24 * 60 * 60
	// The dates that have text: years 1 to 9999, those of Karapace's language.
	firstDay  = -719162
	lastDay   = 2932896
	firstUnix = firstDay * secondsPerDay
	endUnix   = (lastDay + 1) * secondsPerDay
)

// appendTemporal appends the ISO 8601 text of a date or time in quotes, as
// Python's isoformat prints it: microseconds, always six digits, only if there
// are some. It reports false for a value that has no such text.
func appendTemporal(dst []byte, l avro.Logical, v int64) ([]byte, bool) {
	switch l {
	case avro.Date:
		if v < firstDay || v > lastDay {
			return dst, false
		}
		return appendTime(dst, time.Unix(v*secondsPerDay, 0), "2006-01-02", ""), true
	case avro.TimeMillis, avro.TimeMicros:
		if l == avro.TimeMillis {
			if v < 0 || v >= secondsPerDay*1e3 {
				return dst, false
			}
			v *= 1e3
		}
		if v < 0 || v >= secondsPerDay*1e6 {
			return dst, false
		}
		return appendTime(dst, time.UnixMicro(v), "15:04:05", ""), true
	default:
		t := time.UnixMicro(v)
		if l == avro.TimestampMillis {
			t = time.UnixMilli(v)
		}
		if t.Unix() < firstUnix || t.Unix() >= endUnix {
			return dst, false
		}
		return appendTime(dst, t, "2006-01-02T15:04:05", "+00:00"), true
	}
}

func appendTime(dst []byte, t time.Time, layout, zone string) []byte {
	t = t.UTC()
	dst = t.AppendFormat(append(dst, '"'), layout)
	if t.Nanosecond() != 0 {
		dst = t.AppendFormat(dst, ".000000")
	}
	return append(append(dst, zone...), '"')
}

// parseTemporal reads the text of a date or time. A timestamp without zone is
// in UTC. A text with more digits than the type holds is refused rather than
// cut. The reason is empty when the text is good.
func parseTemporal(l avro.Logical, text string) (v int64, reason string) {
	switch l {
	case avro.Date:
		t, err := time.Parse("2006-01-02", text)
		if err != nil {
			return 0, "the text is not a date like 2006-01-02"
		}
		return t.Unix() / secondsPerDay, "" // Midnight, so nothing is cut.
	case avro.TimeMillis, avro.TimeMicros:
		t, err := time.Parse("15:04:05", text)
		if err != nil {
			return 0, "the text is not a time like 15:04:05.000"
		}
		since := t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
		return units(int64(since/time.Second), t.Nanosecond(), l == avro.TimeMillis)
	default:
		t, err := time.Parse("2006-01-02T15:04:05Z07:00", text)
		if err != nil {
			t, err = time.Parse("2006-01-02T15:04:05", text)
		}
		if err != nil {
			return 0, "the text is not a timestamp like 2006-01-02T15:04:05.000Z"
		}
		return units(t.Unix(), t.Nanosecond(), l == avro.TimestampMillis)
	}
}

func units(seconds int64, nanoseconds int, millis bool) (int64, string) {
	perUnit, perSecond := 1_000, int64(1e6)
	if millis {
		perUnit, perSecond = 1_000_000, 1e3
	}
	if nanoseconds%perUnit != 0 {
		return 0, "the text has more digits of a second than the type holds"
	}
	return seconds*perSecond + int64(nanoseconds/perUnit), ""
}

// Numbers beyond these are shown as bytes and refused as text: no schema of a
// person needs them, and the conversion is more than linear.
const (
	maxDecimalBytes  = 4 << 10
	maxDecimalDigits = 10_000
)

// appendDecimal appends two's complement bytes with a scale as a quoted
// number, in the form of Python's Decimal: plain unless that would start with
// more than six zeros. It reports false for a number that is too long.
func appendDecimal(dst, b []byte, scale int) ([]byte, bool) {
	if len(b) > maxDecimalBytes {
		return dst, false
	}
	digits := fromTwosComplement(b)
	dst = append(dst, '"')
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		dst = append(dst, '-')
		digits = rest
	}
	adjusted := len(digits) - 1 - scale
	switch {
	case scale == 0:
		dst = append(dst, digits...)
	case adjusted >= 0:
		point := len(digits) - scale
		dst = append(dst, digits[:point]...)
		dst = append(append(dst, '.'), digits[point:]...)
	case adjusted >= -6:
		dst = append(dst, "0."...)
		dst = append(dst, strings.Repeat("0", -adjusted-1)...)
		dst = append(dst, digits...)
	default:
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(append(dst, '.'), digits[1:]...)
		}
		dst = strconv.AppendInt(append(dst, 'E'), int64(adjusted), 10)
	}
	return append(dst, '"'), true
}

func fromTwosComplement(b []byte) string {
	if len(b) <= 8 {
		var v int64
		if len(b) > 0 && b[0]&0x80 != 0 {
			v = -1
		}
		for _, c := range b {
			v = v<<8 | int64(c)
		}
		return strconv.FormatInt(v, 10)
	}
	v := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v.String()
}

// parseDecimal reads a number in digits for a decimal type. isDecimal is false
// for a text of another form, which may stand for bytes. The reason is empty
// when the number fits the type.
func parseDecimal(text []byte, t *avro.Type) (data []byte, isDecimal bool, reason string) {
	digits, exponent, ok := splitDecimal(text)
	if !ok {
		return nil, false, ""
	}
	digits = bytes.TrimLeft(digits, "0")
	shift := exponent + t.Scale // value = digits · 10^(shift-scale)
	for shift < 0 && len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
		shift++
	}
	switch {
	case len(digits) == 0:
		digits, shift = []byte("0"), 0
	case shift < 0:
		return nil, true, "the number has more than " + strconv.Itoa(t.Scale) + " digits after the point"
	case len(digits)+shift > t.Precision:
		return nil, true, "the number has more than " + strconv.Itoa(t.Precision) + " digits"
	}
	digits = append(slices.Clone(digits), strings.Repeat("0", shift)...)
	v, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return nil, false, ""
	}
	if text[0] == '-' {
		v.Neg(v)
	}
	return twosComplement(v, t), true, ""
}

// splitDecimal takes a number apart into its digits and the power of ten that
// they count.
func splitDecimal(text []byte) (digits []byte, exponent int, ok bool) {
	rest := text
	if len(rest) > 0 && (rest[0] == '-' || rest[0] == '+') {
		rest = rest[1:]
	}
	if len(rest) == 0 || len(rest) > maxDecimalDigits {
		return nil, 0, false
	}
	if e := bytes.IndexAny(rest, "eE"); e >= 0 {
		n, err := strconv.Atoi(string(rest[e+1:]))
		if err != nil || n > maxDecimalDigits || n < -maxDecimalDigits {
			return nil, 0, false
		}
		exponent, rest = n, rest[:e]
	}
	whole, fraction, _ := bytes.Cut(rest, []byte{'.'})
	digits = slices.Concat(whole, fraction)
	exponent -= len(fraction)
	if len(whole) == 0 || bytes.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return nil, 0, false
	}
	return digits, exponent, true
}

// twosComplement returns the shortest bytes for v, or for a fixed all of its
// bytes.
func twosComplement(v *big.Int, t *avro.Type) []byte {
	var b []byte
	switch {
	case v.Sign() >= 0:
		b = v.Bytes()
		if len(b) == 0 || b[0]&0x80 != 0 {
			b = append([]byte{0}, b...)
		}
	default:
		bits := uint(new(big.Int).Not(v).BitLen())/8*8 + 8
		b = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), bits)).Bytes()
	}
	if t.Kind != avro.Fixed || len(b) >= t.Size {
		return b
	}
	fill := byte(0)
	if v.Sign() < 0 {
		fill = 0xff
	}
	return append(bytes.Repeat([]byte{fill}, t.Size-len(b)), b...)
}
