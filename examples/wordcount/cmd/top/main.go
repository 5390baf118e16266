// Top reads the totals that wordcount has committed and prints the most frequent words:
//
//	top totals
//	top totals 'docs/**/*.md'
//
// Every occurrence of a word has committed one line with its running total, so the totals of a word must be 1, 2, 3 and so on, each
// once; top fails if one is missing or there twice. Given the text as well, it counts that in one plain loop, and the two must agree.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
)

const shown = 20

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "top:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("which folder? Say top FOLDER, or top FOLDER TEXT... to compare with a plain count")
	}
	counts, err := committed(args[0])
	if err != nil {
		return err
	}
	report(out, counts)
	if len(args) == 1 {
		return nil
	}
	plain, err := plainCount(args[1:])
	if err != nil {
		return err
	}
	if err := compare(counts, plain); err != nil {
		return err
	}
	fmt.Fprintln(out, "a plain loop over the text counts the same")
	return nil
}

// committed counts the lines of each word, and checks that their totals are 1, 2, 3 and so on.
func committed(folder string) (map[string]int64, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("nothing is committed in %s", folder)
	}
	seen := map[string][]bool{} // by word: which totals there are, from 1 up
	for _, path := range paths {
		err := eachLine(path, func(line string) error {
			var total wordcount.Total
			if err := json.Unmarshal([]byte(line), &total); err != nil {
				return err
			}
			totals := seen[total.Word]
			for int64(len(totals)) < total.Count {
				totals = append(totals, false)
			}
			seen[total.Word] = totals
			if total.Count < 1 || totals[total.Count-1] {
				return fmt.Errorf("%q is counted as number %d twice", total.Word, total.Count)
			}
			totals[total.Count-1] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	counts := map[string]int64{}
	for word, totals := range seen {
		if i := slices.Index(totals, false); i >= 0 {
			return nil, fmt.Errorf("%q is counted %d times, but number %d is missing", word, len(totals), i+1)
		}
		counts[word] = int64(len(totals))
	}
	return counts, nil
}

// report prints the most frequent words.
func report(out io.Writer, counts map[string]int64) {
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	var sum int64
	for _, n := range counts {
		sum += n
	}
	for _, word := range words[:min(shown, len(words))] {
		fmt.Fprintf(out, "%10d  %s\n", counts[word], word)
	}
	fmt.Fprintf(out, "%10d  words in all, %d different, each counted exactly once\n", sum, len(words))
}

// plainCount counts the words of text without a pipeline.
func plainCount(globs []string) (map[string]int64, error) {
	counts := map[string]int64{}
	var split wordcount.Split
	var words runtime.Out[string]
	for _, glob := range globs {
		paths, err := doublestar.FilepathGlob(glob, doublestar.WithFilesOnly())
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			err := eachLine(path, func(line string) error {
				split.Process(line, &words)
				for _, word := range words.Take() {
					counts[word]++
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return counts, nil
}

func compare(counts, plain map[string]int64) error {
	for word, n := range plain {
		if counts[word] != n {
			return fmt.Errorf("%q is counted %d times, a plain loop over the text counts %d", word, counts[word], n)
		}
	}
	if len(counts) != len(plain) {
		return fmt.Errorf("%d different words are counted, a plain loop over the text counts %d", len(counts), len(plain))
	}
	return nil
}

// eachLine calls f with the lines of a file.
func eachLine(path string, f func(line string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if err := f(lines.Text()); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
