package control

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reply returns a handler that answers every command at once.
func reply(path string, err error) Handler {
	return func(_ Command, _ func(string), reply func(string, error)) { reply(path, err) }
}

func listen(t *testing.T, folder string, handle Handler) *Server {
	t.Helper()
	server, err := Listen(folder, "WordCount", handle)
	require.NoError(t, err)
	return server
}

func TestCallReachesTheJob(t *testing.T) {
	folder := t.TempDir()
	var commands []Command
	server := listen(t, folder, func(command Command, _ func(string), reply func(string, error)) {
		commands = append(commands, command)
		switch command {
		case Stop:
			reply("", errors.New("disk full"))
		case Savepoint:
			reply("/savepoints/7", nil)
		default:
			reply("", nil)
		}
	})

	path, err := Call(t.Context(), folder, "", Savepoint, nil)
	require.NoError(t, err)
	require.Equal(t, "/savepoints/7", path)
	_, err = Call(t.Context(), folder, "", Stop, nil)
	require.EqualError(t, err, "disk full")
	_, err = Call(t.Context(), folder, "", Cancel, nil)
	require.NoError(t, err)
	require.NoError(t, server.Close())
	require.Equal(t, []Command{Savepoint, Stop, Cancel}, commands)

	require.NoFileExists(t, filepath.Join(folder, SocketName))
	_, err = Call(t.Context(), folder, "", Stop, nil)
	require.ErrorIs(t, err, ErrNotRunning)
}

func TestCallMeansAJob(t *testing.T) {
	folder := t.TempDir()
	server := listen(t, folder, reply("/s", nil))
	defer server.Close()
	path, err := Call(t.Context(), folder, "WordCount", Savepoint, nil)
	require.NoError(t, err)
	require.Equal(t, "/s", path)
	_, err = Call(t.Context(), folder, "Join", Savepoint, nil)
	require.EqualError(t, err, "the job that runs in "+folder+" is WordCount, not Join")
}

// A client hears what its answer waits for. One of an older program, which takes the first line for the answer, does not.
func TestNotesComeBeforeTheAnswer(t *testing.T) {
	folder := t.TempDir()
	heard := make(chan struct{})
	server := listen(t, folder, func(_ Command, note func(string), reply func(string, error)) {
		note("waiting for Right")
		note("waiting for Right and Left") // nobody has taken the first one, whose place it takes: it does not block
		go func() {
			<-heard
			reply("/s", nil)
		}()
	})
	defer server.Close()
	var notes []string
	path, err := Call(t.Context(), folder, "", Savepoint, func(text string) {
		notes = append(notes, text)
		close(heard)
	})
	require.NoError(t, err)
	require.Equal(t, "/s", path)
	require.Equal(t, []string{"waiting for Right and Left"}, notes)

	conn, err := net.Dial("unix", filepath.Join(folder, SocketName))
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte(`{"command":"savepoint"}` + "\n"))
	require.NoError(t, err)
	answer := make([]byte, 100)
	n, err := conn.Read(answer)
	require.NoError(t, err)
	require.Equal(t, `{"path":"/s"}`+"\n", string(answer[:n]))
}

func TestOneConnectionCarriesSeveralRequests(t *testing.T) {
	folder := t.TempDir()
	server := listen(t, folder, reply("/s", nil))
	defer server.Close()
	conn, err := net.Dial("unix", filepath.Join(folder, SocketName))
	require.NoError(t, err)
	defer conn.Close()
	for _, exchange := range []struct{ request, response string }{
		{`{"command":"savepoint"}`, `{"path":"/s"}`},
		{`{"command":"explode"}`, `{"error":"unknown command \"explode\"; is this program older than the one that asks?"}`},
		{`nonsense`, `{"error":"a request that is not JSON: invalid character 'o' in literal null (expecting 'u')"}`},
	} {
		_, err = conn.Write([]byte(exchange.request + "\n"))
		require.NoError(t, err)
		got := make([]byte, len(exchange.response)+1)
		_, err = conn.Read(got)
		require.NoError(t, err)
		require.Equal(t, exchange.response+"\n", string(got))
	}
}

func TestFolderWithALongPath(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	server := listen(t, folder, reply("/s", nil))
	path, err := Call(t.Context(), folder, "", Savepoint, nil)
	require.NoError(t, err)
	require.Equal(t, "/s", path)
	require.NoError(t, server.Close())

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// kill leaves the socket as a process does that was killed.
func kill(t *testing.T, server *Server) {
	t.Helper()
	require.NoError(t, server.listener.Close())
}

func TestSocketOfAKilledProcess(t *testing.T) {
	folder := t.TempDir()
	kill(t, listen(t, folder, reply("", nil)))
	require.FileExists(t, filepath.Join(folder, SocketName))
	_, err := Call(t.Context(), folder, "", Stop, nil)
	require.ErrorIs(t, err, ErrNotRunning)
	require.ErrorContains(t, err, "left a socket behind")

	server := listen(t, folder, reply("/new", nil))
	defer server.Close()
	path, err := Call(t.Context(), folder, "", Savepoint, nil)
	require.NoError(t, err)
	require.Equal(t, "/new", path)
}

// The runner that took the folder last has the socket, and one that ends later leaves it alone.
func TestSuccessorTakesTheSocket(t *testing.T) {
	folder := t.TempDir()
	old := listen(t, folder, reply("/old", nil))
	successor := listen(t, folder, reply("/new", nil))
	require.NoError(t, old.Close())
	path, err := Call(t.Context(), folder, "", Savepoint, nil)
	require.NoError(t, err)
	require.Equal(t, "/new", path)
	require.NoError(t, successor.Close())
}

func TestCloseAnswersWhoWaits(t *testing.T) {
	folder := t.TempDir()
	asked := make(chan struct{})
	server := listen(t, folder, func(Command, func(string), func(string, error)) { close(asked) })
	answered := make(chan error)
	go func() {
		_, err := Call(context.Background(), folder, "", Stop, nil)
		answered <- err
	}()
	<-asked
	require.NoError(t, server.Close())
	require.EqualError(t, <-answered, ErrEnded.Error())
}

func TestIdleClientDoesNotHoldTheServer(t *testing.T) {
	folder := t.TempDir()
	server := listen(t, folder, reply("", nil))
	conn, err := net.Dial("unix", filepath.Join(folder, SocketName))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, server.Close())
}

func TestCallEndsWithItsContext(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	server := listen(t, folder, func(Command, func(string), func(string, error)) { cancel() })
	defer server.Close()
	_, err := Call(ctx, folder, "", Stop, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRunningFindsJobs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"A", "B", "C", "savepoints"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
	kill(t, listen(t, filepath.Join(dir, "A"), reply("", nil)))
	for _, name := range []string{"B", "C", "."} {
		defer listen(t, filepath.Join(dir, name), reply("", nil)).Close()
	}
	running, err := Running(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, []string{dir, filepath.Join(dir, "B"), filepath.Join(dir, "C")}, running)

	_, err = Running(t.Context(), filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
