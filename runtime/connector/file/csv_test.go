package file

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type Base struct{ Source string }

type trade struct {
	Base
	Symbol string
	Price  float64 `csv:"price in USD"`
	Count  *int32
	Buy    bool
	At     time.Time
	Flags  uint8
	Note   []byte `csv:"-"`
	secret string
}

const tradeHeader = "symbol,price in USD,Count,buy,AT,ignored,flags,source\n"

func TestCSV(t *testing.T) {
	content := "\ufeff" + tradeHeader +
		"ABC,1.5,7,true,2024-01-02T03:04:05Z,x,255,web\r\n" +
		"\n" +
		"\"D,\"\"E\nF\"\"\",-2,,false,2024-01-02T03:04:05Z,,0,\n" +
		",0,-1,1,2024-01-02T03:04:05Z,,1,\"\""
	seven, minusOne := int32(7), int32(-1)
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	want := []trade{
		{Base: Base{"web"}, Symbol: "ABC", Price: 1.5, Count: &seven, Buy: true, At: at, Flags: 255},
		{Symbol: "D,\"E\nF\"", Price: -2, At: at},
		{Count: &minusOne, Buy: true, At: at, Flags: 1},
	}
	for _, name := range []string{"f.csv", "f.csv.gz"} {
		path := write(t, name, content)
		for _, batch := range []int{1, 2, 256} {
			require.Equal(t, want, readAll(t, CSV[trade](path), batch))
		}
	}
	require.Empty(t, want[0].secret)
	require.Empty(t, readAll(t, CSV[trade](write(t, "empty.csv", "")), 1))
	require.Empty(t, readAll(t, CSV[trade](write(t, "header.csv", tradeHeader)), 1))
	require.Equal(t, []Base{{"a;b"}, {"c"}}, readAll(t, CSV[Base](write(t, "tabs.csv", "x\tsource\n\ta;b\n\tc\n")).Comma('\t'), 256))
}

func TestCSVErrors(t *testing.T) {
	type row struct {
		A int8
		B string
	}
	tests := []struct {
		name, content string
		err           string // behind the path
	}{
		{"a missing column", "a,c\n1,2\n", `:1: no column "B", only ["a" "c"]: rename the field by a tag, or exclude it by csv:"-"`},
		{"a column twice", "a,b,A\n", `:1: columns 1 and 3 are both "A"`},
		{"no number", "a,b\n1,x\n2,\"y\ny\"\nthree,z\n", `:5:1: column "a": strconv.ParseInt: parsing "three": invalid syntax`},
		{"out of range", "b,a\nx,1\nx,128\n", `:3:3: column "a": strconv.ParseInt: parsing "128": value out of range`},
		{"too few values", "a,b\n1,x\n2\n", ":3: the row has 1 values, the header 2"},
		{"a quote in the middle", "a,b\n1,x\"y\n", ":2:4: bare \" in non-quoted-field"},
		{"a quote that is not closed", "a,b\n1,x\n2,\"y\n", `:3:6: extraneous or missing " in quoted-field`},
		{"a quote that is not closed for long", "a,b\n1,x\n2,\"" + strings.Repeat("y\n", 200_000),
			":3: the row at byte 8 is longer than 1000 bytes, is a quote not closed? If it is right allow more with MaxLine"},
		{"a row that is too long", "a,b\n1," + strings.Repeat("y", 1001) + "\n", ":2: the row at byte 4 is longer than 1000 bytes"},
	}
	for _, tt := range tests {
		for _, name := range []string{"f.csv", "f.csv.gz"} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				path := write(t, name, tt.content)
				_, err := tryRead(t, CSV[row](path).MaxLine(1000), 256)
				require.ErrorContains(t, err, path+tt.err)
			})
		}
	}
}

func TestCSVErrorsBehindARestoreNameTheLineOfTheFile(t *testing.T) {
	type row struct{ A int8 }
	path := write(t, "f.csv", "a\n1\n2\n3\nx\n")
	s := CSV[row](path)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	splits[0].Position = appendPosition(6)
	records, err := readSplits(t, s, splits, 1)
	require.Equal(t, []row{{3}}, records)
	require.ErrorContains(t, err, path+":5:1: column")
}

func TestCSVTypes(t *testing.T) {
	path := write(t, "f.csv", "a\n")
	check := func(want string, err error) {
		t.Helper()
		require.EqualError(t, err, "file.csv: "+want)
	}
	_, err := CSV[string](path).Splits(t.Context(), nil)
	check("string is no struct: its fields are what columns go to", err)
	type nested struct{ A []string }
	_, err = CSV[nested](path).Splits(t.Context(), nil)
	check(`field A of file.nested: a column cannot become a []string: give it the method UnmarshalText, or exclude it by csv:"-"`, err)
	type embedded struct{ *Base }
	_, err = CSV[embedded](path).Splits(t.Context(), nil)
	check("field Source of file.embedded: it is in the embedded pointer *file.Base: embed the struct itself", err)
}
