package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestUI shares one browser and one registry among its parts.
func TestUI(t *testing.T) {
	browser := launch(t)
	s := start(t, "")
	seed(t, s)
	page := s.url + "/ui/"
	part := func(name string, f func(*testing.T, context.Context, *server, string)) {
		t.Run(name, func(t *testing.T) { f(t, browser, s, page) })
	}
	part("search narrows the list", testSearch)
	part("the keyboard is enough", testKeyboard)
	part("versions", testVersions)
	part("all types", testTypes)
	part("differences", testDiff)
	part("references lead both ways", testReferences)
	part("deleted on request", testDeleted)
	part("levels and their source", testLevels)
	part("contexts", testContexts)
	part("hostile names", testHostile)
	part("copy", testCopy)
	part("addresses that lead nowhere", testNowhere)
	part("behind a prefix", testPrefix)
	part("line by line", testLines)
	part("text of schemas", testPretty)
	part("appearance", testAppearance)
}

func testSearch(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	all := many + referrers + len(names) + 5 // Money, orders twice, address, shipment
	if slices.Contains((&server{t: t, url: strings.TrimSuffix(page, "/ui/")}).types(), "JSON") {
		all++
	}
	total := fmt.Sprintf("%d,%03d subjects", all/1000, all%1000)
	p.until(fmt.Sprintf(`document.getElementById("count").innerText === %q`, total))
	if rows := eval[int](p, `document.querySelectorAll("#row-list li").length`); rows == 0 || rows > 60 {
		t.Fatalf("%d rows for %s", rows, total)
	}
	p.search("ORDERS")
	p.wantText("#count", "2 of "+total)
	p.search("load 29 value")
	p.wantText("#count", fmt.Sprintf("%d of %s", containing("load-%04d-value", "29"), total))
	p.search("load-2999")
	p.wantText("#count", "1 of "+total)
	p.wantText("#row-list", "load-2999-value")
	p.search("no such thing")
	p.wantText("#count", "None of "+total)

	// The last row can be scrolled to, and its place is told.
	p.search("load")
	p.wantText("#count", "3,000 of")
	p.do(`document.getElementById("rows").scrollTop = 1e9`)
	p.wantText("#row-list", "load-2999-value")
	p.until(`document.querySelector('[aria-posinset="3000"][aria-setsize="3000"]')`)

	// The address keeps the search, for others to see the same.
	shared := eval[string](p, `location.href`)
	other := open(t, browser, shared)
	other.wantText("#count", "3,000 of")
	// A number finds the schema with that id.
	p.search("1\r")
	p.wantText("h1", "Schema id 1")
	p.wantText("#holders", "money-value version 1")
}

// containing counts the numbered names of the seed that have a part.
func containing(format, part string) (n int) {
	for i := range many {
		if strings.Contains(fmt.Sprintf(format, i), part) {
			n++
		}
	}
	return n
}

func testKeyboard(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	p.wantText("#count", "3,0")
	p.until(`!document.getElementById("count").innerText.includes("Loading")`)
	p.shortcut("/", "Slash")
	p.until(`document.activeElement.id === "search"`)
	p.press("load-00")
	p.wantText("#count", "100 of")
	p.press(kb.ArrowDown)
	p.press(kb.ArrowDown)
	p.until(`document.activeElement.innerText === "load-0001-value"`)
	p.press(kb.End)
	p.until(`document.activeElement.innerText === "load-0099-value"`)
	p.press(kb.PageUp + kb.Home + kb.ArrowUp)
	p.until(`document.activeElement.id === "search"`)
	p.press("\r")
	p.until(`document.activeElement.innerText === "load-0000-value"`)
	p.press("\r")
	p.until(`document.activeElement.tagName === "H1" && document.activeElement.innerText.includes("load-0000-value")`)
	p.until(`document.title === "load-0000-value · Schema registry"`)
	p.until(`document.querySelector("#row-list [aria-current=page]").innerText === "load-0000-value"`)

	// Everything that can be used has a name.
	nameless := eval[[]string](p, `[...document.querySelectorAll("input, select, button, a, img")].filter((e) =>
		!(e.labels && e.labels.length) && !e.innerText.trim() && !e.getAttribute("aria-label") && e.getAttribute("alt") === null).map((e) => e.outerHTML)`)
	if len(nameless) > 0 {
		t.Fatalf("without a label: %v", nameless)
	}
}

func testVersions(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page+"#/subjects/orders-value")
	p.wantText("h1", "orders-value")
	p.wantText("#schema", `"name": "total"`)
	p.wantText("#schema", `"cents": 12345678901234567`) // A digit lost is another schema.
	p.choose("#version", "2")
	p.wantText("#schema", `"name": "note"`)
	p.until(`location.hash === "#/subjects/orders-value/versions/2"`)
	p.until(`document.getElementById("version").value === "2" && !document.getElementById("schema").innerText.includes("total")`)
	p.do(`history.back()`)
	p.wantText("#schema", `"name": "total"`)
	if options := eval[int](p, `document.getElementById("version").options.length`); options != 2 {
		t.Fatalf("%d versions are offered; the deleted one is hidden", options)
	}
	guid := eval[string](p, `[...document.querySelectorAll(".facts code")].map((e) => e.innerText).join()`)
	if len(guid) != 36 {
		t.Fatalf("guid %q", guid)
	}
}

func testTypes(t *testing.T, browser context.Context, s *server, page string) {
	p := open(t, browser, page+"#/subjects/shipment-value")
	p.wantText("h1", "PROTOBUF")
	if text := p.text("#schema"); !strings.Contains(text, "message Shipment {\n  ") || !strings.Contains(text, "Address to = 1;") {
		t.Fatalf("Protobuf is shown as it is: %s", text)
	}
	if slices.Contains(s.types(), "JSON") {
		p.do(`location.hash = "#/subjects/customer-value"`)
		p.wantText("h1", "JSON")
		p.wantText("#schema", "\n  \"properties\": {\n    \"name\": {\n")
	}
}

func testDiff(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page+"#/subjects/orders-value")
	p.wantText("#version", "3")
	p.click("#show-diff")
	p.until(`location.hash === "#/subjects/orders-value/diff/2/3"`)
	p.wantText("#diff-summary", "added")
	added := eval[string](p, `[...document.querySelectorAll("#diff .added .text")].map((e) => e.innerText.trim()).join("\n")`)
	removed := eval[string](p, `[...document.querySelectorAll("#diff .removed .text")].map((e) => e.innerText.trim()).join("\n")`)
	if !strings.Contains(added, `"name": "total"`) || !strings.Contains(removed, `"name": "note"`) || strings.Contains(added+removed, `"name": "id"`) {
		t.Fatalf("added\n%s\nremoved\n%s", added, removed)
	}
	if sign := p.text("#diff .added .sign"); sign != "+" {
		t.Fatalf("not by colour alone: %q", sign)
	}
	p.click("#swap")
	p.until(`location.hash === "#/subjects/orders-value/diff/3/2"`)
	p.until(`[...document.querySelectorAll("#diff .added .text")].some((e) => e.innerText.includes("note"))`)
	p.choose("#to", "3")
	p.wantText("#diff-summary", "Both versions have the same text.")
}

func testReferences(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page+"#/subjects/orders-value")
	p.wantText("#refers-to", "shop.Money is money-value version 1")
	p.click("#refers-to a")
	p.wantText("h1", "money-value")
	p.until(`document.querySelectorAll("#referred-by li").length === 20`)
	p.do(`[...document.querySelectorAll("button")].find((b) => b.innerText.startsWith("Show more")).click()`)
	p.until(fmt.Sprintf(`document.querySelectorAll("#referred-by li").length === %d`, referrers+1))
	p.do(`[...document.querySelectorAll("#referred-by a")].find((a) => a.innerText.includes("orders-value")).click()`)
	p.wantText("h1", "orders-value")
	p.until(`location.hash === "#/subjects/orders-value/versions/3"`)

	p.do(`location.hash = "#/subjects/address-value"`)
	p.wantText("#referred-by", "shipment-value version 1")
}

func testDeleted(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page+"#/subjects/gone-value")
	p.wantText("main", "The subject gone-value is deleted.")
	p.search("gone")
	p.wantText("#count", "None of")
	p.click("#deleted")
	p.wantText("#count", "1 of")
	p.wantText("#row-list .deleted", "deleted")
	p.wantText("h1 .deleted", "deleted")
	p.wantText("#schema", `"string"`)
	p.until(`location.hash === "#/subjects/gone-value?q=gone&deleted=1"`)

	p.do(`location.hash = "#/subjects/orders-value?deleted=1"`)
	p.wantText("h1", "orders-value")
	p.wantText("#version", "1 (deleted)")
	p.choose("#version", "1")
	p.wantText("h1 .deleted", "deleted")
	p.click("#deleted")
	p.wantText("main", "Version 1 of orders-value does not exist or is deleted.")
}

func testLevels(t *testing.T, browser context.Context, _ *server, page string) {
	p := newTab(t, browser)
	f := func(subject, level, origin string) {
		t.Helper()
		p.visit(page + "#/subjects/" + url.PathEscape(subject))
		p.wantText("h1", strings.TrimPrefix(subject, ":.eu:"))
		p.until(fmt.Sprintf(`document.querySelector(".facts").innerText.includes(%q)`, level+" ("+origin+")"))
		p.wantText(".facts", "READWRITE")
	}

	f("orders-value", "FULL", "set for this subject")
	f(":.eu:orders-value", "NONE", "set for the context .eu")
	f("money-value", "BACKWARD", "the server's default")
	f("short", "FULL", "set for this subject") // Of the subject that the alias means.
	p.wantText(".note", "This name stands for the subject orders-value version 3.")
	p.visit(page)
	p.wantText(".facts", "BACKWARD (the server's default)")
	p.wantText(".facts", "PROTOBUF")
}

func testContexts(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	p.until(`document.getElementById("context").options.length === 3`)
	p.choose("#context", ".eu")
	p.wantText("#count", "1 of")
	p.wantText("#row-list", ".eu")
	p.click("#row-list a")
	p.wantText("h1", "orders-value")
	p.wantText(".facts", ".eu")
	p.until(`location.hash === "#/subjects/%3A.eu%3Aorders-value?context=.eu"`)
	p.click("#schema-id")
	p.wantText("h1", "in the context .eu")
	p.wantText("#holders", "version 1")
	p.click("#holders a")
	p.wantText("h1", "orders-value")
}

func testHostile(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	p.until(`!document.getElementById("count").innerText.includes("Loading")`)
	for _, name := range names {
		p.do(fmt.Sprintf(`location.hash = "#/subjects/" + encodeURIComponent(%q)`, name))
		p.until(fmt.Sprintf(`document.querySelector("h1 .name").innerText === %q`, name))
		p.wantText("#schema", "</code></pre><script>alert(2)</script><img src=x onerror=alert(3)>")
		p.until(fmt.Sprintf(`document.querySelector("#row-list [aria-current=page]").title === %q`, name))
	}
	if strange := eval[int](p, `document.querySelectorAll("main img, main script, nav img, nav script").length`); strange != 0 {
		t.Fatalf("%d elements came out of data", strange)
	}
	// The policy stands, whatever the page does.
	if refused := eval[bool](p, `(() => { try { document.body.innerHTML = "x"; return false; } catch { return true; } })()`); !refused {
		t.Fatal("the browser turns text into markup")
	}
	p.expect("TrustedHTML")
}

func testCopy(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page+"#/subjects/money-value")
	p.wantText("#schema", "cents")
	// What the buttons give to the clipboard, with it and without.
	p.do(`window.copied = []; document.addEventListener("copy", () => copied.push(document.getSelection().toString() || document.activeElement.value));
		Object.defineProperty(navigator, "clipboard", {value: undefined, configurable: true})`)
	p.click("section[aria-label=Schema] button:nth-of-type(1)")
	p.click("section[aria-label=Schema] button:nth-of-type(2)")
	p.until(`copied.length === 2`)
	copied := eval[[]string](p, `copied`)
	if !strings.Contains(copied[0], "\n  \"fields\": [\n") || strings.Contains(copied[1], "\n") {
		t.Fatalf("%q", copied)
	}
	p.wantText("#announce", "Copied")
	p.do(`Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => copied.push("clipboard " + text)}})`)
	p.click("section[aria-label=Schema] button:nth-of-type(1)")
	p.until(`copied.length === 3 && copied[2].startsWith("clipboard {")`)
}

func testNowhere(t *testing.T, browser context.Context, _ *server, page string) {
	p := newTab(t, browser)
	p.expect("404 (Not Found)")
	f := func(hash, says string) {
		t.Helper()
		p.visit(page + hash)
		p.wantText("main", says)
	}

	f("#/nothing", "This address leads nowhere.")
	f("#/subjects/%", "This address leads nowhere.")
	f("#/subjects/orders-value/versions/0", "This address leads nowhere.")
	f("#/subjects/orders-value/versions/99", "Version 99 of orders-value does not exist")
	f("#/subjects/nobody", "There is no such thing here, or you may not see it.")
	f("#/ids/99999", "There is no such thing here")
}

// testPrefix puts a proxy in front that adds a prefix, has ten thousand
// subjects and asks for a token, which takes no browser's dialog.
func testPrefix(t *testing.T, browser context.Context, s *server, _ string) {
	behind, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	const subjects = 10_000
	proxy := httputil.NewSingleHostReverseProxy(behind)
	mux := http.NewServeMux()
	mux.Handle("/team/registry/ui/", http.StripPrefix("/team/registry", proxy))
	mux.Handle("/team/registry/ui", http.StripPrefix("/team/registry", proxy))
	mux.HandleFunc("/team/registry/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer right" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="test"`)
			http.Error(w, `{"error_code":401,"message":"Unauthorized"}`, http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/team/registry/subjects" {
			writeSubjects(w, r.URL.Query(), subjects)
			return
		}
		http.StripPrefix("/team/registry", proxy).ServeHTTP(w, r)
	})
	front := httptest.NewServer(mux)
	defer front.Close()

	p := open(t, browser, front.URL+"/team/registry/ui#/subjects/money-value")
	p.expect("401 (Unauthorized)")
	p.wantText("main", "The registry asks for an access token.")
	p.run(chromedp.SendKeys(chromedp.CSS("#token"), "wrong\r"))
	p.wantText("main", "The registry did not accept this token.")
	p.run(chromedp.SendKeys(chromedp.CSS("#token"), "right\r"))
	p.wantText("#schema", "cents")
	p.wantText("#count", "10,000 subjects")
	if path := eval[string](p, `location.pathname`); path != "/team/registry/ui/" {
		t.Fatal(path)
	}
	// Each letter is drawn within a frame or two, also on a slow machine.
	took := eval[float64](p, `(() => {
		const field = document.getElementById("search");
		const times = ["s", "su", "sub", "subj", "subject-9", "subject-99", "subject-9", "s", ""].map((text) => {
			field.value = text;
			const before = performance.now();
			field.dispatchEvent(new Event("input"));
			document.getElementById("rows").getBoundingClientRect();
			return performance.now() - before;
		});
		return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
	})()`)
	rows := eval[int](p, `document.querySelectorAll("#row-list li").length`)
	t.Logf("a letter in the search field among %d subjects: %.1f ms (median), %d rows are elements", subjects, took, rows)
	if took > 100 || rows > 60 {
		t.Fatal("too slow")
	}
}

func writeSubjects(w http.ResponseWriter, q url.Values, n int) {
	offset, _ := strconv.Atoi(q.Get("offset"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	part := []string{}
	for i := offset; i < min(n, offset+limit); i++ {
		part = append(part, fmt.Sprintf("subject-%05d", i))
	}
	_ = json.NewEncoder(w).Encode(part)
}

// testLines holds the comparison against what must be true of any: the rows
// without the added ones are the old text, those without the removed ones the
// new text, and no matching of a small text could keep more lines.
func testLines(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	failed := eval[[]string](p, `(async () => {
		const { compareLines, hunks } = await import(new URL("lines.js", location.href));
		const failed = [];
		const check = (a, b, exact = true) => {
			const got = compareLines(a, b);
			const side = (left) => got.rows.filter((r) => r.kind !== left).map((r) => r.text).join("\n");
			const numbers = (key) => got.rows.filter((r) => r[key] !== null).every((r, at) => r[key] === at + 1);
			const regrouped = hunks(got.rows).flatMap((g) => g.shown || g.folded);
			if (side("added") !== a || side("removed") !== b || !numbers("before") || !numbers("after") || got.exact !== exact
				|| regrouped.length !== got.rows.length || hunks(got.rows).some((g) => (g.folded || []).some((r) => r.kind !== "same"))) {
				failed.push(JSON.stringify([a.slice(0, 80), b.slice(0, 80)]));
			}
			return got.rows.filter((r) => r.kind === "same").length;
		};
		const longest = (a, b) => !a.length || !b.length ? 0
			: a[0] === b[0] ? 1 + longest(a.slice(1), b.slice(1)) : Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
		let state = 7;
		const random = (n) => (state = (state * 48271) % 2147483647) % n;
		const lines = () => Array.from({ length: 1 + random(6) }, () => "abc"[random(3)]);
		for (let i = 0; i < 500; i++) {
			const a = lines(), b = lines();
			const same = check(a.join("\n"), b.join("\n"));
			if (same !== longest(a, b)) failed.push("not the longest: " + a + " | " + b);
		}
		check("", "a"); check("a", ""); check("", ""); check("a\n", "a");
		const long = (c) => Array.from({ length: 3000 }, (_, i) => c + i).join("\n");
		const before = performance.now();
		check(long("x"), long("y"), false);
		check("top\n" + long("x") + "\nend", "top\n" + long("x") + "\nmore\nend");
		if (performance.now() - before > 2000) failed.push("slow");
		return failed;
	})()`)
	if len(failed) > 0 {
		t.Fatalf("%v", failed)
	}
}

func testPretty(t *testing.T, browser context.Context, _ *server, page string) {
	p := open(t, browser, page)
	f := func(kind, text, want string) {
		t.Helper()
		got := eval[string](p, fmt.Sprintf(`import(new URL("pretty.js", location.href)).then((m) => m.pretty(%s, %s))`, quoted(kind), quoted(text)))
		if got != want {
			t.Fatalf("%s is shown as\n%s\nwant\n%s", text, got, want)
		}
	}

	f("AVRO", `{"a":[1,{"b":{}}],"c":[ ],"d":"{,:\"[\\"}`, "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ],\n  \"c\": [],\n  \"d\": \"{,:\\\"[\\\\\"\n}")
	f("JSON", `{"n":12345678901234567890.0e400,"n":-0.10}`, "{\n  \"n\": 12345678901234567890.0e400,\n  \"n\": -0.10\n}")
	f("AVRO", `"string"`, `"string"`)
	f("AVRO", `{"broken`, `{"broken`)
	f("PROTOBUF", `message A {}`, `message A {}`)
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(out)
}

// testAppearance looks at the contrast of texts and at widths, and keeps
// pictures for people who ask for them.
func testAppearance(t *testing.T, browser context.Context, _ *server, page string) {
	p := newTab(t, browser)
	f := func(scheme, name, hash, ready string, width, height int64) {
		t.Helper()
		p.look(scheme, width, height)
		p.visit(blank)
		p.visit(page + hash)
		p.until(fmt.Sprintf("document.querySelector(%q)", ready))
		p.until(`!document.getElementById("count").innerText.includes("Loading")`)
		if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > int(width) {
			t.Errorf("%s: the page is %d wide on a screen of %d", name, wide, width)
		}
		if weak := eval[[]string](p, weakContrast); len(weak) > 0 {
			t.Errorf("%s, %s: too little contrast: %v", name, scheme, weak)
		}
		if os.Getenv("PICTURES") != "" {
			p.picture(scheme + "-" + name)
		}
	}

	for _, scheme := range []string{"light", "dark"} {
		f(scheme, "subject", "#/subjects/orders-value?q=or&deleted=1", "#schema", 1280, 800)
		f(scheme, "diff", "#/subjects/orders-value/diff/2/3", "#diff", 1280, 800)
		f(scheme, "home", "#/", ".facts", 1280, 800)
		f(scheme, "deleted", "#/subjects/gone-value", "main .problem", 1280, 800)
		f(scheme, "phone", "#/subjects/orders-value", "#schema", 375, 700)
		f(scheme, "phone-list", "#/", ".facts", 375, 700)
		f(scheme, "phone-diff", "#/subjects/orders-value/diff/2/3", "#diff", 375, 700)
		f(scheme, "phone-hostile", "#/subjects/"+url.PathEscape(hostile), "#schema", 375, 700)
	}
}

// weakContrast lists texts with less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3).
const weakContrast = `(() => {
	const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
	const weak = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
		const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) weak.push(e.tagName + "." + e.className + " " + contrast.toFixed(2) + ": " + e.innerText.slice(0, 30));
	}
	return weak;
})()`

// TestUIWithUsers has a registry with an auth file: the page is open, its data
// asks for a password, and a user sees only what the user may read.
func TestUIWithUsers(t *testing.T) {
	browser := launch(t)
	file := filepath.Join(t.TempDir(), "auth.json")
	writeAuthFile(t, file)
	s := start(t, "root:secret-root", "KARAPACE_REGISTRY_AUTHFILE="+file)
	s.register("team-a", "AVRO", money)
	ref := reference{Name: "shop.Money", Subject: "team-a", Version: 1}
	s.register("team-b", "AVRO", orderV3, ref)
	s.register("secret", "AVRO", `{"type":"record","name":"S","fields":[{"name":"m","type":"shop.Money"}]}`, ref)

	t.Run("a limited user", func(t *testing.T) {
		p := newTab(t, browser)
		p.signIn("ann", "secret-ann")
		p.expect("403 (Forbidden)")    // The global settings are not hers to see.
		p.expect("/schemas/ids/3/ver") // Nor who else refers to her schema.
		p.visit(s.url + "/ui/")
		p.wantText("#count", "2 subjects")
		p.wantText(".facts", "not shown to you")
		if list := p.text("#row-list"); !strings.Contains(list, "team-a") || strings.Contains(list, "secret") {
			t.Fatal(list)
		}
		p.visit(s.url + "/ui/#/subjects/team-a")
		p.wantText("#schema", "cents")
		p.wantText("#referred-by", "team-b version 1")
		p.wantText("main", "1 more that you may not see.")
		p.do(`location.hash = "#/subjects/secret"`)
		p.wantText("main", "There is no such thing here, or you may not see it.")
		p.expect("/subjects/secret/versions")
	})
	t.Run("nobody", func(t *testing.T) {
		p := open(t, browser, s.url+"/ui/#/subjects/secret")
		p.expect("401 (Unauthorized)")
		p.wantText("main", "The registry asks for a user name and a password.")
		if text := p.text("body"); strings.Contains(text, "team-") {
			t.Fatal(text)
		}
	})
	t.Run("the dialog of the browser", func(t *testing.T) {
		p := newTab(t, browser)
		p.signIn("root", "secret-root")
		p.visit(s.url + "/ui/")
		p.wantText("#count", "3 subjects")
	})
}

// writeAuthFile makes root, who may do everything, and ann, who may read the
// subjects of her team.
func writeAuthFile(t *testing.T, file string) {
	t.Helper()
	var users []json.RawMessage
	for _, name := range []string{"root", "ann"} {
		user, err := exec.Command(os.Getenv("PLASTRON"), "mkpasswd", "-u", name, "-a", "sha512", "secret-"+name).Output()
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, user)
	}
	text, err := json.Marshal(map[string]any{"users": users, "permissions": []any{
		map[string]string{"username": "root", "operation": "Write", "resource": ".*"},
		map[string]string{"username": "ann", "operation": "Read", "resource": "Subject:team-"},
	}})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestUISwitchedOff asks the binary.
func TestUISwitchedOff(t *testing.T) {
	s := start(t, "", "KARAPACE_UI_ENABLED=false")
	if _, err := s.try(http.MethodGet, "/ui", ""); err == nil || !strings.Contains(err.Error(), `404 {"error_code":404,`) {
		t.Fatalf("%v", err)
	}
}
