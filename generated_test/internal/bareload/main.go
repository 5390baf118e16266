// Bareload loads the package in the current folder and does nothing else: what the generator's time is held against.
package main

import (
	"log"

	"golang.org/x/tools/go/packages"
)

func main() {
	if _, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule}, "."); err != nil {
		log.Fatal(err)
	}
}
