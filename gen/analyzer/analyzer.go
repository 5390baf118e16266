// Package analyzer holds streamgen's checks as an analyzer of go/analysis, for go vet -vettool, golangci-lint and other drivers.
package analyzer

import (
	"golang.org/x/tools/go/analysis"

	"github.com/streamgen/streamgen/gen"
)

// Analyzer reports what streamgen generate would refuse: the same mistakes at the same places, with edits that mend them where these
// are obvious. Files that streamgen has generated do not count as the user's code.
var Analyzer = &analysis.Analyzer{
	Name: "streamgen",
	Doc: "check streaming operators and pipelines\n\n" +
		"Structs marked //streamgen:operator and //streamgen:pipeline are checked as streamgen generate does.",
	URL:              "https://github.com/streamgen/streamgen/blob/main/docs/directives.md",
	Run:              func(pass *analysis.Pass) (any, error) { return nil, gen.Analyze(pass) },
	RunDespiteErrors: true,
}
