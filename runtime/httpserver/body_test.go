package httpserver

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf16"
)

func gzipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBodyIsReadWithinItsBounds(t *testing.T) {
	t.Parallel()
	f := func(encoding, body string, chunked bool, want string, wantErr error) {
		t.Helper()
		var got []byte
		var err error
		handler := Chain{MaxBody: 100}.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, err = ReadBody(r, 0)
		}))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if chunked {
			r.ContentLength = -1
		}
		r.Header.Set("Content-Encoding", encoding)
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if !errors.Is(err, wantErr) || string(got) != want {
			t.Fatalf("%s body of %d bytes: %q, %v; want %q, %v", encoding, len(body), got, err, want, wantErr)
		}
	}

	f("", "{}", false, "{}", nil)
	f("identity", "{}", true, "{}", nil)
	f("gzip", gzipped(t, "{}"), false, "{}", nil)
	f("", strings.Repeat("x", 100), true, strings.Repeat("x", 100), nil)

	f("", strings.Repeat("x", 101), false, "", ErrBodyTooLarge)
	f("", strings.Repeat("x", 101), true, "", ErrBodyTooLarge)
	f("gzip", gzipped(t, strings.Repeat("x", 100_000)), true, "", ErrBodyTooLarge) // A small bomb.
	f("gzip", "not gzip", false, "", ErrBodyCorrupt)
	f("gzip", gzipped(t, "{}")[:15], false, "", ErrBodyCorrupt)
	f("br", "{}", false, "", ErrBodyEncoding)
	f("gzip, gzip", "{}", false, "", ErrBodyEncoding)
}

func TestReadBodyAgainstAnAnnouncedLength(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("0123456789"))
	if _, err := ReadBody(r, 9); !errors.Is(err, ErrBodyTooLarge) {
		t.Fatalf("a longer body is refused: %v", err)
	}
	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader("0123456789"))
	r.ContentLength = -1
	if _, err := ReadBody(r, 9); !errors.Is(err, ErrBodyTooLarge) {
		t.Fatalf("a longer body of unknown length is refused: %v", err)
	}
	if b, err := ReadBody(httptest.NewRequest(http.MethodGet, "/", nil), 9); err != nil || b != nil {
		t.Fatalf("no body: %q, %v", b, err)
	}
}

func TestJSONText(t *testing.T) {
	t.Parallel()
	const text = `{"schema":"\"stríng\" 𝄞"}`
	wide := func(order string, bits int, mark bool) []byte {
		var units []uint32
		if bits == 16 {
			for _, u := range utf16.Encode([]rune(text)) {
				units = append(units, uint32(u))
			}
		} else {
			for _, r := range text {
				units = append(units, uint32(r))
			}
		}
		if mark {
			units = append([]uint32{0xfeff}, units...)
		}
		var b []byte
		for _, u := range units {
			for i := range bits / 8 {
				shift := 8 * i
				if order == "big" {
					shift = bits - 8 - 8*i
				}
				b = append(b, byte(u>>shift))
			}
		}
		return b
	}
	f := func(b []byte) {
		t.Helper()
		got, err := JSONText(b)
		if err != nil || string(got) != text {
			t.Fatalf("JSONText(% x) = %q, %v", b, got, err)
		}
	}

	f([]byte(text))
	f([]byte("\ufeff" + text))
	for _, order := range []string{"big", "little"} {
		for _, bits := range []int{16, 32} {
			f(wide(order, bits, true))
			f(wide(order, bits, false))
		}
	}

	for _, broken := range []string{"\xff\xfe1", "\xfe\xff\xd8\x00", "\xfe\xff\xd8\x00\x00a", "{\"a\xff\"}", "\x00\x00\xfe\xff\x00", "\x00\x00\xfe\xff\x00\x00\xd8\x00"} {
		if got, err := JSONText([]byte(broken)); !errors.Is(err, ErrCharset) {
			t.Fatalf("JSONText(%q) = %q, %v", broken, got, err)
		}
	}
}

func FuzzJSONText(f *testing.F) {
	f.Add([]byte(`{"a":1}`))
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Add([]byte("\x00\x00\x00{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := JSONText(b); err == nil && !bytes.Equal(got, bytes.ToValidUTF8(got, nil)) {
			t.Fatalf("%q is not UTF-8", got)
		}
	})
}
