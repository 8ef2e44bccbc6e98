package jsonschema

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDecimals compares with math/big: order, multiples, integers and keys.
func TestDecimals(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		digits := func(most int) string {
			var b strings.Builder
			for range 1 + random.IntN(most) {
				b.WriteByte("0001259"[random.IntN(7)])
			}
			return b.String()
		}
		whole := strings.TrimLeft(digits(22), "0")
		if whole == "" {
			whole = "0"
		}
		if random.IntN(3) == 0 {
			whole = "-" + whole
		}
		if random.IntN(2) == 0 {
			whole += "." + digits(5)
		}
		if random.IntN(2) == 0 {
			whole += fmt.Sprintf("%c%+d", "eE"[random.IntN(2)], random.IntN(30)-15)
		}
		return whole
	}
	rat := func(text string) *big.Rat {
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		return r
	}
	multiples := 0
	for range 20_000 {
		a, b := text(), text()
		if random.IntN(4) == 0 { // Related numbers, or nothing would be a multiple.
			b = new(big.Rat).Mul(rat(a), big.NewRat(int64(random.IntN(40)), 4)).FloatString(60)
		}
		d, e := readDecimal([]byte(a)), readDecimal([]byte(b))
		if got, want := d.compare(e), rat(a).Cmp(rat(b)); got != want {
			t.Fatalf("compare(%s, %s) = %d, want %d", a, b, got, want)
		}
		if got, want := string(d.appendKey(nil)) == string(e.appendKey(nil)), rat(a).Cmp(rat(b)) == 0; got != want {
			t.Fatalf("keys of %s and %s: equal is %t", a, b, got)
		}
		if got, want := d.isWhole(), rat(a).IsInt(); got != want {
			t.Fatalf("isWhole(%s) = %t", a, got)
		}
		n, ok := d.int64()
		if want := rat(a).IsInt() && rat(a).Num().IsInt64(); ok != want || ok && n != rat(a).Num().Int64() {
			t.Fatalf("int64(%s) = %d, %t", a, n, ok)
		}
		want := rat(a).Sign() != 0 && new(big.Rat).Quo(rat(b), rat(a)).IsInt()
		if got := d.divides(e); got != want {
			t.Fatalf("divides(%s, %s) = %t", a, b, got)
		}
		if want {
			multiples++
		}
	}
	if multiples < 1000 {
		t.Fatalf("only %d multiples were seen", multiples)
	}
}

// TestFarNumbers: an exponent of any length is read, and costs nothing.
func TestFarNumbers(t *testing.T) {
	t.Parallel()
	const far = "1e99999999999999999999"
	large, small := readDecimal([]byte(far)), readDecimal([]byte("1e-99999999999999999999"))
	if large.compare(readDecimal([]byte("9e308"))) <= 0 || small.compare(readDecimal([]byte("1e-400"))) >= 0 || small.sign() != 1 {
		t.Fatalf("%+v, %+v", large, small)
	}
	if large.divides(readDecimal([]byte("3"))) || !readDecimal([]byte("3e5")).divides(readDecimal([]byte("6e99999999"))) {
		t.Fatal("multiples of far numbers are wrong")
	}
}
