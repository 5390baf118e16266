package progress

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Screen keeps a few lines at the bottom of a terminal and writes everything else above them. Its methods may be called from any
// goroutine.
type Screen struct {
	out io.Writer

	mu    sync.Mutex
	lines []string
}

// NewScreen returns a screen that shows nothing yet. Out is the terminal.
func NewScreen(out io.Writer) *Screen { return &Screen{out: out} }

// Show replaces the lines at the bottom. None of them may be wider than the terminal.
func (s *Screen) Show(lines []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var frame bytes.Buffer
	s.erase(&frame)
	s.lines = lines
	s.draw(&frame)
	_, err := s.out.Write(frame.Bytes())
	return err
}

// Write writes whole lines, such as records of a log, above the others.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// One call, so that the terminal never shows the moment between.
	var frame bytes.Buffer
	s.erase(&frame)
	frame.Write(p)
	s.draw(&frame)
	if _, err := s.out.Write(frame.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// erase goes to the first of the lines and clears from there to the end of the screen.
func (s *Screen) erase(frame *bytes.Buffer) {
	if len(s.lines) > 0 {
		fmt.Fprintf(frame, "\x1b[%dF\x1b[J", len(s.lines))
	}
}

func (s *Screen) draw(frame *bytes.Buffer) {
	for _, line := range s.lines {
		frame.WriteString(strings.TrimRight(line, " "))
		frame.WriteByte('\n')
	}
}
