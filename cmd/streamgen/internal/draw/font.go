package draw

import "unicode"

// font is a size and a weight of the letters.
type font float64

// The widths of an average small letter, in pixels.
const (
	small font = 6.6
	bold  font = 8.4
)

// textWidth estimates the width of a text in a common sans-serif font, rather too wide than too narrow.
func textWidth(s string, f font) int {
	width := 0.0
	for _, r := range s {
		switch {
		case unicode.IsUpper(r) || r == 'm' || r == 'w' || r == '→' || r == '×':
			width += 1.3
		case r == 'i' || r == 'l' || r == 'j' || r == '.' || r == ',' || r == ' ' || r == '[' || r == ']' || r == '·':
			width += 0.6
		default:
			width++
		}
	}
	return int(width * float64(f))
}
