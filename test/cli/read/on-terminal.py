# Runs a command on a pseudo-terminal: argv is COLUMNS ROWS COMMAND...; each line of the standard input is JSON,
# {"keys": "..."} or {"size": [columns, rows]}. What it writes goes to the standard output; at its end the standard
# error says {"status": exit status, "same": whether the terminal's modes are as they were}.
import fcntl, json, os, pty, select, struct, sys, termios

columns, rows = int(sys.argv[1]), int(sys.argv[2])
master, slave = pty.openpty()


def resize(width, height):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


resize(columns, rows)
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)
    os.closerange(3, 64)
    os.execvp(sys.argv[3], sys.argv[3:])

print(json.dumps({"pid": child}), file=sys.stderr, flush=True)
sources, rest, status = [master, 0], b"", None
while status is None or select.select([master], [], [], 0)[0]:
    for source in select.select(sources, [], [], 0.02)[0]:
        data = os.read(source, 65536)
        if source == master:
            os.write(1, data)
            continue
        if not data:
            sources = [master]
        *lines, rest = (rest + data).split(b"\n")
        for line in map(json.loads, lines):
            if "keys" in line:
                os.write(master, line["keys"].encode())
            else:
                resize(*line["size"])
    if status is None:
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.WEXITSTATUS(code) if os.WIFEXITED(code) else -os.WTERMSIG(code)
same = termios.tcgetattr(slave) == before
print(json.dumps({"status": status, "same": same}), file=sys.stderr, flush=True)
