// Count counts the words of files in a way of its own, to check wordcount against: a word is a maximal run of letters and digits, in
// lower case. It is given a suffix and folders, reads every file below them whose name ends so, and prints each word and its count.
package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

func main() {
	counts := map[string]int{}
	for _, root := range os.Args[2:] {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(path, os.Args[1]) {
				return err
			}
			return countFile(path, counts)
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	words := make([]string, 0, len(counts))
	for word := range counts {
		words = append(words, word)
	}
	slices.Sort(words)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, word := range words {
		fmt.Fprintln(out, word, counts[word])
	}
}

// countFile reads rune by rune: what is not UTF-8 is no letter.
func countFile(path string, counts map[string]int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	var word []rune
	for {
		r, _, err := in.ReadRune()
		if err == nil && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			word = append(word, unicode.ToLower(r))
			continue
		}
		if len(word) > 0 {
			counts[string(word)]++
			word = word[:0]
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
