package diag

import (
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/gen/nearest"
)

// DidYouMean is a hint that names the nearest of the known names, or all of them where none is close.
func DidYouMean(name string, known []string) string {
	if near := nearest.Of(name, known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	if len(known) == 0 {
		return ""
	}
	return "there are: " + strings.Join(known, ", ")
}
