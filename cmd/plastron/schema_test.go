package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSchemaExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"int.avsc": `"int"`, "long.avsc": "\"long\"\n", "bad.avsc": `{`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := func(code int, output, line string) {
		t.Helper()
		root := newRoot()
		var out bytes.Buffer
		root.SetOut(&out)
		args := strings.Fields(line)
		for i, a := range args {
			if strings.HasSuffix(a, ".avsc") {
				args[i] = filepath.Join(dir, a)
			}
		}
		root.SetArgs(append([]string{"schema"}, args...))
		err := root.Execute()
		got := 0
		if err != nil {
			got = exitCode(err)
		}
		if got != code || !strings.Contains(out.String(), output) {
			t.Fatalf("%s: code %d, %v, output %q; want code %d, %q", line, got, err, out.String(), code, output)
		}
	}

	f(0, "compatible (BACKWARD)", "check int.avsc long.avsc")
	f(1, "incompatible (FULL)", "check int.avsc long.avsc --level full --type avro")
	f(1, `"compatible": false`, "check int.avsc long.avsc --level FORWARD --output json --flavour confluent")
	f(2, "", "check int.avsc bad.avsc")
	f(2, "", "check int.avsc")
	f(2, "", "check int.avsc gone.avsc")
	f(2, "", "check int.avsc long.avsc --levle FULL")
	f(2, "", "check int.avsc long.avsc --level UP")
	f(2, "", "check int.avsc long.avsc --type xml")
	f(2, "", "check int.avsc long.avsc --flavour vanilla")
	f(0, "compatible (BACKWARD)", "check int.avsc long.avsc --flavour confluent --policy LENIENT")
	f(2, "", "check int.avsc long.avsc --policy lenient")
	f(2, "", "check int.avsc long.avsc --flavour confluent --policy loose")
	f(2, "", "check int.avsc long.avsc --output yaml")
	f(2, "", "check int.avsc long.avsc --reference x")
	f(0, "[]", "lint int.avsc --output json")
	f(1, "parse", "lint bad.avsc --flavour confluent")
	f(2, "", "lint gone.avsc")
	f(0, `"int"`, "fmt int.avsc")
	f(0, "", "fmt --check long.avsc")
	f(1, "int.avsc", "fmt --check int.avsc long.avsc")
	f(0, "int.avsc", "fmt --write int.avsc")
	f(0, "", "fmt --check int.avsc")
	f(2, "", "fmt bad.avsc")
}
