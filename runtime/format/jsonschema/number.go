package jsonschema

import (
	"bytes"
	"cmp"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// decimal is a number without loss: 0.digits times ten to the power of
// magnitude. The digits have no zeros at their ends; none are 0. Unlike a
// binary number its size is that of the text, whatever the exponent.
type decimal struct {
	negative  bool
	digits    []byte
	magnitude int
}

// farthest is beyond every exponent of a number that anybody compares.
const farthest = 1 << 40

// decimalOf reads a number; what is too small for a double is 0, as for
// Python. The digits may share the memory of the text.
func decimalOf(v jsonx.Value) decimal {
	if v.Type() == jsonx.Float {
		if f, _ := v.Float64(); f == 0 {
			return decimal{}
		}
	}
	return readDecimal(v.Raw())
}

func readDecimal(raw []byte) decimal {
	d := decimal{negative: raw[0] == '-'}
	mantissa, exponent := bytes.TrimPrefix(raw, []byte("-")), ""
	if i := bytes.IndexAny(mantissa, "eE"); i >= 0 {
		mantissa, exponent = mantissa[:i], string(mantissa[i+1:])
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	d.digits = whole
	if len(fraction) > 0 {
		d.digits = slices.Concat(whole, fraction)
	}
	zeros := len(d.digits)
	d.digits = bytes.TrimLeft(d.digits, "0")
	zeros -= len(d.digits)
	d.digits = bytes.TrimRight(d.digits, "0")
	if len(d.digits) == 0 {
		return decimal{}
	}
	power, _ := strconv.Atoi(exponent) // An exponent beyond an int is the farthest one.
	d.magnitude = min(max(power, -farthest), farthest) + len(whole) - zeros
	return d
}

// power is that of ten by which the digits, read as an integer, are multiplied.
func (d decimal) power() int { return d.magnitude - len(d.digits) }

func (d decimal) isZero() bool { return len(d.digits) == 0 }

func (d decimal) isWhole() bool { return d.isZero() || d.power() >= 0 }

// int64 returns the number if it is an integer of 64 bits.
func (d decimal) int64() (int64, bool) {
	switch {
	case d.isZero():
		return 0, true
	case !d.isWhole() || d.magnitude > 19:
		return 0, false
	}
	sign := "+"
	if d.negative {
		sign = "-"
	}
	n, err := strconv.ParseInt(sign+string(d.digits)+strings.Repeat("0", d.magnitude-len(d.digits)), 10, 64)
	return n, err == nil
}

// sign is -1, 0 or 1.
func (d decimal) sign() int {
	switch {
	case d.isZero():
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// compare returns -1, 0 or 1 as d is below, at or above e.
func (d decimal) compare(e decimal) int {
	if s := d.sign(); s != e.sign() {
		return cmp.Compare(s, e.sign())
	}
	// Digits without zeros at their ends compare like texts.
	size := cmp.Or(cmp.Compare(d.magnitude, e.magnitude), bytes.Compare(d.digits, e.digits))
	if d.negative {
		return -size
	}
	return size
}

// divides reports whether e is a multiple of d; nothing is one of 0 but 0.
func (d decimal) divides(e decimal) bool {
	if d.isZero() || e.isZero() {
		return e.isZero() && !d.isZero()
	}
	// e/d = (digits of e / digits of d) * 10^power. The last digit of e is no
	// zero, so its digits have no factor 10 for a negative power.
	power := e.power() - d.power()
	if power < 0 {
		return false
	}
	if factor, ok := d.small(); ok {
		if n, ok := e.small(); ok {
			return multiplied(n%factor, power, factor) == 0
		}
	}
	factor, n := d.integer(), e.integer()
	n.Mod(n, factor)
	if power > 0 {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(power)), factor))
	}
	return n.Mod(n, factor).Sign() == 0
}

// small is the digits as an integer that fits a register.
func (d decimal) small() (uint64, bool) {
	if len(d.digits) > 19 {
		return 0, false
	}
	n := uint64(0)
	for _, c := range d.digits {
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

// multiplied is n, below modulus, times ten to a power, modulo modulus.
func multiplied(n uint64, power int, modulus uint64) uint64 {
	times := func(a, b uint64) uint64 {
		high, low := bits.Mul64(a, b)
		return bits.Rem64(high, low, modulus)
	}
	for square := 10 % modulus; power > 0; power >>= 1 {
		if power&1 == 1 {
			n = times(n, square)
		}
		square = times(square, square)
	}
	return n
}

// integer is the digits as an integer.
func (d decimal) integer() *big.Int {
	n, _ := new(big.Int).SetString(string(d.digits), 10)
	return n
}

// appendKey prints the number so that equal ones are printed alike.
func (d decimal) appendKey(dst []byte) []byte {
	if d.isZero() {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(dst, d.digits...)
	if d.power() == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, 'e'), int64(d.power()), 10)
}

// number is a limit with its text. A nil number is no limit.
type number struct {
	decimal
	text string
	// whole is the number if it is an integer of 64 bits.
	whole   int64
	isInt64 bool
}

// numberOf reads a limit, nil if it is none: no number, or none that a double
// is near to.
func numberOf(v jsonx.Value) *number {
	if _, ok := v.Float64(); !ok {
		return nil
	}
	n := &number{decimal: decimalOf(v), text: string(v.Raw())}
	n.whole, n.isInt64 = n.int64()
	return n
}

// compare returns -1, 0 or 1 as one limit is below, at or above another.
func (l *number) compare(other *number) int {
	if l.isInt64 && other.isInt64 {
		return cmp.Compare(l.whole, other.whole)
	}
	return l.decimal.compare(other.decimal)
}

// compareTo returns -1, 0 or 1 as the value is below, at or above the limit.
func (l *number) compareTo(v jsonx.Value) int {
	if n, ok := v.Int64(); ok && l.isInt64 {
		return cmp.Compare(n, l.whole)
	}
	if _, ok := v.Float64(); !ok {
		return 0 // Not met: the validator refuses such numbers.
	}
	return decimalOf(v).compare(l.decimal)
}

// compareInt does the same for a count.
func (l *number) compareInt(n int) int {
	if l.isInt64 {
		return cmp.Compare(int64(n), l.whole)
	}
	return readDecimal(strconv.AppendInt(nil, int64(n), 10)).compare(l.decimal)
}

// above and below report whether a count is beyond a limit of which there may
// be none.
func (l *number) above(n int) bool { return l != nil && l.compareInt(n) > 0 }
func (l *number) below(n int) bool { return l != nil && l.compareInt(n) < 0 }

// dividesValue reports whether the value is a multiple. Every number is one of
// 0: registries take that keyword for none.
func (l *number) dividesValue(v jsonx.Value) bool {
	if n, ok := v.Int64(); ok && l.isInt64 && l.whole > 0 {
		return n%l.whole == 0
	}
	if _, ok := v.Float64(); !ok || l.isZero() {
		return true
	}
	return l.divides(decimalOf(v))
}

// isWhole reports whether a value is an integer, however it is written.
func isWhole(v jsonx.Value) bool {
	_, ok := v.Float64()
	return ok && decimalOf(v).isWhole()
}
