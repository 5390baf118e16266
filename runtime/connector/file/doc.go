// Package file reads files as sources and writes files as a transactional sink.
//
// Sources: [Lines], [JSON] and [CSV]. They read what the globs match when the job starts; what is appended to a file afterwards may not
// be read. Files named *.gz are decompressed.
//
// Sinks: [WriteLines] and [JSONL]. The files of one checkpoint appear when it is complete, whole, and never change again.
package file
