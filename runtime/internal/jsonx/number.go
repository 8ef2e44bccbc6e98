package jsonx

import (
	"math"
	"strconv"
)

// number checks a number token against RFC 8259: no leading zeros, no bare
// sign or point.
func (p *parser) number() error {
	start, kind := p.pos, Int
	if p.src[p.pos] == '-' {
		p.pos++
	}
	switch {
	case p.pos < len(p.src) && p.src[p.pos] == '0':
		p.pos++
	case !p.digits():
		return p.fail("a digit is missing in a number")
	}
	if p.pos < len(p.src) && p.src[p.pos] == '.' {
		kind = Float
		p.pos++
		if !p.digits() {
			return p.fail("a digit is missing after the decimal point")
		}
	}
	if p.pos < len(p.src) && (p.src[p.pos] == 'e' || p.src[p.pos] == 'E') {
		kind = Float
		p.pos++
		if p.pos < len(p.src) && (p.src[p.pos] == '+' || p.src[p.pos] == '-') {
			p.pos++
		}
		if !p.digits() {
			return p.fail("a digit is missing in the exponent of a number")
		}
	}
	return p.leaf(kind, 0, start)
}

func (p *parser) digits() bool {
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}

// AppendFloat appends f as Karapace prints doubles: the shortest digits that
// read back as f, always with a point or an exponent, plain from 1e-5 up to
// below 1e16, otherwise with an exponent without plus sign and padding. JSON
// has no form for NaN and the infinities; they become null.
func AppendFloat(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return append(dst, "null"...)
	case abs == 0 || abs >= 1e-5 && abs < 1e16:
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		for _, c := range dst[start:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, ".0"...)
	default:
		return appendScientific(dst, f)
	}
}

// appendScientific turns Go's 1e+06 and 1e-07 into 1e6 and 1e-7.
func appendScientific(dst []byte, f float64) []byte {
	var scratch [32]byte
	text := strconv.AppendFloat(scratch[:0], f, 'e', -1, 64)
	for i, c := range text {
		if c != 'e' {
			continue
		}
		dst = append(dst, text[:i+1]...)
		if text[i+1] == '-' {
			dst = append(dst, '-')
		}
		exponent := text[i+2:]
		for len(exponent) > 1 && exponent[0] == '0' {
			exponent = exponent[1:]
		}
		return append(dst, exponent...)
	}
	return append(dst, text...)
}

// appendNumber prints a number token canonically: integers of 64 bits as they
// are, everything else as a double. It reports false for a number that no
// finite double holds.
func appendNumber(dst, token []byte, kind Type) ([]byte, bool) {
	if kind == Int {
		if string(token) == "-0" {
			return append(dst, '0'), true
		}
		if fitsInteger(token) {
			return append(dst, token...), true
		}
	}
	f, err := strconv.ParseFloat(string(token), 64)
	if err != nil {
		return dst, false
	}
	return AppendFloat(dst, f), true
}

// fitsInteger reports whether an integer token lies in -2^63 … 2^64-1.
func fitsInteger(token []byte) bool {
	if len(token) < 19 {
		return true
	}
	if token[0] == '-' {
		_, err := strconv.ParseInt(string(token), 10, 64)
		return err == nil
	}
	_, err := strconv.ParseUint(string(token), 10, 64)
	return err == nil
}
