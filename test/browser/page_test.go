package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// blank is the address of no page.
const blank = "about:blank"

// patience bounds each step of a test.
const patience = 15 * time.Second

// launch starts the browser.
func launch(t *testing.T) context.Context {
	t.Helper()
	program := os.Getenv("CHROMIUM")
	if program == "" {
		t.Fatal("run hack/browser.sh: it says where the browser is")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WindowSize(1280, 800))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses root its sandbox.
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() { closeBrowser(); stop() })
	if err := chromedp.Do(browser); err != nil {
		t.Fatal("starting Chromium: ", err)
	}
	return browser
}

// tab is a page in a browser profile of its own. It collects what must not
// happen; its test fails for it at the end.
type tab struct {
	*testing.T
	ctx    context.Context
	origin string

	mu       sync.Mutex
	problems []string
	expected []string // texts of problems that are all right
	requests int
	login    *fetch.AuthChallengeResponse
}

// open makes a tab and goes to an address of a server.
func open(t *testing.T, browser context.Context, address string) *tab {
	t.Helper()
	p := newTab(t, browser)
	p.visit(address)
	return p
}

func newTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	p := &tab{T: t, login: &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // Makes the tab, which lives as long as this context.
		t.Fatal(err)
	}
	call(p, log.Enable, none{})
	call(p, network.Enable, network.EnableParams{})
	call(p, fetch.Enable, fetch.EnableParams{HandleAuthRequests: new(true)})
	t.Cleanup(func() {
		p.judge()
		cancel()
	})
	return p
}

func (p *tab) visit(address string) {
	p.Helper()
	u, err := url.Parse(address[:strings.IndexByte(address+"#", '#')])
	if err != nil {
		p.Fatal(err)
	}
	p.mu.Lock()
	p.origin = u.Scheme + "://" + u.Host
	p.mu.Unlock()
	p.run(chromedp.Navigate(address))
}

// hear notes what the browser says about the page.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.problems = append(p.problems, fmt.Sprintf("console %s: %s", e.Type, arguments(e.Args)))
		}
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, "exception: "+thrown(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.problems = append(p.problems, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		p.requests++
		if !strings.HasPrefix(e.Request.URL, p.origin+"/") && e.Request.URL != blank {
			p.problems = append(p.problems, "request to another origin: "+e.Request.URL)
		}
	case *cdpage.EventJavascriptDialogOpening:
		p.problems = append(p.problems, "dialog: "+e.Message)
		go send(p, cdpage.HandleJavaScriptDialog, cdpage.HandleJavaScriptDialogParams{Accept: true})
	case *fetch.EventRequestPaused:
		go send(p, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
	case *fetch.EventAuthRequired:
		go send(p, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: p.login})
	}
}

func thrown(details *runtime.ExceptionDetails) string {
	if details.Exception != nil {
		return details.Exception.Description
	}
	return details.Text
}

func arguments(args []*runtime.RemoteObject) string {
	var texts []string
	for _, a := range args {
		texts = append(texts, a.Description+string(a.Value))
	}
	return strings.Join(texts, " ")
}

// expect says that a problem with this text is part of the test.
func (p *tab) expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, text)
}

// judge fails the test for problems, and keeps a picture of a failed one.
func (p *tab) judge() {
	p.mu.Lock()
	for _, problem := range p.problems {
		known := false
		for _, text := range p.expected {
			known = known || strings.Contains(problem, text)
		}
		if !known {
			p.Errorf("%s", problem)
		}
	}
	requests := p.requests
	p.mu.Unlock()
	if requests == 0 {
		p.Error("the page asked for nothing")
	}
	if p.Failed() {
		p.picture("failed-" + strings.ReplaceAll(p.Name(), "/", "-"))
	}
}

// picture stores what the page looks like.
func (p *tab) picture(name string) {
	p.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	path := filepath.Join(folder, name+".png")
	if err == nil {
		err = os.WriteFile(path, png, 0o600)
	}
	if err != nil {
		p.Logf("no picture: %v", err)
		return
	}
	p.Logf("picture: %s", path)
}

// run does steps, or ends the test.
func (p *tab) run(steps ...step) {
	p.Helper()
	if err := p.try(steps...); err != nil {
		p.Fatalf("%v", err)
	}
}

func (p *tab) try(steps ...step) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

type (
	none = cdp.Empty
	step = chromedp.Action[chromedp.Void]
)

// call gives a command to the browser, or ends the test.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.Fatal(err)
	}
}

// send is call from outside the test: an error means that the tab has closed.
func send[P, R any](p *tab, command cdp.Command[P, R], params P) {
	_, _ = chromedp.Call(p.ctx, command, params)
}

// until waits, frame by frame, for a JavaScript condition.
func (p *tab) until(condition string) {
	p.Helper()
	wait := `new Promise((done) => { const look = () => { let yes = false; try { yes = ` + condition +
		`; } catch {} yes ? done(true) : setTimeout(look, 5); }; look(); })`
	if _, err := evaluate[bool](p, wait); err != nil {
		text, _ := evaluate[string](p, `document.body.innerText.slice(0, 1500)`)
		p.Fatalf("%s never became true: %v; the page says\n%s", condition, err, text)
	}
}

// evaluate returns the value of an expression, of a promise when it is one.
func evaluate[T any](p *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// eval is evaluate, or the end of the test.
func eval[T any](p *tab, expression string) T {
	p.Helper()
	out, err := evaluate[T](p, expression)
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return out
}

// do evaluates statements.
func (p *tab) do(statements string) {
	p.Helper()
	eval[bool](p, "(() => { "+statements+"; return true; })()")
}

// text is what a reader sees of the first element that matches.
func (p *tab) text(selector string) string {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q)", selector))
	return eval[string](p, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// wantText waits until the element has the text.
func (p *tab) wantText(selector, text string) {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q).innerText.includes(%q)", selector, text))
}

func (p *tab) click(selector string) {
	p.Helper()
	p.run(chromedp.Click(chromedp.CSS(selector)))
}

// press sends keys to whatever has the keyboard.
func (p *tab) press(keys string) {
	p.Helper()
	p.run(chromedp.KeyEvent(keys))
}

// shortcut presses one key as a keyboard does: the page may take it before it
// becomes a letter.
func (p *tab) shortcut(key, code string) {
	p.Helper()
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: code, Text: key})
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: code})
}

// choose takes an option of a list, as a reader with a mouse does.
func (p *tab) choose(selector, value string) {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q)", selector))
	p.do(fmt.Sprintf(
		"const list = document.querySelector(%q); list.value = %q; list.dispatchEvent(new Event('change', {bubbles: true}));", selector, value))
}

// search replaces the text in the search field, letter by letter.
func (p *tab) search(text string) {
	p.Helper()
	p.do(`const field = document.getElementById("search"); field.focus(); field.select()`)
	if text == "" {
		p.press("\b")
		return
	}
	p.press(text)
}

// signIn answers the browser's question for name and password.
func (p *tab) signIn(user, password string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.login = &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: user, Password: password}
}

// look sets what the reader prefers and the size of the screen.
func (p *tab) look(scheme string, width, height int64) {
	p.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	p.run(chromedp.EmulateViewport(width, height))
}
