package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/auth"
)

// newMkpasswd hashes passwords for auth files, with the arguments and the
// output of Karapace's tool, which a link called karapace_mkpasswd replaces.
func newMkpasswd() *cobra.Command {
	var user, algorithm string
	var stdin bool
	c := &cobra.Command{
		Use:   "mkpasswd [-u USER] [-a ALGORITHM] PASSWORD [SALT]",
		Short: "Hash a password for registry_authfile",
		Long: "Prints the JSON of one user for the list \"users\" of registry_authfile. Without SALT a random one is taken.\n" +
			"Other users of the machine can see arguments; with --stdin the password is the first line of the input instead.",
		Example: "  plastron mkpasswd -u ann -a scrypt 's3cret!'\n  plastron mkpasswd -u ann --stdin < password.txt",
		RunE: func(c *cobra.Command, args []string) error {
			if stdin {
				password, err := firstLine(c.InOrStdin())
				if err != nil {
					return err
				}
				args = append([]string{password}, args...)
			}
			if len(args) < 1 || len(args) > 2 {
				return errors.New("mkpasswd takes a password and perhaps a salt; with --stdin only the salt")
			}
			parsed, err := auth.ParseAlgorithm(algorithm)
			if err != nil {
				return err
			}
			salt := ""
			if len(args) == 2 {
				salt = args[1]
			}
			made, err := auth.NewCredentials(user, args[0], salt, parsed)
			if err != nil {
				return fmt.Errorf("hashing the password: %w", err)
			}
			return printCredentials(c.OutOrStdout(), made)
		},
	}
	c.Flags().StringVarP(&user, "user", "u", "", "user name; without one it is left out of the JSON")
	c.Flags().StringVarP(&algorithm, "algorithm", "a", string(auth.SHA512), "one of scrypt, sha1, sha256, sha512")
	c.Flags().BoolVar(&stdin, "stdin", false, "read the password from the standard input")
	return c
}

// printCredentials writes the JSON as it is to stand in the file: people copy
// it, so nothing is escaped that need not be.
func printCredentials(w io.Writer, c auth.Credentials) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	return e.Encode(c)
}

func firstLine(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, 1<<16))
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}
