using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Observation.Attacks;

/// <summary>What an agent tries to start, write or read without being seen.</summary>
public sealed class HidingTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_program_in_memory_alone_is_seen()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os
            def spawn(start):
                child = os.fork()
                if child == 0:
                    start(); os._exit(99)
                return os.waitpid(child, 0)[1]
            fd = os.memfd_create("quiet", 0)
            os.write(fd, open("/usr/bin/true", "rb").read())
            libc = ctypes.CDLL(None, use_errno=True)
            argv = (ctypes.c_char_p * 3)(b"innocent", b"by-descriptor", None)
            none = (ctypes.c_char_p * 1)(None)
            print(spawn(lambda: libc.syscall(322, fd, b"", argv, none, 0x1000)))
            print(spawn(lambda: os.execv(f"/proc/self/fd/{fd}", ["innocent", "by-link"])))
            """
        );

        watched.Ran.Lines.ShouldBe(["0", "0"], watched.Ran.Error);
        foreach (var how in (string[])["by-descriptor", "by-link"])
        {
            var started = watched.Of(SightingKind.Started).Single(s => s.Arguments.Contains(how));
            started.Path.ShouldStartWith("/memfd:quiet");
            started.Arguments[0].ShouldBe("innocent");
        }
    }

    [Fact]
    public async Task No_way_to_say_a_name_hides_which_file_it_is()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os
            os.mkdir("/tmp/d"); open("/tmp/d/secret", "w").close(); os.symlink("/tmp/d/secret", "/tmp/link")
            os.chdir("/tmp/d")
            base = os.open("/tmp/d", os.O_RDONLY | os.O_DIRECTORY)
            path = os.open("/tmp/d/secret", os.O_PATH)
            names = ["/tmp/d/secret", "secret", "./../d//secret", "/tmp/link", "/proc/self/cwd/secret", f"/proc/self/fd/{path}",
                     f"/dev/fd/{path}", f"/proc/{os.getpid()}/fd/{path}"]
            for name in names:
                os.close(os.open(name, os.O_RDONLY))
            os.close(os.open("secret", os.O_RDONLY, dir_fd=base))
            how = (ctypes.c_uint64 * 3)(0, 0, 0)
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.syscall(437, base, b"secret", how, 24) >= 0
            print(len(names) + 2)
            """
        );

        watched.Ran.Output.ShouldBe("10\n", watched.Ran.Error);
        var reads = watched.Of(SightingKind.Read).Where(s => s.Path == "/tmp/d/secret").Sum(s => s.Count);
        reads.ShouldBe(10);
    }

    [Fact]
    public async Task Whose_open_files_can_not_be_looked_at_is_counted_as_lost_where_they_say_which_file_it_is()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os
            libc = ctypes.CDLL(None, use_errno=True)
            os.mkdir("/tmp/d"); open("/tmp/d/secret", "w").close()
            path = os.open("/tmp/d/secret", os.O_PATH)
            base = os.open("/tmp/d", os.O_PATH | os.O_DIRECTORY)
            assert libc.prctl(4, 0, 0, 0, 0) == 0
            for name in [f"/proc/self/fd/{path}", f"/dev/fd/{path}"]:
                try: os.close(os.open(name, os.O_RDONLY))
                except OSError: print("no")
            os.close(os.open("secret", os.O_RDONLY, dir_fd=base))
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        var known = watched.Of(SightingKind.Read).Where(s => s.Path == "/tmp/d/secret").Sum(s => s.Count);
        (known + watched.Lost.All).ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Flags_that_a_thread_may_change_leave_no_call_out()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os
            open("/tmp/file", "w").close()
            how = (ctypes.c_uint64 * 3)(os.O_PATH, 0, 0)
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.syscall(437, -100, b"/tmp/file", how, 24) >= 0
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        watched.Paths(SightingKind.Read).ShouldContain("/tmp/file");
    }

    [Fact]
    public async Task A_link_that_leads_only_its_own_process_somewhere_is_told_as_it_was_said()
    {
        var watched = await Watched.ShellAsync(
            "cd /tmp; echo x > file; ln -s /proc/self/cwd here; ln -s /proc/self/cwd/file there; exec cat here/file there /tmp/nothing"
        );

        watched.Ran.Output.ShouldBe("x\nx\n");
        watched.Paths(SightingKind.Read).ShouldContain("/tmp/here/file");
        watched.Paths(SightingKind.Read).ShouldContain("/tmp/there");
        watched.Paths(SightingKind.Read).ShouldNotContain("/tmp/nothing");
    }

    [Fact]
    public async Task Names_that_are_no_text_and_names_that_are_long_are_seen_whole()
    {
        var watched = await PythonAsync(
            """
            import os
            os.mkdir("/tmp/d"); os.chdir("/tmp/d")
            open(b"\xff\xfe\n;rm", "w").close()
            deep = b"/tmp/d"
            for i in range(15):
                os.mkdir(b"n" * 250); os.chdir(b"n" * 250); deep += b"/" + b"n" * 250
            open("end", "w").close()
            print(len(deep) + 4)
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        var written = watched.Paths(SightingKind.Written);
        written.ShouldContain("/tmp/d/\\xff\\xfe\n;rm");
        written.ShouldContain(path => path.EndsWith("/end") && path.Length == 3775);
        watched.Lost.All.ShouldBe(0);
    }

    [Fact]
    public async Task A_thread_that_changes_the_name_under_our_eyes_changes_what_is_told_and_nothing_else()
    {
        var watched = await PythonAsync(
            """
            import ctypes, threading
            libc = ctypes.CDLL(None, use_errno=True)
            name = ctypes.create_string_buffer(b"/tmp/aaaa")
            stop = False
            def flip():
                while not stop:
                    ctypes.memset(ctypes.addressof(name) + 5, ord("b"), 4); ctypes.memset(ctypes.addressof(name) + 5, ord("a"), 4)
            thread = threading.Thread(target=flip); thread.start()
            for i in range(2000):
                fd = libc.open(name, 0o101, 0o600)
                if fd >= 0: libc.close(fd)
            stop = True; thread.join()
            """
        );

        // As many calls as there were are told of, each by a name that stood there.
        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        var flipped = watched
            .Of(SightingKind.Written)
            .Where(s => s.Path.Length == 9 && s.Path.StartsWith("/tmp/", StringComparison.Ordinal))
            .ToList();
        flipped.Sum(s => s.Count).ShouldBe(2000);
        flipped.ShouldAllBe(s => s.Path.Substring(5).All(letter => letter == 'a' || letter == 'b'));
    }

    [Fact]
    public async Task No_filter_and_no_flag_of_the_agents_own_takes_the_observer_out_of_the_way()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os, struct
            libc = ctypes.CDLL(None, use_errno=True)
            def load(code, flags):
                ctypes.set_errno(0)
                program = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, code))
                prog = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 1, ctypes.addressof(program)))
                r = libc.syscall(317, 1, flags, prog)
                return r if r >= 0 else -ctypes.get_errno()
            print(load(0x7fff0000, 8))   # a listener of its own: EBUSY
            print(load(0x7fff0000, 0))   # allow all: the stricter wins
            print(load(0x7ffc0000, 0))   # log all
            libc.prctl(4, 0, 0, 0, 0)    # PR_SET_DUMPABLE
            open("/tmp/after", "w").close()
            if os.fork() == 0:
                os.execv("/usr/bin/true", ["true", "after"])
            os.wait()
            """
        );

        watched.Ran.Lines.ShouldBe(["-16", "0", "0"], watched.Ran.Error);
        watched.Paths(SightingKind.Written).ShouldContain("/tmp/after");
        watched.Of(SightingKind.Started).ShouldContain(s => s.Arguments.Contains("after"));
        watched.Lost.All.ShouldBe(0);
    }

    [Fact]
    public async Task A_child_that_borrows_its_parents_memory_and_one_that_closes_everything_are_seen()
    {
        var watched = await Watched.ShellAsync(
            """
            python3 -c 'import subprocess; subprocess.run(["/usr/bin/true", "borrowed"], close_fds=False)'
            for fd in $(ls /proc/self/fd); do [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done 2>/dev/null
            exec 0<&- 1>&- 2>&-; /usr/bin/true closed; cd /tmp; echo x > closed.txt
            """
        );

        watched.Of(SightingKind.Started).ShouldContain(s => s.Arguments.Contains("borrowed"));
        watched.Of(SightingKind.Started).ShouldContain(s => s.Arguments.Contains("closed"));
        watched.Paths(SightingKind.Written).ShouldContain("/tmp/closed.txt");
    }

    [Fact]
    public async Task What_is_made_under_a_name_that_leads_us_nowhere_is_told()
    {
        var watched = await PythonAsync(
            """
            import os
            open("/tmp/file", "w").close(); os.symlink("/proc/self/root", "/tmp/r")
            os.symlink("/tmp/evil", "/tmp/r/tmp/a-link")
            os.mkdir("/tmp/r/tmp/a-folder")
            os.mkfifo("/tmp/r/tmp/a-pipe")
            os.link("/tmp/file", "/tmp/r/tmp/a-second-name")
            os.rename("/tmp/r/tmp/file", "/tmp/r/tmp/a-new-name")
            os.symlink("/tmp/evil", "/proc//self/root/tmp/doubled")
            os.symlink("/tmp/evil", "/proc/self/../self/root/tmp/back")
            os.makedirs("/tmp/shut/in")
            inside = os.open("/tmp/shut/in", os.O_RDONLY | os.O_DIRECTORY)
            os.chmod("/tmp/shut", 0)
            os.symlink("/tmp/evil", "behind", dir_fd=inside)
            os.chmod("/tmp/shut", 0o700)
            os.mkdir("/tmp/d"); os.chdir("/tmp/d")
            for i in range(20):
                os.mkdir("n" * 250); os.chdir("n" * 250)
            os.mkdir("far-down")
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        var written = watched.Paths(SightingKind.Written);
        string[] made = ["a-link", "a-folder", "a-pipe", "a-second-name", "a-new-name", "doubled", "back", "behind"];
        foreach (var name in made)
        {
            written.ShouldContain(path => path.EndsWith("/" + name, StringComparison.Ordinal), name);
        }

        written.ShouldContain(path => path.EndsWith("far-down", StringComparison.Ordinal));
        watched.Paths(SightingKind.Removed).ShouldContain("/tmp/r/tmp/file");
        watched.Lost.All.ShouldBe(0);
    }

    [Fact]
    public async Task No_name_that_leads_us_nowhere_is_shortened_to_where_programs_read_anyway()
    {
        var watched = await PythonAsync(
            """
            import os, threading
            open("/tmp/secret", "w").close()
            os.symlink("/proc/self/root", "/dev/shm/r")
            names = ["/proc//self/root/tmp/secret", "/usr/lib/../../proc/thread-self/root/tmp/secret", "/dev/shm/r/tmp/secret",
                     f"/proc/self/task/{threading.get_native_id()}/root/tmp/secret", f"/proc/{os.getpid()}/root/tmp/secret"]
            for name in names:
                os.close(os.open(name, os.O_RDONLY))
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        watched
            .Of(SightingKind.Read)
            .Where(s => s.Path.EndsWith("/tmp/secret", StringComparison.Ordinal))
            .Sum(s => s.Count)
            .ShouldBe(5);
    }

    [Fact]
    public async Task A_name_that_looks_like_an_open_file_of_a_process_is_none_and_a_thread_has_its_own()
    {
        var watched = await PythonAsync(
            """
            import ctypes, os, threading
            open("/tmp/secret", "w").close(); os.mkdir("/tmp/fd")
            os.symlink("/tmp/secret", "/tmp/fd/2"); os.symlink("/tmp/fd/2", "/tmp/fd/1")
            os.close(os.open("/proc/../tmp/fd/1", os.O_RDONLY))
            os.unlink("/proc/../tmp/fd/1")
            libc = ctypes.CDLL(None, use_errno=True)
            fd = os.open("/tmp/secret", os.O_PATH)
            def apart():
                if libc.unshare(0x400) == 0:  # CLONE_FILES
                    os.dup2(os.open("/usr/bin/true", os.O_PATH), fd)
                os.close(os.open(f"/proc/self/fd/{fd}", os.O_RDONLY))
            thread = threading.Thread(target=apart); thread.start(); thread.join()
            """
        );

        watched.Ran.Code.ShouldBe(0, watched.Ran.Error);
        watched.Of(SightingKind.Read).Where(s => s.Path == "/tmp/secret").Sum(s => s.Count).ShouldBe(2);
        watched.Paths(SightingKind.Removed).ShouldContain("/tmp/fd/1");
    }

    private static Task<Watched> PythonAsync(string script)
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed");
        return Watched.RunAsync(Sandboxes.Plan(Python, "-c", script));
    }
}
