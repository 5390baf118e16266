package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Handler takes a command to the job. It must not block. It calls reply once, from any goroutine, when the command is done or has failed, and may call
// note before that, with what the job waits for.
type Handler func(command Command, note func(string), reply func(path string, err error))

// ErrEnded is what a client hears whose command the job did not come to.
var ErrEnded = errors.New("the job ended before that")

// Server listens in a job's folder.
type Server struct {
	job      string
	listener *net.UnixListener
	path     string
	own      os.FileInfo // of the socket, to tell it from a successor's
	handle   Handler
	ended    chan struct{}
	running  sync.WaitGroup // serve, and one for each client
}

// Listen takes the socket of a job's folder and serves it until Close. Job is the name of its pipeline. A socket that is there, of a process that was
// killed or that has lost the folder to this one, is replaced.
func Listen(folder, job string, handle Handler) (*Server, error) {
	// The socket is made under a name of its own and renamed: a successor has it from one moment to the next, and a client never
	// meets a name that nobody listens at yet.
	name := fmt.Sprintf("control-%d.sock", os.Getpid())
	fresh := filepath.Join(folder, name)
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := &Server{job: job, path: filepath.Join(folder, SocketName), handle: handle, ended: make(chan struct{})}
	err := withShortPath(folder, len(name), func(folder string) (err error) {
		s.listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, name), Net: "unix"})
		return err
	})
	if err != nil {
		return nil, err
	}
	s.listener.SetUnlinkOnClose(false) // the name may be a successor's by then
	if err := s.publish(fresh); err != nil {
		s.listener.Close()
		os.Remove(fresh)
		return nil, err
	}
	s.running.Go(s.serve)
	return s, nil
}

// publish gives the socket at fresh its name. Only the user who runs the job may end it.
func (s *Server) publish(fresh string) (err error) {
	if err := os.Chmod(fresh, 0o600); err != nil {
		return err
	}
	if s.own, err = os.Stat(fresh); err != nil {
		return err
	}
	return os.Rename(fresh, s.path)
}

func (s *Server) serve() {
	for {
		conn, err := s.listener.AcceptUnix()
		if err != nil {
			return // closed
		}
		s.running.Go(func() { s.talk(conn) })
	}
}

// talk answers the requests of one client, one after the other.
func (s *Server) talk(conn *net.UnixConn) {
	defer conn.Close()
	closed := make(chan struct{})
	defer close(closed)
	go func() {
		select {
		case <-s.ended:
			_ = conn.CloseRead() // wakes the scanner; a connection that is closed already needs none
		case <-closed:
		}
	}()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		answer := s.answer(lines.Bytes(), func(note string) { _ = write(conn, response{Note: note}) }) // who is gone needs none
		if err := write(conn, answer); err != nil {
			return
		}
	}
}

// write sends a line.
func write(conn *net.UnixConn, r response) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	// A client that does not listen must not keep the job from ending.
	if err := conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	_, err = conn.Write(append(line, '\n'))
	return err
}

// answer carries out a request and waits until it is done. It calls note with what the job waits for meanwhile.
func (s *Server) answer(line []byte, note func(string)) response {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return response{Error: fmt.Sprintf("a request that is not JSON: %v", err)}
	}
	switch r.Command {
	case Savepoint, Stop, Drain, Cancel:
	default:
		return response{Error: fmt.Sprintf("unknown command %q; is this program older than the one that asks?", r.Command)}
	}
	if r.Job != "" && r.Job != s.job {
		return response{Error: fmt.Sprintf("the job that runs in %s is %s, not %s", filepath.Dir(s.path), s.job, r.Job)}
	}
	done, notes := make(chan response, 1), make(chan string, 1)
	tell := func(text string) {
		for {
			select {
			case notes <- text:
				return
			default:
			}
			select {
			case <-notes: // one that nobody has taken yet is no longer true
			default:
			}
		}
	}
	s.handle(r.Command, tell, func(path string, err error) {
		answer := response{Path: path}
		if err != nil {
			answer.Error = err.Error()
		}
		done <- answer
	})
	for {
		select {
		case text := <-notes:
			if r.Notes {
				note(text)
			}
			continue
		case answer := <-done:
			return answer
		case <-s.ended:
		}
		break
	}
	// The reply may have come in the same moment: it says more.
	select {
	case answer := <-done:
		return answer
	default:
		return response{Error: ErrEnded.Error()}
	}
}

// Close ends the service, once the clients that wait have been answered. It removes the socket if it is still this server's.
func (s *Server) Close() error {
	close(s.ended)
	err := s.listener.Close()
	s.running.Wait()
	if at, statErr := os.Stat(s.path); statErr == nil && os.SameFile(at, s.own) {
		err = errors.Join(err, os.Remove(s.path))
	}
	return err
}
